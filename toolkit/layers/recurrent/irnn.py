"""The IRNN layer."""

import keras

from toolkit.arguments import check_positive
from toolkit.layers.recurrent.simple_rnn import SimpleRNN


@keras.saving.register_keras_serializable(package="toolkit")
class IRNN(SimpleRNN):
    """A simple recurrent network of rectified linear units that starts by remembering: U is the identity.

        h = max(0, W x + U h + b),   U = scale · I,   W ~ N(0, 0.001²),   b = 0 at the start

    While U is the identity, the state is carried on as it is and the gradient passes unchanged through any number of steps where the units
    are active.

    Args:
        units: Positive integer, the size of the state.
        scale: Positive number on the diagonal of U at the start. The paper takes 1, and 0.01 for speech, where memory should fade.
        activation: Activation of the state.
        kernel_initializer: Start of W, the normal distribution above if `None`.
        **kwargs: As in `SimpleRNN`, without `recurrent_initializer`: `scale` says how U starts.

    Call arguments:
        sequences: `[batch, time, features]`.
        initial_state: `h`, `[batch, units]`; zeros by default.
        mask: Boolean `[batch, time]`, `False` where the state is carried over.
        training: Whether dropout is on.

    Returns:
        `[batch, units]`, or `[batch, time, units]` with `return_sequences=True`; with `return_state=True` a tuple of that and `h`.

    Raises:
        ValueError: An argument is out of range, `recurrent_initializer` is given, or the inputs do not have three axes.

    Example:
        >>> IRNN(4, return_sequences=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: Le, Jaitly & Hinton 2015, "A simple way to initialize recurrent networks of rectified linear units".
    """

    def __init__(self, units: int, *, scale: float = 1.0, activation="relu", kernel_initializer=None, **kwargs):
        check_positive("scale", scale)
        if "recurrent_initializer" in kwargs:
            raise ValueError(
                "IRNN starts its recurrent kernel at `scale` times the identity; use `SimpleRNN` for another start. "
                f"Received: recurrent_initializer={kwargs['recurrent_initializer']!r}"
            )
        super().__init__(
            units,
            activation=activation,
            kernel_initializer=kernel_initializer or keras.initializers.RandomNormal(stddev=0.001),
            recurrent_initializer=keras.initializers.Identity(gain=scale),
            **kwargs,
        )
        self.scale = scale

    def get_config(self):
        """Returns the constructor's arguments."""
        config = {**super().get_config(), "scale": self.scale}
        del config["recurrent_initializer"]
        return config
