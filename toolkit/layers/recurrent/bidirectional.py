"""The bidirectional wrapper."""

import keras


@keras.saving.register_keras_serializable(package="toolkit")
class Bidirectional(keras.layers.Bidirectional):
    """Reads a sequence in both directions, a drop-in namesake of `keras.layers.Bidirectional`.

        →h_t = forward(x_t, →h_{t-1})      ←h_t = backward(x_t, ←h_{t+1})      y_t = merge(→h_t, ←h_t)

    Padding changes nothing: a masked step leaves both states as they are, so the backward direction starts at the last token of each row,
    and with `return_sequences=True` the output at a masked step is zero.

    Args:
        layer: A recurrent layer, such as `LSTM(128, return_sequences=True)`.
        merge_mode: `"concat"`, `"sum"`, `"mul"`, `"ave"`, or `None` for a pair of outputs.
        **kwargs: As in `keras.layers.Bidirectional`.

    Raises:
        ValueError: `merge_mode` is not known, or the two layers do not go in opposite directions.

    Source: Schuster & Paliwal 1997, "Bidirectional recurrent neural networks".
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        super().__init__(layer, merge_mode, weights, backward_layer, **kwargs)
        # Keras copies the layer by its configuration and, while a model is loaded, knows by `id` what it has copied. A layer that is gone
        # would give its id to one of another wrapper, which then got this one's copy. In a function Keras does not find its weights.
        self._copied = lambda: layer
