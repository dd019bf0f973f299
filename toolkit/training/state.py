"""Where a training stands, apart from its variables."""

from dataclasses import dataclass, field


@dataclass
class State:
    """The part of a checkpoint that is not a variable; plain numbers, so it is stored as JSON.

    Attributes:
        epoch: Epochs finished.
        step: Steps taken in the epoch under way.
        totals: Weighted sums over those steps, of the loss, the metrics and the weights themselves (`weight`).
        epochs: `History.epochs`.
        seconds: Spent training, over all resumptions.
        total: Steps of the whole training, once a budget has said so.
        clipped: Steps of the epoch under way whose gradient was clipped.
        norms: Sum of the gradient's norms over its steps, before clipping.
    """

    epoch: int = 0
    step: int = 0
    totals: dict[str, float] = field(default_factory=dict)
    epochs: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0
    total: int | None = None
    clipped: int = 0
    norms: float = 0.0

    def add(self, sums: dict[str, float]) -> None:
        """Counts one step in."""
        self.step += 1
        for name, value in sums.items():
            self.totals[name] = self.totals.get(name, 0.0) + value

    def means(self) -> dict[str, float]:
        """The weighted means of the epoch so far."""
        return weighted_means(self.totals)

    def finish_epoch(self, record: dict[str, float]) -> None:
        """Files the epoch's record and starts the next."""
        self.epochs.append(record)
        self.epoch += 1
        self.step = self.clipped = 0
        self.norms = 0.0
        self.totals = {}


def weighted_means(totals: dict[str, float]) -> dict[str, float]:
    """Divides each weighted sum by `totals["weight"]`."""
    return {name: total / totals["weight"] for name, total in totals.items() if name != "weight"}
