"""The optimizer that settings ask for."""

import keras

from toolkit.arguments import InvalidArgument, option
from toolkit.tasks.settings import TrainingSettings
from toolkit.training.optimizers import build_optimizer


def optimizer_of(s: TrainingSettings, total_steps: int) -> keras.optimizers.Optimizer:
    """Makes the optimizer of a training.

    Args:
        s: Its settings.
        total_steps: Steps of all its epochs.

    Raises:
        InvalidArgument: The warm-up is longer than that.
    """
    if s.warmup_steps is not None and s.warmup_steps >= total_steps:
        expected = f"less than the {total_steps} steps of {s.epochs} epochs"
        raise InvalidArgument("warmup_steps", expected, s.warmup_steps, f"give a smaller one, or more {option('epochs')}")
    return build_optimizer(
        s.optimizer,
        s.learning_rate,
        schedule=s.schedule,
        warmup_steps=total_steps // 10 if s.warmup_steps is None else s.warmup_steps,
        total_steps=total_steps,
        clipnorm=s.clipnorm,
        global_clipnorm=s.global_clipnorm,
        weight_decay=s.weight_decay,
        momentum=s.momentum,
        ema_momentum=s.ema_momentum,
        averaging_patience=s.averaging_patience,
    )
