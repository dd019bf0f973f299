"""Answers requests that wait for the same signature in one call."""

import asyncio
import collections
import concurrent.futures
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from toolkit.server.tensor_spec import TensorSpec

Tensors = Mapping[str, np.ndarray]
MOST_ROWS = 32  # in one call


@dataclasses.dataclass(frozen=True)
class _Waiting:
    key: tuple | None
    signature: str
    inputs: Tensors
    rows: int
    answer: asyncio.Future


class Batcher:
    """Calls a model in a thread of its own, with the rows of as many waiting requests as fit.

    A request that comes when the thread is free is answered at once: nobody waits for others to come. While it is busy, requests collect,
    and those of one signature are joined into the next call. Rows do not depend on each other, so the answers are those that each would
    have had alone, but for rounding, and padding up to the longest of a call. If a joined call fails, its requests are called one by one.
    One call uses all cores, and calls at the same time would be smaller: more threads gave fewer answers per second.

    Args:
        call: `(signature, inputs) -> outputs`, all by name; called in threads.
        specs: The inputs of each signature. Only inputs with rows are joined; others have to be equal.
        most_rows: Rows of a call at most; larger requests are answered by several calls, one after the other.
    """

    def __init__(
        self,
        call: Callable[[str, Tensors], Tensors],
        specs: Mapping[str, Mapping[str, TensorSpec]],
        most_rows: int = MOST_ROWS,
    ):
        self._call = call
        self._specs = specs
        self._most_rows = most_rows
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "model")
        self._queue: collections.deque[_Waiting] = collections.deque()
        self._task: asyncio.Task | None = None  # the loop itself would let it be collected

    async def run(self, signature: str, inputs: Tensors) -> Tensors:
        """Answers a request.

        Args:
            signature: Name of the signature.
            inputs: Its inputs by name, all with the same number of rows.

        Returns:
            The outputs by name.
        """
        parts = [await self._wait(signature, part) for part in self._split(signature, inputs)]
        return parts[0] if len(parts) == 1 else {name: stack([part[name] for part in parts]) for name in parts[0]}

    def _split(self, signature: str, inputs: Tensors) -> Iterator[Tensors]:
        specs = self._specs[signature]
        rows = max((len(inputs[name]) for name, spec in specs.items() if spec.has_rows), default=1)
        for i in range(0, rows, self._most_rows):
            chosen = slice(i, i + self._most_rows)
            yield {name: inputs[name][chosen] if spec.has_rows else inputs[name] for name, spec in specs.items()}

    async def _wait(self, signature: str, inputs: Tensors) -> Tensors:
        specs = self._specs[signature]
        rows = max((len(inputs[name]) for name, spec in specs.items() if spec.has_rows), default=0)
        key = _key(signature, inputs, specs) if 0 < rows < self._most_rows else None  # nothing can be joined to the others
        waiting = _Waiting(key, signature, inputs, rows, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer_all())
        return await waiting.answer

    async def _answer_all(self) -> None:
        while self._queue:
            batch = self._next_batch()
            await (self._answer_together(batch) if len(batch) > 1 else self._answer_alone(batch[0]))

    def _next_batch(self) -> list[_Waiting]:
        batch = [self._queue.popleft()]
        if batch[0].key is None:
            return batch
        rows, others = batch[0].rows, []
        while self._queue and rows < self._most_rows:
            other = self._queue.popleft()
            fits = other.key == batch[0].key and rows + other.rows <= self._most_rows
            (batch if fits else others).append(other)
            rows += other.rows if fits else 0
        self._queue.extendleft(reversed(others))
        return batch

    async def _answer_together(self, batch: Sequence[_Waiting]) -> None:
        specs = self._specs[batch[0].signature]
        first = batch[0].inputs
        joined = {
            name: np.concatenate([waiting.inputs[name] for waiting in batch]) if spec.has_rows else first[name]
            for name, spec in specs.items()
        }
        rows = sum(waiting.rows for waiting in batch)
        try:
            outputs = await self._in_thread(batch[0].signature, joined)
            if any(output.shape[:1] != (rows,) for output in outputs.values()):
                raise ValueError("an output has no row for each instance")
        except Exception:  # whichever of them it was that the model refuses, the others are answered
            for waiting in batch:
                await self._answer_alone(waiting)
            return
        end = 0
        for waiting in batch:
            start, end = end, end + waiting.rows
            _resolve(waiting, {name: output[start:end] for name, output in outputs.items()})

    async def _answer_alone(self, waiting: _Waiting) -> None:
        try:
            _resolve(waiting, await self._in_thread(waiting.signature, waiting.inputs))
        except Exception as error:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)

    async def _in_thread(self, signature: str, inputs: Tensors) -> Tensors:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._call, signature, inputs)


def stack(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the rows of all parts, padded with zeros, or empty strings, to one shape."""
    sizes = [max(part.shape[axis] for part in parts) for axis in range(1, parts[0].ndim)]
    return np.concatenate([_padded(part, sizes) for part in parts])


def _padded(part: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    missing = [(0, 0), *((0, size - held) for size, held in zip(sizes, part.shape[1:], strict=True))]
    return np.pad(part, missing, constant_values=b"" if part.dtype == object else 0)


def _resolve(waiting: _Waiting, outputs: Tensors) -> None:
    if not waiting.answer.done():  # who asked may be gone
        waiting.answer.set_result(outputs)


def _key(signature: str, inputs: Tensors, specs: Mapping[str, TensorSpec]) -> tuple:
    """Returns what requests that can be joined have in common."""
    key = [signature]
    for name, spec in specs.items():
        array = inputs[name]
        key.append(array.shape[1:] if spec.has_rows else tuple(array.flat))
    return tuple(key)
