"""Ctrl-C, and SIGTERM, that wait for the step under way."""

import signal
import threading
from types import FrameType, TracebackType

from toolkit.errors import Terminated

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """While entered, the first Ctrl-C or SIGTERM only sets `requested`; a second one interrupts at once, as usual.

    Outside the main thread, where Python takes no signals, it does nothing.
    """

    def __init__(self) -> None:
        self.requested = False
        self._kind: type[KeyboardInterrupt] = KeyboardInterrupt
        self._before: dict = {}

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._restore()

    def error(self, message: str) -> KeyboardInterrupt:
        """Returns what is to be raised: `Terminated` after SIGTERM."""
        return self._kind(message)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        self._kind = Terminated if number == signal.SIGTERM else KeyboardInterrupt
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler or signal.SIG_DFL)  # none is one that Python does not know
