"""Averaged stochastic gradient descent."""

from collections.abc import Sequence

import keras
from keras import ops

from toolkit.arguments import check_positive_integer


@keras.saving.register_keras_serializable(package="toolkit")
class AveragedSGD(keras.optimizers.SGD):
    """Gradient descent that averages its weights once they go round in circles instead of down.

        w_{k+1} = w_k - η g_k                 the model has w̄ = 1/(K - T + 1) Σ_{k=T}^K w_k

    T is the step after which the loss on the validation split was no less than the least of `patience` and more epochs ago (the trigger is
    not monotonic: a single worse epoch starts nothing). Before T the average is the weights themselves.

    It is kept where Keras keeps its exponential average, so what knows of `use_ema` knows of it.

    Args:
        learning_rate: η, a number or a schedule.
        patience: Epochs.
        **kwargs: As in `keras.optimizers.SGD`, but for `use_ema`, which is on.

    Raises:
        ValueError: `patience` is not a positive integer.

    Source: Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"; Merity, Keskar & Socher 2018, "Regularizing and
    optimizing LSTM language models", algorithm 1.
    """

    def __init__(self, learning_rate=30.0, patience: int = 5, **kwargs):
        check_positive_integer("patience", patience)
        super().__init__(learning_rate, **{**kwargs, "use_ema": True})
        self.patience = patience

    def build(self, variables):
        """Makes the averages, and the number of weights in them."""
        if not self.built:
            self.averaged = self.add_variable((), initializer="zeros", dtype="float32", name="averaged")
        super().build(variables)

    @property
    def averages(self) -> bool:
        """Whether the average has begun."""
        return float(self.averaged.value) > 0

    def watch(self, losses: Sequence[float]) -> None:
        """Begins the average if it is time to.

        Args:
            losses: The validation loss of each epoch until now.
        """
        if not self.averages and len(losses) > self.patience and losses[-1] >= min(losses[: -self.patience]):
            self.averaged.assign(1.0)

    def _update_model_variables_moving_average(self, trainable_variables):
        """Takes the new weights into the average; Keras calls it after every step."""
        for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
            if average is not None:
                average.assign_add((variable - average) / ops.cast(self.averaged + 1, average.dtype))
        self.averaged.assign(ops.where(self.averaged > 0, self.averaged + 1, 0.0))

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "patience": self.patience}
