"""One line for each request, and a limit to its size."""

import contextvars
import dataclasses
import sys
import time
from collections.abc import Callable

from starlette.exceptions import HTTPException

MOST_BYTES = 64 * 2**20  # of a request: 10 MB of text take up to 60 in JSON


@dataclasses.dataclass
class Access:
    """What is noted of a request.

    Attributes:
        status: HTTP's number; 500 until there is another.
        instances: Rows of the request, once they are known.
    """

    status: int = 500
    instances: int | None = None


current: contextvars.ContextVar[Access] = contextvars.ContextVar("access")


class AccessLog:
    """ASGI middleware that writes time, client, request, status, milliseconds and number of instances to standard error.

    Args:
        app: The application.
        most_bytes: Bytes of a request's body at most; a larger one is answered with 413.
        write: Is given each line.
    """

    def __init__(self, app: Callable, most_bytes: int = MOST_BYTES, write: Callable[[str], object] = sys.stderr.write):
        self._app = app
        self._most_bytes = most_bytes
        self._write = write

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Passes a request on, and notes it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        access, started = Access(), time.perf_counter()
        current.set(access)

        async def noting(message: dict) -> None:
            if message["type"] == "http.response.start":
                access.status = message["status"]
            await send(message)

        try:
            await self._app(scope, self._limited(receive), noting)
        finally:
            self._write(_line(scope, access, time.perf_counter() - started))

    def _limited(self, receive: Callable) -> Callable:
        received = 0

        async def limited() -> dict:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most_bytes:
                raise HTTPException(413, f"expected at most {self._most_bytes:,} bytes, received more; send it in parts")
            return message

        return limited


def _line(scope: dict, access: Access, seconds: float) -> str:
    client = (scope.get("client") or ("-",))[0]
    path = scope.get("raw_path", b"-").decode("latin-1")  # as it was sent: what is decoded could have line breaks
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    rows = "-" if access.instances is None else "1 instance" if access.instances == 1 else f"{access.instances} instances"
    return f'{now} {client} "{scope["method"]} {path}" {access.status} {1000 * seconds:.1f} ms {rows}\n'
