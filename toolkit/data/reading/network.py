"""Whether a host answers, asked in seconds."""

import queue
import socket
import threading
import time
import urllib.request
from collections.abc import Iterable
from urllib.parse import urlsplit


def reachable(urls: Iterable[str], timeout: float = 4.0) -> bool:
    """Tells whether any of the hosts, or the proxy that leads to it, accepts a connection.

    Args:
        urls: Addresses to download from.
        timeout: Seconds for all of them together, name look-up included.

    Returns:
        Whether a download can be tried.
    """
    addresses = {_address(url) for url in urls}
    answers: queue.Queue[bool] = queue.Queue()
    for address in addresses:
        # Daemons, because a name look-up knows no time limit and must not hold up the end of the program.
        threading.Thread(target=lambda address=address: answers.put(connects(address, timeout)), daemon=True).start()
    deadline = time.monotonic() + timeout
    for _ in addresses:
        try:
            if answers.get(timeout=max(deadline - time.monotonic(), 0)):
                return True
        except queue.Empty:
            break
    return False


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return parts.hostname, parts.port or {"https": 443}.get(parts.scheme, 80)


def connects(address: tuple[str, int], timeout: float) -> bool:
    """Tells whether something takes connections at an address, `(host, port)`, within so many seconds."""
    try:
        socket.create_connection(address, timeout).close()
    except OSError:
        return False
    return True
