"""The address that a server listens at."""

import errno
import ipaddress
import socket

from toolkit.errors import UserError


def parse_port(text: str) -> int:
    """Reads a port.

    Raises:
        UserError: It is no number from 0 to 65535.
    """
    if not (text.isascii() and text.isdecimal() and int(text) < 2**16):
        raise UserError(f'--port: expected a number from 1 to 65535, or 0 for any that is free, received "{text}"')
    return int(text)


def bind(host: str, port: int) -> socket.socket:
    """Takes an address, at which nobody is answered yet.

    Args:
        host: Name or address of this machine.
        port: The port; 0 for any that is free.

    Returns:
        The socket. Who connects is refused until somebody listens with it.

    Raises:
        UserError: The address is not of this machine, or somebody else has it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError) as error:
        raise UserError(f'--host: expected a name or an address of this machine, such as 127.0.0.1, received "{host}"') from error
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise UserError(_reason(host, port, error)) from error
    return taken


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"--port: {port} at {host} is in use; stop what uses it, give another one, or 0 for any that is free"
    if error.errno == errno.EADDRNOTAVAIL:
        return f'--host: expected a name or an address of this machine, such as 127.0.0.1, received "{host}"'
    return f"--port: {port} at {host} cannot be taken ({error.strerror}); give another one"


def is_loopback(host: str) -> bool:
    """Returns whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def base_url(host: str, port: int) -> str:
    """Returns the URL at which this machine reaches a server that listens at an address."""
    if host in ("", "0.0.0.0", "::"):
        host = "127.0.0.1" if host != "::" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
