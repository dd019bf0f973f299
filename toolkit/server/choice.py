"""Which server is started."""

import shutil
import subprocess
from collections.abc import Callable

from toolkit.errors import UserError
from toolkit.server.address import is_loopback

TENSORFLOW_SERVING, DOCKER, KSERVE = "tensorflow_model_server", "docker", "kserve"
BACKENDS = ("auto", TENSORFLOW_SERVING, DOCKER, KSERVE)
SECONDS = 10  # for docker's daemon to answer


def choose_backend(asked: str, host: str, say: Callable[[str], None] = print) -> str:
    """Chooses the server: TensorFlow Serving's program, its docker image, or else kserve.

    `tensorflow_model_server` has no option for its address and listens at all of them, so it is not chosen for a loopback address.

    Args:
        asked: One of `BACKENDS`.
        host: The address to listen at.
        say: Is told why a server that is there was passed over.

    Returns:
        One of `BACKENDS` but `"auto"`.

    Raises:
        UserError: The server that was asked for is not there, or cannot listen at this address alone.
    """
    if asked == TENSORFLOW_SERVING:
        _require_program(host)
    if asked == DOCKER and not has_docker():
        raise UserError("--backend docker: expected docker on the PATH and its daemon running, found it is not; see `docker info`")
    if asked != "auto":
        return asked
    if shutil.which(TENSORFLOW_SERVING):
        if not is_loopback(host):
            return TENSORFLOW_SERVING
        say(f"{TENSORFLOW_SERVING} is on the PATH, but it listens at all addresses of this machine; --host 0.0.0.0 allows it")
    return DOCKER if has_docker() else KSERVE


def has_docker() -> bool:
    """Returns whether docker is on the PATH and its daemon answers."""
    if not (program := shutil.which("docker")):
        return False
    try:
        return subprocess.run([program, "info"], capture_output=True, timeout=SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _require_program(host: str) -> None:
    if not shutil.which(TENSORFLOW_SERVING):
        raise UserError(f"--backend {TENSORFLOW_SERVING}: expected the program of that name on the PATH, found none")
    if is_loopback(host):
        raise UserError(
            f"--backend {TENSORFLOW_SERVING}: it listens at all addresses of this machine, received --host {host}; "
            "give --host 0.0.0.0 to allow that, or --backend docker or kserve"
        )
