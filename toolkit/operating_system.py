"""What differs between operating systems, a function for each thing. Linux and macOS have what POSIX has, Windows has not."""

import contextlib
import os
import select
import sys
from pathlib import Path

try:
    import fcntl
    import resource
except ImportError:  # Windows
    fcntl = resource = None

_LOCKED = 1 << 30  # the byte that Windows locks: nobody else may read one, and what the file says is before it


def try_lock(descriptor: int) -> bool:
    """Locks an open file, unless another process has it. The operating system gives the lock back when the process ends.

    Args:
        descriptor: Of the file.

    Returns:
        Whether it is locked now.

    Raises:
        OSError: The file system has no locks.
    """
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            _lock_a_byte(descriptor)
        return True
    except (BlockingIOError, PermissionError):  # POSIX, Windows
        return False


def peak_memory_gib() -> float | None:
    """Returns the most memory that this process ever held, in GiB; `None` where the operating system does not say."""
    if resource is None:
        return None
    unit = 2**30 if sys.platform == "darwin" else 2**20  # macOS counts bytes, Linux KiB
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 2)


def load_of_a_core() -> float:
    """Returns how many processes wanted each core in the last minute; 0 where the operating system does not say."""
    return os.getloadavg()[0] / os.cpu_count() if hasattr(os, "getloadavg") else 0.0


def multiplies_bfloat16() -> bool:
    """Returns whether the processor has instructions for products of bfloat16; `False` where the operating system does not say."""
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8", "replace").split()
    except OSError:
        return False
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(flags)  # x86, x86, Arm


def allow_many_files() -> None:
    """Lets this process have as many files and connections open as it may ask for."""
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def is_readable(descriptor: int, seconds: float) -> bool:
    """Waits until there is something to read, or the end.

    Args:
        descriptor: Of a pipe or a file.
        seconds: How long to wait.

    Returns:
        Whether there is. Windows cannot say that of a pipe: there it is `True` at once, and whoever reads waits.
    """
    return sys.platform == "win32" or bool(select.select([descriptor], [], [], seconds)[0])


def can_fork_libraries() -> bool:
    """Returns whether a process may fork after it has imported large native libraries: macOS's own stop working in such a fork."""
    return sys.platform == "linux"


def _lock_a_byte(descriptor: int) -> None:
    import msvcrt

    os.lseek(descriptor, _LOCKED, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    finally:
        os.lseek(descriptor, 0, os.SEEK_SET)
