"""Learning rates that warm up, then decay."""

import math

import keras
from keras import ops

from toolkit.arguments import InvalidArgument, check_choice, check_integer, check_positive

DECAYS = ("constant", "linear", "cosine", "inverse_sqrt")


@keras.saving.register_keras_serializable(package="toolkit")
class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A linear warm-up to the peak learning rate, then a decay.

    With `w` warm-up steps and `n` total steps, step `t` (from 0) runs at `peak * (t + 1) / (w + 1)` while `t < w`, so that no step is
    wasted at zero, then, with `p = min((t - w) / (n - w), 1)`, at this part of the peak:

    | decay | part of the peak |
    |---|---|
    | `constant` | 1 |
    | `linear` | 1 - p |
    | `cosine` | (1 + cos(pi p)) / 2, Loshchilov & Hutter 2017 |
    | `inverse_sqrt` | sqrt(max(w, 1) / max(t, w, 1)), Vaswani et al. 2017; needs no total |

    Args:
        learning_rate: The peak, above 0.
        decay: One of `constant`, `linear`, `cosine`, `inverse_sqrt`.
        warmup_steps: Steps of warm-up, 0 for none.
        total_steps: Steps of the whole training; required by `linear` and `cosine`.

    Raises:
        ValueError: An argument is out of its range, or `total_steps` is missing.
    """

    def __init__(self, learning_rate: float, decay: str = "constant", warmup_steps: int = 0, total_steps: int | None = None) -> None:
        super().__init__()
        check_positive("learning_rate", learning_rate)
        check_choice("decay", decay, DECAYS)
        check_integer("warmup_steps", warmup_steps, 0)
        if decay in ("linear", "cosine") and (total_steps is None or total_steps <= warmup_steps):
            raise InvalidArgument("total_steps", f"above `warmup_steps`, which is {warmup_steps}, for decay={decay!r}", total_steps)
        self.learning_rate = learning_rate
        self.decay = decay
        self.warmup_steps = warmup_steps
        self.total_steps = total_steps
        self._warmup, self._total = (
            keras.Variable(float(steps or 0), trainable=False, dtype="float32") for steps in (warmup_steps, total_steps)
        )

    def end_at(self, total_steps: int) -> None:
        """Makes the training longer or shorter; the warm-up keeps its share of it.

        Args:
            total_steps: Steps of the whole training.
        """
        if self.total_steps:
            self.warmup_steps = min(self.warmup_steps * total_steps // self.total_steps, total_steps - 1)
            self._warmup.assign(self.warmup_steps)
        self.total_steps = total_steps
        self._total.assign(total_steps)

    def __call__(self, step):
        """Returns the learning rate of a step.

        Args:
            step: Steps done before this one, a scalar.

        Returns:
            A float32 scalar.
        """
        step = ops.cast(step, "float32")
        warming = (step + 1.0) / (self._warmup + 1.0)
        return self.learning_rate * ops.where(step < self._warmup, warming, self._factor(step))

    def _factor(self, step):
        if self.decay == "constant":
            return ops.ones_like(step)
        if self.decay == "inverse_sqrt":
            warmup = ops.maximum(self._warmup, 1.0)
            return ops.sqrt(warmup / ops.maximum(step, warmup))
        progress = ops.clip((step - self._warmup) / (self._total - self._warmup), 0.0, 1.0)
        return 1.0 - progress if self.decay == "linear" else 0.5 * (1.0 + ops.cos(math.pi * progress))

    def get_config(self) -> dict:
        """Returns the constructor's arguments."""
        return {
            "learning_rate": self.learning_rate,
            "decay": self.decay,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
        }
