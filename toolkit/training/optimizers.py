"""Keras's optimizers from the words of a configuration."""

from collections.abc import Callable

import keras

from toolkit.arguments import InvalidArgument, check_choice, check_not_negative, check_positive, check_rate, option
from toolkit.training.averaged_sgd import AveragedSGD
from toolkit.training.schedules import DECAYS, WarmupDecay
from toolkit.training.warm_average import SGD, Adam, AdamW, RMSprop

_OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "rmsprop": RMSprop,
    "sgd": SGD,
    "asgd": AveragedSGD,
}

# Which of them take an option that others do not; asgd averages by itself.
_TAKE = {"momentum": ("sgd", "rmsprop"), "averaging_patience": ("asgd",), "ema_momentum": ("adam", "adamw", "rmsprop", "sgd")}

# Matched against variable names: decay regularizes the matrices that mix features. A bias has no scale to hold down, and a row of an
# embedding would shrink at every step, also at those where its token does not occur.
_NOT_DECAYED = ["bias", "embedding", "gamma", "beta"]


def build_optimizer(
    name: str = "adam",
    learning_rate: float = 1e-3,
    *,
    schedule: str = "constant",
    warmup_steps: int = 0,
    total_steps: int | None = None,
    clipnorm: float | None = None,
    global_clipnorm: float | None = None,
    weight_decay: float | None = None,
    momentum: float | None = None,
    ema_momentum: float | None = None,
    averaging_patience: int | None = None,
) -> keras.optimizers.Optimizer:
    """Builds a Keras optimizer.

    Args:
        name: `adam`, `adamw`, `rmsprop`, `sgd` or `asgd`, which is `AveragedSGD`.
        learning_rate: The learning rate, or the peak of the schedule.
        schedule: `constant`, `linear`, `cosine` or `inverse_sqrt`; see `WarmupDecay`.
        warmup_steps: Steps of linear warm-up.
        total_steps: Steps of the whole training; `linear` and `cosine` end there.
        clipnorm: Largest norm of each variable's gradient.
        global_clipnorm: Largest norm of all gradients taken together. At most one of the two.
        weight_decay: Decoupled weight decay, for any optimizer (Loshchilov & Hutter 2019); biases, embeddings and the scales and offsets of
            normalization are left out. `None` is no decay, except for `adamw`, which has Keras's default of 0.004.
        momentum: Momentum of `sgd` (0.9 when not given) or of `rmsprop` (0).
        ema_momentum: Share that the exponential moving average of the weights keeps at each step, such as 0.999, or less in the first
            steps, as `WarmAverage` says; `None` for no average.
        averaging_patience: Of `asgd`: epochs without a better one before the weights are averaged (5 when not given).

    Returns:
        The optimizer, not built.

    Raises:
        InvalidArgument: A name is unknown or a value out of its range.
    """
    check_choice("optimizer", name, _OPTIMIZERS)
    check_choice("schedule", schedule, DECAYS)
    _check_given(check_positive, learning_rate=learning_rate, clipnorm=clipnorm, global_clipnorm=global_clipnorm)
    _check_given(check_rate, ema_momentum=ema_momentum, momentum=momentum)
    _check_given(check_not_negative, weight_decay=weight_decay)
    if clipnorm is not None and global_clipnorm is not None:
        expected = f"none with {option('global_clipnorm')}, here {global_clipnorm}"
        raise InvalidArgument("clipnorm", expected, clipnorm, "set one of them to null")
    for key, value in {"momentum": momentum, "averaging_patience": averaging_patience, "ema_momentum": ema_momentum}.items():
        if value is not None and name not in _TAKE[key]:
            raise InvalidArgument(key, f"none with optimizer {name}, as it belongs to {' and '.join(_TAKE[key])}", value)

    if name == "sgd" and momentum is None:
        momentum = 0.9
    given = {"weight_decay": weight_decay, "momentum": momentum, "patience": averaging_patience}
    arguments = {"clipnorm": clipnorm, "global_clipnorm": global_clipnorm, **{key: v for key, v in given.items() if v is not None}}
    if ema_momentum is not None:
        arguments |= {"use_ema": True, "ema_momentum": ema_momentum}
    optimizer = _OPTIMIZERS[name](_learning_rate(learning_rate, schedule, warmup_steps, total_steps), **arguments)
    optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    return optimizer


def _learning_rate(peak: float, schedule: str, warmup_steps: int, total_steps: int | None) -> float | WarmupDecay:
    """Returns a plain number where that is enough, so that callbacks can set it."""
    if schedule == "constant" and warmup_steps == 0:
        return float(peak)
    return WarmupDecay(peak, schedule, warmup_steps, total_steps)


def _check_given(check: Callable, **arguments: float | None) -> None:
    for name, value in arguments.items():
        if value is not None:
            check(name, value)
