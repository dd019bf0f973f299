"""What runs in the process of one contender."""

from collections.abc import Sequence

from benchmarks.contenders.training_session import TrainingSession
from benchmarks.language_models import Batch, load
from benchmarks.language_models.setting import Setting, make_weights
from benchmarks.training_turns import FIRST_LOSSES


class LanguageModelSession(TrainingSession):
    """A language model made ready to train; its first steps are on the first windows, from a state of zeros.

    Args:
        contender: Key of `CONTENDERS`.
        setting: The model.
        seed: Seed of its weights.
        batches: What it trains on.
        threads: Threads of one operation.

    Raises:
        Unavailable: The contender cannot take part.
    """

    def __init__(self, contender: str, setting: Setting, seed: int, batches: Sequence[Batch], threads: int):
        module, options = load(contender)
        module.start(threads)
        super().__init__(module.build(setting, make_weights(setting, seed), **options), batches, range(min(FIRST_LOSSES, len(batches))))
