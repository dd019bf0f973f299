"""A lock on a folder, which ends with the process that has it, however that ends."""

import contextlib
import json
import logging
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from toolkit.errors import UserError
from toolkit.operating_system import try_lock

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def locked(path: Path, what: str, advice: str) -> Iterator[None]:
    """Has a lock during the block: a file that is locked, says by whom, and is removed in the end.

    The operating system gives a lock back when its process ends, so a file that `kill -9` left behind keeps nobody out.

    Args:
        path: The file.
        what: What it locks, for the message.
        advice: What to do if another process has it.

    Raises:
        UserError: Another process has it, or the file cannot be written.
    """
    descriptor = _acquire(path, what, advice)
    try:
        yield
    finally:
        _release(path, descriptor)


def _acquire(path: Path, what: str, advice: str) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise UserError(f"{path}: cannot be written ({error.strerror}); free some room or give another folder") from error
        try:
            if not try_lock(descriptor):
                holder = _holder(descriptor)
                os.close(descriptor)
                raise UserError(f"{what} is in use{holder}; {advice}")
        except OSError as error:  # a file system without locks
            _log.warning("%s: cannot be locked (%s): take care that no other process uses it", path.parent, error.strerror)
        if _is_still(path, descriptor):
            os.ftruncate(descriptor, 0)
            content = {"process": os.getpid(), "host": socket.gethostname(), "since": f"{datetime.now():%Y-%m-%d %H:%M:%S}"}
            os.write(descriptor, json.dumps(content).encode())
            return descriptor
        os.close(descriptor)  # who had it has removed it since it was opened


def _release(path: Path, descriptor: int) -> None:
    try:
        path.unlink(missing_ok=True)  # while it is locked: nobody can take it for theirs in between
        os.close(descriptor)
    except PermissionError:  # Windows removes no file that is open
        os.close(descriptor)
        with contextlib.suppress(PermissionError):  # somebody else has it now
            path.unlink(missing_ok=True)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> str:
    """Says who has the lock; nothing if they have not written it down yet."""
    try:
        content = json.loads(os.read(descriptor, 1000))
        where = "" if content["host"] == socket.gethostname() else f" of {content['host']}"
        return f" by process {content['process']}{where} since {content['since']}"
    except (ValueError, KeyError, TypeError):
        return ""
