"""Keeps native libraries from writing notices to the terminal."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def native_notices_hidden() -> Iterator[None]:
    """Holds back what is written to file descriptor 2, past Python, in this context; if an error leaves it, all of it is shown.

    TensorFlow and LiteRT announce processor features and delegates there, and no setting of theirs stops it.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        terminal = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
