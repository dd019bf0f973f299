"""Serves an exported model by kserve, in TensorFlow Serving's protocol."""

import contextlib
import logging
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from toolkit.errors import require
from toolkit.operating_system import allow_many_files
from toolkit.quiet import native_notices_hidden
from toolkit.server.readiness import wait_until_ready
from toolkit.server.served_model import ServedModel

GRACE = 30  # seconds that running requests have to finish, once the server is asked to stop
EXPECTED = ("InvalidInput", "ModelNotFound", "ModelNotReady")  # what the answer says is enough


def require_kserve() -> None:
    """Imports kserve.

    Raises:
        UserError: It is not installed.
    """
    with _no_arguments():  # kserve reads those of the process when it is imported
        require("kserve", extra="serve")


def run_kserve(model: ServedModel, taken: socket.socket, url: str) -> None:
    """Runs kserve until SIGINT or SIGTERM, and then until the requests that it has are answered.

    Args:
        model: The model.
        taken: A socket with the address to listen at.
        url: URL at which the model will be found.

    Raises:
        UserError: The model cannot be read.
    """
    require_kserve()
    with native_notices_hidden():
        from toolkit.server.kserve_model import KServeModel

        served = KServeModel(model)
        served.load()
    server = _make_server(served)
    allow_many_files()
    stopped = threading.Event()
    threading.Thread(target=wait_until_ready, args=(url, lambda: not stopped.is_set(), _say), daemon=True).start()
    with _signals_held():
        server.run(sockets=[taken])
    stopped.set()
    print("stopped", file=sys.stderr)


def _make_server(model: Any) -> Any:
    from kserve.model_repository import ModelRepository
    from kserve.model_server import app
    from kserve.protocol.model_repository_extension import ModelRepositoryExtension
    from kserve.protocol.rest.server import RESTServer

    from toolkit.server.access_log import AccessLog
    from toolkit.server.plain_data_plane import PlainDataPlane
    from toolkit.server.routes import add_routes

    _quiet_log()
    repository = ModelRepository()
    repository.update(model)
    dataplane = PlainDataPlane(repository)
    add_routes(app, dataplane, model)
    app.add_middleware(AccessLog)
    return RESTServer("kserve.model_server:app", dataplane, ModelRepositoryExtension(repository), http_port=0, grace_period=GRACE)


def _quiet_log() -> None:
    """Keeps what a user did wrong, which the answer says, from being written down with a traceback, and what is for kserve's authors."""
    warnings.filterwarnings("ignore", "ORJSONResponse is deprecated")
    log = logging.getLogger("kserve")
    log.addFilter(lambda record: not (record.exc_info and type(record.exc_info[1]).__name__ in EXPECTED))


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Uvicorn stops at a signal and then raises it again, for whoever had it before: nobody, here."""
    previous = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _no_arguments() -> Iterator[None]:
    arguments, sys.argv = sys.argv, sys.argv[:1]
    try:
        yield
    finally:
        sys.argv = arguments


def _say(line: str) -> None:
    print(line, flush=True)
