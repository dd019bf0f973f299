"""What the minimal GRU and the minimal LSTM have in common."""

from toolkit.layers.recurrent.cells.elementwise_cell import ElementwiseCell


class MinimalCell(ElementwiseCell):
    """A cell whose candidate is linear, or positive: φ is the identity, or with `positive=True` x + 0.5 where x ≥ 0 and σ(x) elsewhere.

    The second is the form that the paper runs on logarithms for stability. The recurrence itself is not run on logarithms here: as its
    factors are between 0 and 1, neither form can overflow.

    Args:
        units: Positive integer, the size of the state.
        positive: Whether candidates, and with them the states, are positive.
        **kwargs: As in `ElementwiseCell`.

    Raises:
        ValueError: An argument is out of range or of no use.
    """

    def __init__(self, units: int, *, positive: bool = False, **kwargs):
        super().__init__(units, **kwargs)
        self.positive = positive

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "positive": self.positive}
