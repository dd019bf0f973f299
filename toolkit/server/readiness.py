"""Waits until a server answers, and says so."""

import http.client
import json
import shlex
import time
import urllib.request
from collections.abc import Callable

EXAMPLE = "The dog sees a cat."
PAUSE = 0.1  # seconds between two questions


def wait_until_ready(url: str, is_alive: Callable[[], bool], say: Callable[[str], None] = print) -> bool:
    """Asks for the state of a model until it is served, and says where.

    Args:
        url: URL of the model, `http://HOST:PORT/v1/models/NAME`.
        is_alive: Whether the server still runs.
        say: Is given the lines for the user.

    Returns:
        Whether the model is served; `False` if the server has ended before.
    """
    while not is_available(url):
        if not is_alive():
            return False
        time.sleep(PAUSE)
    body = json.dumps({"instances": [EXAMPLE]})
    say(f"ready at {url}:predict")
    say(f"  curl -d {shlex.quote(body)} {url}:predict")
    return True


def is_available(url: str) -> bool:
    """Returns whether a server says that it serves the model, in TensorFlow Serving's words."""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
        with opener.open(url, timeout=5) as response:
            states = json.load(response)["model_version_status"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return False
    return any(state.get("state") == "AVAILABLE" for state in states)
