"""Checkpoints that are either whole or not there."""

import json
import logging
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from toolkit.errors import UserError

_STATE = "state"
_KEPT = 2
_logger = logging.getLogger(__name__)


class Checkpoint(NamedTuple):
    """What a file holds: arrays by name, and a state that JSON can hold."""

    path: Path
    arrays: dict[str, np.ndarray]
    state: dict


class CheckpointFolder:
    """The folder `checkpoints/` of a run: `step-00001234.npz` for the last two, and `best.npz`.

    A file is written under another name, flushed to the disk, then renamed, so a name that exists is a whole file. Each array in it carries
    the CRC-32 of the zip format, which is verified on reading: damage that happens later is noticed too.

    Args:
        path: The folder; made when the first checkpoint is saved.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)

    def save(self, step: int, arrays: dict[str, np.ndarray], state: dict) -> Path:
        """Saves a checkpoint and removes all but the last two.

        Args:
            step: Steps of the optimizer so far; the file is named by it.
            arrays: The variables by name.
            state: What JSON can hold.

        Returns:
            The file.

        Raises:
            UserError: The disk is full or the folder cannot be written. No part of a file is left.
        """
        path = self._write(f"step-{step:08d}.npz", arrays, state)
        for old in self._steps()[:-_KEPT]:
            old.unlink(missing_ok=True)
        return path

    def save_best(self, arrays: dict[str, np.ndarray], state: dict) -> Path:
        """Saves `best.npz` in place of the one before; arguments, result and errors are those of `save`."""
        return self._write("best.npz", arrays, state)

    def latest(self) -> Checkpoint | None:
        """Reads the newest checkpoint that is whole; warns of each newer one that is not.

        Returns:
            The checkpoint; `None` if there is none.
        """
        return next(self._whole(), None)

    def best(self) -> Checkpoint:
        """Reads `best.npz`.

        Raises:
            UserError: The file is missing or damaged.
        """
        path = self.path / "best.npz"
        try:
            return _read(path)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise UserError(f"{path}: expected the best weights of this run, received {error}; train again into another folder") from error

    def _steps(self) -> list[Path]:
        return sorted(self.path.glob("step-*.npz"))

    def _whole(self) -> Iterator[Checkpoint]:
        for path in reversed(self._steps()):
            try:
                yield _read(path)
            except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                _logger.warning("%s is damaged (%s); going on from the checkpoint before it", path, error)

    def _write(self, name: str, arrays: dict[str, np.ndarray], state: dict) -> Path:
        path, unfinished = self.path / name, self.path / f"{name}.unfinished"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                np.savez(file, **arrays, **{_STATE: np.frombuffer(json.dumps(state).encode(), np.uint8)})
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            if self.path.is_dir():
                unfinished.unlink(missing_ok=True)
            raise UserError(f"{path}: cannot write the checkpoint: {error.strerror}; make room or choose another folder") from error
        return path


def _read(path: Path) -> Checkpoint:
    # Opened here, since NumPy leaves a file open that is not a whole zip.
    with path.open("rb") as file, np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    state = json.loads(arrays.pop(_STATE).tobytes())
    return Checkpoint(path, arrays, state)
