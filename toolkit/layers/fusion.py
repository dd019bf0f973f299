"""Several models of the same question, as one."""

import keras

from toolkit.layers.precision import output_dtype


@keras.saving.register_keras_serializable(package="toolkit")
class Fusion(keras.layers.Layer):
    """A weighted sum of logits, `y = Σ_i s_i y_i`; while training the first of them alone, which so learns as if there were no others.

    The scales start at 1 for the first and 0 for the others. They do not learn by gradient descent: `fit_fusion` finds those that make the
    probabilities of held-out texts most likely. With one kind of logits, its scale is one over the temperature.

    Args:
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        logits: A list of logits, each `[batch, labels]`.
        training: Whether to pass on the first ones alone.

    Returns:
        `[batch, labels]`.

    Source: Wolpert 1992, "Stacked generalization", for weights that held-out data choose; Guo et al. 2017, "On calibration of modern neural
    networks", for the temperature.
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": output_dtype(), **kwargs})

    def build(self, logits_shapes):
        """Makes the scales."""
        self.scales = self.add_weight((len(logits_shapes),), "zeros", trainable=False, name="scales")
        self.scales.assign([1.0] + [0.0] * (len(logits_shapes) - 1))

    def call(self, logits, training=False):
        """Returns the weighted sum, or while training the first logits."""
        return logits[0] if training else sum(scale * each for scale, each in zip(keras.ops.unstack(self.scales), logits, strict=True))

    def compute_output_shape(self, logits_shapes):
        """Returns `(batch, labels)`."""
        return logits_shapes[0]
