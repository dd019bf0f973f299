"""Checkpoints that are either whole or not there."""

import hashlib
import io
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
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
    """The folder `checkpoints/` of a run: `step-00001234.npz` for the last two, and `epoch-0007.npz` for the best epochs.

    A file is written under another name, flushed to the disk, then renamed, so a name that exists is a whole file. It is NumPy's `.npz`
    followed by the SHA-256 of that, verified on reading: damage that happens later is noticed too.

    Args:
        path: The folder; made when the first checkpoint is saved.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)

    def save(self, step: int, arrays: dict[str, np.ndarray], state: dict) -> Path:
        """Saves a checkpoint and removes all but it and the one before; also later ones, which can only be damaged.

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
        steps = self._steps()
        kept = [each for each in steps if each <= path][-_KEPT:]
        for other in set(steps).difference(kept):
            other.unlink()
        return path

    def save_epoch(self, epoch: int, arrays: dict[str, np.ndarray], state: dict) -> Path:
        """Saves the weights of an epoch, to be kept while it is among the best.

        Args:
            epoch: Its number.
            arrays: The variables by name.
            state: What JSON can hold.

        Returns:
            The file.

        Raises:
            UserError: As for `save`.
        """
        return self._write(_epoch_name(epoch), arrays, state)

    def keep_epochs(self, epochs: Iterable[int]) -> None:
        """Removes the weights of all other epochs."""
        kept = set(map(_epoch_name, epochs))
        for path in self.path.glob("epoch-*.npz"):
            if path.name not in kept:
                path.unlink()

    def latest(self) -> Checkpoint | None:
        """Reads the newest checkpoint that is whole; warns of each newer one that is not.

        Returns:
            The checkpoint; `None` if there is none.

        Raises:
            UserError: A file cannot be read.
        """
        return next(self._whole(), None)

    def average(self, epochs: Sequence[int]) -> Checkpoint:
        """Reads the weights of epochs and averages them; what is no weight, such as the state of a random generator, is that of the first.

        Args:
            epochs: Their numbers, at least one.

        Returns:
            The first epoch's checkpoint, with averaged arrays.

        Raises:
            UserError: A file is missing or damaged.
        """
        first, *others = [self._read_epoch(epoch) for epoch in epochs]
        arrays = {
            name: np.mean([array, *(other.arrays[name] for other in others)], axis=0, dtype=np.float64).astype(array.dtype)
            if np.issubdtype(array.dtype, np.floating) and others
            else array
            for name, array in first.arrays.items()
        }
        return first._replace(arrays=arrays)

    def _read_epoch(self, epoch: int) -> Checkpoint:
        path = self.path / _epoch_name(epoch)
        try:
            return _read(path)
        except (OSError, ValueError) as error:
            raise UserError(f"{path}: expected the best weights of this run, received {error}; train again into another folder") from error

    def _steps(self) -> list[Path]:
        return sorted(self.path.glob("step-*.npz"))

    def _whole(self) -> Iterator[Checkpoint]:
        for path in reversed(self._steps()):
            try:
                yield _read(path)
            except OSError as error:
                raise UserError(f"{path}: cannot read the checkpoint: {error.strerror}") from error
            except ValueError as error:
                _logger.warning("%s: %s; going on from the checkpoint before it", path, error)

    def _write(self, name: str, arrays: dict[str, np.ndarray], state: dict) -> Path:
        path, unfinished = self.path / name, self.path / f"{name}.unfinished"
        content = io.BytesIO()
        np.savez(content, **arrays, **{_STATE: np.frombuffer(json.dumps(state).encode(), np.uint8)})
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content.getbuffer())
                file.write(hashlib.sha256(content.getbuffer()).digest())
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            if self.path.is_dir():
                unfinished.unlink(missing_ok=True)
            raise UserError(f"{path}: cannot write the checkpoint: {error.strerror}; make room or choose another folder") from error
        return path


def _epoch_name(epoch: int) -> str:
    return f"epoch-{epoch:04d}.npz"


def _read(path: Path) -> Checkpoint:
    file = path.read_bytes()
    size = hashlib.sha256().digest_size
    content, digest = file[:-size], file[-size:]
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("the checkpoint is damaged, its checksum does not fit")
    with np.load(io.BytesIO(content)) as stored:
        arrays = {name: stored[name] for name in stored.files}
    state = json.loads(arrays.pop(_STATE).tobytes())
    return Checkpoint(path, arrays, state)
