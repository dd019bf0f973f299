"""What runs in the process of one translator."""

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.translators import Batch, load
from benchmarks.translators.setting import Setting, make_weights


class TranslatorSession:
    """A translator made ready to train.

    Args:
        translator: Key of `TRANSLATORS`.
        setting: The model.
        seed: Seed of its weights.
        batches: What it trains on.
        threads: Threads of one operation.

    Raises:
        Unavailable: The translator cannot take part.
    """

    def __init__(self, translator: str, setting: Setting, seed: int, batches: Sequence[Batch], threads: int):
        module, options = load(translator)
        module.start(threads)
        trainer = module.build(setting, make_weights(setting, seed), **options)
        self._train = trainer.train
        self._batches = [trainer.prepare(batch) for batch in batches]
        self._tokens = [target_tokens(batch) for batch in batches]
        self._shapes = [(source.shape, target.shape) for (source, target), *_ in batches]

    def first_calls(self, most_shapes: int = 8) -> tuple[float, list[float]]:
        """Takes a step on a batch of each shape, which traces and compiles, and once more.

        Args:
            most_shapes: Only the first so many shapes. Where batches have any shape, the step has been traced for that before then.

        Returns:
            The seconds that the first steps take longer than the second ones, and the losses of the first.
        """
        firsts = {shape: i for i, shape in reversed(list(enumerate(self._shapes)))}
        batches = [self._batches[i] for i in sorted(firsts.values())[:most_shapes]]
        (first, losses), (second, _) = (self._timed(batches) for _ in range(2))
        return first - second, losses

    def round(self, start: int, end: int) -> float:
        """Trains on the batches from `start` to `end`; returns target tokens per second."""
        seconds, _ = self._timed(self._batches[start:end])
        return sum(self._tokens[start:end]) / seconds

    def _timed(self, batches: Sequence) -> tuple[float, list[float]]:
        started = time.perf_counter()
        losses = [self._train(batch) for batch in batches]
        return time.perf_counter() - started, losses


def target_tokens(batch: Batch) -> int:
    """Returns the tokens to predict, padding not among them."""
    return int(np.sum(batch[-1]))
