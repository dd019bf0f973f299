import os
import signal
import threading

import pytest

from toolkit.errors import Terminated
from toolkit.training.interruption import Interruption


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def default_handler():
    # A process that was started in the background ignores Ctrl-C; these tests are about one that does not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_ctrl_c_is_noted_and_the_second_interrupts():
    with Interruption() as interruption:
        assert not interruption.requested
        interrupt()
        assert interruption.requested
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def test_afterwards_all_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    with Interruption():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_take_no_signals():
    seen = []

    def work():
        with Interruption() as interruption:
            seen.append(interruption.requested)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]


def test_sigterm_is_noted_as_ctrl_c_is():
    before = signal.getsignal(signal.SIGTERM)
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.requested
        assert isinstance(interruption.error("later"), Terminated)
        assert signal.getsignal(signal.SIGTERM) is before
    with Interruption() as interruption:
        interrupt()
        assert type(interruption.error("later")) is KeyboardInterrupt
