"""How often the gradient is clipped, and whether that is too often."""

import logging

import keras

from toolkit.arguments import option

NEARLY_ALL = 0.95
ROUNDING = 1e-5  # of a norm in single precision

_log = logging.getLogger(__name__)


class Clipping:
    """Counts the steps whose gradient is clipped.

    Args:
        optimizer: What clips.
    """

    def __init__(self, optimizer: keras.optimizers.Optimizer) -> None:
        limits = {name: getattr(optimizer, name, None) for name in ("global_clipnorm", "clipnorm", "clipvalue")}
        self._limits = {name: limit for name, limit in limits.items() if limit is not None}
        self._warned = False

    def counts(self, report: dict[str, float]) -> bool:
        """Returns whether a step was clipped.

        Args:
            report: What `Steps.train` says of the step.
        """
        return report["gradient_norm_clipped"] < report["gradient_norm"] * (1 - ROUNDING)

    def record(self, clipped: int, steps: int) -> dict[str, float]:
        """Returns the share of the steps that were clipped, `clipped`; nothing if the optimizer does not clip.

        Args:
            clipped: How many steps of the epoch were.
            steps: How many there were.
        """
        return {"clipped": clipped / steps} if self._limits and steps else {}

    def warn(self, record: dict[str, float], norm: float) -> None:
        """Warns, once in a training, if nearly all steps of an epoch were clipped.

        Args:
            record: That of the epoch.
            norm: The mean of the gradient's norms over its steps, before clipping.
        """
        if self._warned or record.get("clipped", 0) <= NEARLY_ALL:
            return
        self._warned = True
        [(name, limit)] = self._limits.items()
        _log.warning(
            "%.0f %% of the steps of epoch %d were clipped by %s %g, and the gradients had a norm of %.3g in the mean: nearly all steps "
            "have the same length, whatever the gradient's; if the loss falls slowly, try a larger %s, and if it jumps, a smaller %s",
            *(100 * record["clipped"], record["epoch"], option(name), limit, norm, option(name), option("learning_rate")),
        )
