"""Activity and temporal activity penalties."""

import keras
from keras import ops

from toolkit.arguments import InvalidArgument


@keras.saving.register_keras_serializable(package="toolkit")
class ActivityPenalty(keras.layers.Layer):
    """Passes its inputs through, and adds to the loss while training a penalty on large and on fast changing activations.

        penalty = activity · mean(h_t²) + temporal_activity · mean((h_{t+1} - h_t)²)

    The means are over features and real steps, or pairs of neighbouring real steps: padding counts for nothing. The first term (AR) keeps
    the activations small, the second (TAR) keeps them from changing much from one step to the next.

    AWD-LSTM puts AR on the last layer's output after dropout, and TAR on the output before it:

        h = ActivityPenalty(temporal_activity=1.0)(lstm(x))
        h = ActivityPenalty(activity=2.0)(VariationalDropout(0.4)(h))

    Args:
        activity: Weight of the activity penalty, called α in the paper; at least 0.
        temporal_activity: Weight of the temporal activity penalty, called β in the paper; at least 0.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        inputs: `[batch, time, features]`.
        mask: Boolean `[batch, time]`, `True` at real steps; all by default.
        training: Whether to add the penalty.

    Returns:
        The inputs.

    Raises:
        ValueError: An argument is negative or not a number, or the inputs do not have three axes.

    Source: Merity, McCann & Socher 2017, "Revisiting activation regularization for language RNNs"; the weights above are those of Merity,
    Keskar
    & Socher 2018, "Regularizing and optimizing LSTM language models".
    """

    def __init__(self, activity: float = 0.0, temporal_activity: float = 0.0, **kwargs):
        for name, weight in (("activity", activity), ("temporal_activity", temporal_activity)):
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < float("inf"):
                raise InvalidArgument(name, "a number that is at least 0", weight)
        super().__init__(**kwargs)
        self.activity = activity
        self.temporal_activity = temporal_activity
        self.input_spec = keras.layers.InputSpec(ndim=3)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, mask=None, training=False):
        """Returns the inputs."""
        if training:
            is_token = ops.ones(ops.shape(inputs)[:2], "bool") if mask is None else ops.cast(mask, "bool")
            # In half precision the sum over a batch would lose its smaller parts.
            h = ops.cast(inputs, self.variable_dtype)
            if self.activity:
                self.add_loss(self.activity * _mean_square(h, is_token))
            if self.temporal_activity:
                self.add_loss(
                    self.temporal_activity * _mean_square(h[:, 1:] - h[:, :-1], ops.logical_and(is_token[:, 1:], is_token[:, :-1]))
                )
        return inputs

    def compute_output_shape(self, inputs_shape):
        """Returns the shape of the inputs."""
        return inputs_shape

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "activity": self.activity, "temporal_activity": self.temporal_activity}


def _mean_square(values, is_counted):
    """Returns the mean of the squares over the counted steps, 0 if there are none."""
    # The choice comes before the square: what stands at a masked step, infinite perhaps, must not reach the gradient.
    values = ops.where(ops.expand_dims(is_counted, -1), values, ops.zeros_like(values))
    count = ops.sum(ops.cast(is_counted, values.dtype)) * values.shape[-1]
    return ops.sum(ops.square(values)) / ops.maximum(count, 1)
