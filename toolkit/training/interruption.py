"""Ctrl-C that waits for the step under way."""

import signal
import threading
from types import FrameType, TracebackType


class Interruption:
    """While entered, the first Ctrl-C only sets `requested`; a second one interrupts at once, as usual.

    Outside the main thread, where Python takes no signals, it does nothing.
    """

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> "Interruption":
        self._installed = threading.current_thread() is threading.main_thread()
        if self._installed:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        signal.signal(signal.SIGINT, self._before)
