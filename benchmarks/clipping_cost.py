"""What the norms that a training records cost its steps: the step of `fit` with them and without, in turns.

    python -m benchmarks.clipping_cost [--rounds 60] [--out FOLDER]

The model is that of the language model recipe's preset `quick`, on random text. Before a clock runs the losses are compared. Without norms
runs twice: how far the two are apart is what the measurement cannot tell. docs/language_model_speed.md shows the record.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from benchmarks.language_model_speed import BATCHES, SEED, SUBWORDS
from benchmarks.language_model_speed_page import NORMS, SPEED
from benchmarks.language_models.session import LanguageModelSession
from benchmarks.language_models.windows import make_windows, random_text
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.speed import more_time
from benchmarks.speed_page import measurement_table
from benchmarks.training_turns import require_same_losses
from benchmarks.turns import take_turns, workers_of
from toolkit.training import steps
from toolkit.training.update import Update

WITHOUT, WITH, AGAIN = "without norms", "with norms", "without norms, again"
ROUNDS = 60
SETTING = SUBWORDS


class UpdateWithoutNorms(Update):
    """Clips and applies the gradients, and says nothing of them."""

    def _clip_and_apply(self, gradients: list[tf.Tensor]) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        self._optimizer.apply(gradients)
        return {"learning_rate": tf.convert_to_tensor(self._optimizer.learning_rate)}, tf.zeros([2, 0])


class NormsSession(LanguageModelSession):
    """Our language model, whose steps in this process record the norms or do not."""

    def __init__(self, contender: str, *arguments):
        if contender != WITH:
            steps.Update = UpdateWithoutNorms
        super().__init__("ours", *arguments)


def main(argv: Sequence[str] | None = None) -> SpeedRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time a training step with the norms that are recorded and without.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"turns of each, of {BATCHES} steps (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    started, count = time.monotonic(), options.rounds * BATCHES
    batches = make_windows(random_text(SETTING.vocabulary_size, SETTING.rows * SETTING.window * count + 1, SEED), SETTING, count)
    with workers_of(NormsSession, {name: (name, SETTING, SEED, batches, 1) for name in (WITHOUT, WITH, AGAIN)}) as workers:
        require_same_losses({name: worker("first_calls")[1] for name, worker in workers.items()})
        speeds = take_turns(workers, [(start, start + BATCHES) for start in range(0, count, BATCHES)])
    more = more_time(speeds, WITHOUT)
    case = {name: {SPEED: float(f"{statistics.median(own):.4g}")} | more[name] for name, own in speeds.items()}
    record = SpeedRecord(
        name="clipping-cost",
        table=NORMS,
        what=SETTING.what,
        command=f"python -m benchmarks.clipping_cost --rounds {options.rounds}",
        seed=SEED,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={SETTING.what: case},
    )
    print(measurement_table(record))
    print(record.save(options.out))
    return record


if __name__ == "__main__":
    main()
