"""What runs in the process of one translator."""

from collections.abc import Sequence

from benchmarks.contenders.training_session import TrainingSession
from benchmarks.translators import Batch, load
from benchmarks.translators.setting import Setting, make_weights

MOST_SHAPES = 8  # where batches have any shape, the step has been traced for that before then


class TranslatorSession(TrainingSession):
    """A translator made ready to train; its first steps are on a batch of each shape.

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
        super().__init__(module.build(setting, make_weights(setting, seed), **options), batches, first_of_each_shape(batches))


def first_of_each_shape(batches: Sequence[Batch]) -> list[int]:
    """Returns the index of the first batch of each shape, of at most so many shapes as `MOST_SHAPES`."""
    shapes = [(source.shape, target.shape) for (source, target), *_ in batches]
    firsts = {shape: i for i, shape in reversed(list(enumerate(shapes)))}
    return sorted(firsts.values())[:MOST_SHAPES]
