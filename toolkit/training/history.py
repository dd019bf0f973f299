"""What each epoch measured, and what follows from it."""

from dataclasses import dataclass, field


@dataclass
class History:
    """The record of a training. Which epoch is best and whether to stop are computed from it, never stored.

    Attributes:
        monitor: The key of `epochs` to judge by, such as `"val_accuracy"`.
        mode: `"max"` if the larger is better, `"min"` if the smaller.
        epochs: One dictionary per finished epoch: `epoch` (from 1), `loss`, `val_loss`, the metrics with and without `val_`,
            `learning_rate`, `seconds` (of training so far, over all resumptions), and if the optimizer clips, `clipped`: the share of the
            steps at which it did.
    """

    monitor: str
    mode: str
    epochs: list[dict[str, float]] = field(default_factory=list)

    @property
    def best(self) -> dict[str, float] | None:
        """The best epoch, the earliest among equals; `None` before the first."""
        return next(iter(self.best_of(1)), None)

    def best_of(self, number: int) -> list[dict[str, float]]:
        """Returns the best so many epochs, the best first and the earlier first among equals; fewer if there are not so many."""
        sign = -1 if self.mode == "max" else 1
        return sorted(self.epochs, key=lambda epoch: sign * epoch[self.monitor])[:number]

    def should_stop(self, patience: int | None) -> bool:
        """Whether as many as `patience` epochs have passed since the best one. `None` never stops."""
        return patience is not None and bool(self.epochs) and self.epochs[-1]["epoch"] - self.best["epoch"] >= patience
