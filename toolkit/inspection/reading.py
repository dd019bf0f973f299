"""States of every unit at every step of long texts, in bounded memory."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.inspection.subject import named_loops
from toolkit.layers.recurrent.observing import ObservedLoop, observing

ROWS = 64
"""Passages that are read side by side."""

WARM_UP = 256
"""Steps that are read before a passage that begins within a text, so that its first step has a state as if all had been read."""

STEPS = 128
"""Steps of one call of the model."""


@dataclass(frozen=True)
class Reading:
    """What a model has read, and what its units were at each step.

    Attributes:
        pieces: The part of the text that each step stands for. Put together they are the texts, but for white space where words are
            read.
        starts: The step at which each text begins.
        states: By the name of the layer float16 `[units, steps]`, on disk, in a file without a name that ends with the array.
        leaning: Where the model tells two labels apart, a function to how much it takes what it has read so far for the second one:
            logit less logit, `[steps]`.
    """

    pieces: list[str]
    starts: list[int]
    states: dict[str, np.ndarray]
    leaning: Callable[[], np.ndarray] | None = None

    def texts(self) -> Iterator[list[str]]:
        """Yields the pieces of each text."""
        for start, end in zip(self.starts, [*self.starts[1:], len(self.pieces)], strict=True):
            yield self.pieces[start:end]


class Passage(NamedTuple):
    """Some steps of a text, read as one row.

    Attributes:
        ids: Token ids, those of the warm-up first.
        kept: How many of them, the last ones, are seen.
        place: Step of all texts at which the first of these stands.
    """

    ids: np.ndarray
    kept: int
    place: int


def passages(texts: Sequence[np.ndarray], length: int, warm_up: int = 0, begin_id: int | None = None) -> list[Passage]:
    """Cuts texts into passages that are read side by side, the longest first.

    Args:
        texts: Token ids of each text, `[steps]`.
        length: Most steps of a passage, besides the warm-up.
        warm_up: Steps that are read before a passage that does not begin with its text.
        begin_id: What is read before the first token of a text, if anything is.
    """
    found, place = [], 0
    begin = np.array([] if begin_id is None else [begin_id], "int32")
    for ids in texts:
        for first in range(0, len(ids), length):
            last, read_from = min(first + length, len(ids)), max(first - warm_up, 0)
            read = ids[read_from:last] if read_from else np.concatenate([begin, ids[:last]])
            found.append(Passage(read, last - first, place + first))
        place += len(ids)
    return sorted(found, key=lambda passage: -len(passage.ids))


def side_by_side(steps: int) -> int:
    """Returns how long passages are so that a text fills the rows of a batch, and the warm-up is at most a fifth of what is read."""
    return max(-(-steps // ROWS), 4 * WARM_UP)


def read_states(
    observe: Callable[[tf.Tensor, Any], tuple[dict[str, tf.Tensor], Any]],
    rows: Sequence[Passage],
    steps: int,
    initial_state: Callable[[int], Any] = lambda rows: (),
    chunk: int | None = None,
) -> dict[str, np.ndarray]:
    """Reads passages side by side, some steps at a time.

    Args:
        observe: `(tokens [rows, time], state) -> (states by the name of a layer, each [rows, time, units], state)`.
        rows: The passages, the longest first.
        steps: Steps of all texts.
        initial_state: From a number of rows to the state that each passage begins with.
        chunk: Steps of one call, `None` for `STEPS`. What has no state to go on from needs all steps of the longest passage in one.

    Returns:
        By the name of the layer float16 `[units, steps]`, on disk.

    Raises:
        UserError: The disk has too little space for them, or a layer has other steps than tokens.
    """
    store: dict[str, np.ndarray] = {}
    chunk = chunk or STEPS
    for group in (rows[first : first + ROWS] for first in range(0, len(rows), ROWS)):
        tokens = np.zeros([len(group), len(group[0].ids)], "int32")
        for row, passage in enumerate(group):
            tokens[row, : len(passage.ids)] = passage.ids
        state = initial_state(len(group))
        for first in range(0, tokens.shape[1], chunk):
            seen, state = observe(tf.constant(tokens[:, first : first + chunk]), state)
            for name, values in seen.items():
                if values.shape[1] != tokens[:, first : first + chunk].shape[1]:
                    raise UserError(f"{name}: expected a step for each token, which this layer does not have; its units cannot be read")
                if name not in store:
                    store[name] = _on_disk(values.shape[-1], steps)
                _keep(store[name], group, values.numpy(), first)
    return store


def _keep(array: np.ndarray, group: Sequence[Passage], values: np.ndarray, first: int) -> None:
    for passage, row in zip(group, values, strict=True):
        skipped = len(passage.ids) - passage.kept
        begin, end = max(skipped, first), min(len(passage.ids), first + len(row))
        if begin < end:
            place = passage.place + begin - skipped
            array[:, place : place + end - begin] = row[begin - first : end - first].T


def _on_disk(units: int, steps: int) -> np.ndarray:
    needed, folder = 2 * units * steps, tempfile.gettempdir()
    if needed > shutil.disk_usage(folder).free:  # or else the process would be killed while it writes
        raise UserError(f"{folder}: expected {needed / 1e6:,.0f} MB of free space for the states of {units} units; read a shorter text")
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, "float16", "w+", shape=(units, steps))


def states_of(loops: Sequence[ObservedLoop], part: str | None) -> dict[str, tf.Tensor]:
    """Returns one part of the state of each loop, `[batch, time, units]`, by the loop's name.

    Args:
        loops: What was observed.
        part: Name of the part; `None` for `memory_part`.
    """
    return {name: loop.states[part or memory_part(loop)] for name, loop in named_loops(loops).items()}


def memory_part(loop: ObservedLoop) -> str:
    """Returns the part of a state that is the memory: c where there is one, else the output, h."""
    return "c" if "c" in loop.states else next(iter(loop.states))


def observing_states(
    call: Callable[[tf.Tensor, Any], Any], part: str | None, signature: Sequence[Any]
) -> Callable[[tf.Tensor, Any], tuple[dict[str, tf.Tensor], Any]]:
    """Compiles a model's call into what `read_states` takes.

    Args:
        call: `(tokens, state) -> state`: calls the model.
        part: Part of the states to see, as for `states_of`.
        signature: Shapes and types of the tokens and the state.
    """

    @tf.function(input_signature=signature)
    def observe(tokens, state):
        with observing() as loops:
            state = call(tokens, state)
        return states_of(loops, part), state

    return observe
