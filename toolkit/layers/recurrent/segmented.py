"""Training on segments of a long sequence."""

import keras
from keras import ops

from toolkit.arguments import check_positive_integer


@keras.saving.register_keras_serializable(package="toolkit")
class Segmented(keras.layers.Wrapper):
    """Trains a layer on consecutive segments of a sequence, side by side; outside of training the layer reads the whole.

    In training `[batch, time, features]` becomes `[batch * time / length, length, features]`: every segment starts from the initial state,
    so a step of the loop has more rows to multiply and the loop fewer steps, which is what modest hardware needs. No state and no gradient
    crosses a border between segments.

    Args:
        layer: A layer from `[batch, time, features]` to `[batch, time, units]`, masks included.
        length: Steps in a segment.
        **kwargs: As in `keras.layers.Layer`.

    Raises:
        ValueError: `length` is not a positive integer.

    Source: Johnson & Zhang 2016, "Supervised and semi-supervised text categorization using LSTM for region embeddings", section 2.3.
    """

    def __init__(self, layer, length: int, **kwargs):
        check_positive_integer("length", length)
        super().__init__(layer, **kwargs)
        self.length = length
        self.supports_masking = True

    def call(self, sequences, mask=None, training=False):
        """Runs the layer; `sequences` is `[batch, time, features]`, `mask` boolean `[batch, time]`."""
        if not training:
            return self.layer(sequences, mask=mask, training=training)
        time, features = ops.shape(sequences)[1], sequences.shape[-1]
        padding = -time % self.length
        if mask is None:
            mask = ops.ones(ops.shape(sequences)[:2], dtype="bool")
        segments = ops.reshape(ops.pad(sequences, ((0, 0), (0, padding), (0, 0))), (-1, self.length, features))
        segment_mask = ops.reshape(ops.pad(mask, ((0, 0), (0, padding))), (-1, self.length))
        outputs = self.layer(segments, mask=segment_mask, training=training)
        return ops.reshape(outputs, (-1, time + padding, outputs.shape[-1]))[:, :time]

    def compute_output_shape(self, sequences_shape):
        """Returns the shape that the layer gives."""
        return self.layer.compute_output_shape(sequences_shape)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "length": self.length}
