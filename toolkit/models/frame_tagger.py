"""Many-to-many, aligned: each frame of a sequence of images to one of several labels."""

from collections.abc import Sequence

import keras
from keras import ops

from toolkit.arguments import InvalidArgument, check_integer, check_positive_integer, check_rate
from toolkit.layers import Bidirectional
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype
from toolkit.models.image_places import HALVINGS, convolutions


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class FrameTagger(keras.Model):
    """Convolutions over each frame → recurrent layers over time → a label for each frame.

        f_t = relu(W conv(x_t))          what is seen on a frame
        h_t = [→h_t, ←h_t]               what is known at that time from the frames before it, and from those after it
        p(label_t) = softmax(D h_t)      p_1(label_t) = softmax(D_1 f_t)

    The second one, p_1, sees one frame. It is trained along, and says what the other frames are worth.

    Args:
        label_names: Names of the labels, in the order of the logits.
        image_size: Side of the frames.
        channels: 1 for grey, 3 for red, green and blue.
        filters: Features of the first convolution; each of the next ones has twice as many, and half the side.
        frame_units: Size of what is seen on a frame.
        units: Units per direction.
        num_layers: Stacked recurrent layers; 0 for a model that sees one frame.
        bidirectional: Whether the layers read the frames that come after, too.
        dropout: Dropout on what is seen on a frame, between the layers and before the logits.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: A dict of `images`, from 0 to 255, `[batch, frames, image_size, image_size, channels]`, and `lengths`, integers `[batch]`:
            how many frames each sequence has. What is after its end changes nothing.

    Returns:
        A dict of `logits`, and, if there are recurrent layers, `frame_logits`, those of the second one; both
        `[batch, frames, len(label_names)]`, float32 or more precise.

    Raises:
        ValueError: An argument is out of range.

    Source: Donahue et al. 2015, "Long-term recurrent convolutional networks for visual recognition and description"; Graves & Schmidhuber
    2005, "Framewise phoneme classification with bidirectional LSTM and other neural network architectures", for both directions.
    """

    def __init__(
        self,
        label_names: Sequence[str],
        image_size: int = 40,
        channels: int = 1,
        filters: int = 16,
        frame_units: int = 128,
        units: int = 128,
        num_layers: int = 1,
        bidirectional: bool = True,
        dropout: float = 0.0,
        cell: str = "lstm",
        **kwargs,
    ):
        for name, value in (("filters", filters), ("frame_units", frame_units), ("units", units)):
            check_positive_integer(name, value)
        check_integer("image_size", image_size, 2**HALVINGS)
        check_integer("num_layers", num_layers, 0)
        if channels not in (1, 3):
            raise InvalidArgument("channels", "1 or 3", channels)
        check_rate("dropout", dropout)
        if len(label_names) < 2:
            raise ValueError(f"Argument `label_names` must have at least two names. Received: {len(label_names)}")

        # === Layers ===
        encoder = _FrameEncoder(filters, frame_units, name="frame_encoder")
        layers = [layer_of(cell, units, return_sequences=True) for _ in range(num_layers)]
        recurrent = [Bidirectional(layer) if bidirectional else layer for layer in layers]
        dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers + 1)]

        # === Graph ===
        inputs = {
            "images": keras.Input((None, image_size, image_size, channels), name="images"),
            "lengths": keras.Input((), dtype="int32", name="lengths"),
        }
        x = dropouts[0](encoder(inputs["images"]))
        outputs = {}
        if recurrent:
            outputs["frame_logits"] = _logits(len(label_names), "frame_logits")(x)
            mask = _Mask(name="mask")(x, inputs["lengths"])
        for layer, after in zip(recurrent, dropouts[1:], strict=True):
            x = after(layer(x, mask=mask))
        outputs["logits"] = _logits(len(label_names), "logits")(x)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)

        # === Config ===
        self.label_names = list(label_names)
        self.image_size = image_size
        self.channels = channels
        self.filters = filters
        self.frame_units = frame_units
        self.units = units
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.cell = cell

    def get_config(self):
        """Returns the constructor's arguments."""
        names = (
            "label_names",
            "image_size",
            "channels",
            "filters",
            "frame_units",
            "units",
            "num_layers",
            "bidirectional",
            "dropout",
            "cell",
        )
        return {"name": self.name, "trainable": self.trainable, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)


class _FrameEncoder(keras.layers.Layer):
    """Makes a vector of each frame: from `[batch, frames, side, side, channels]` to `[batch, frames, units]`."""

    def __init__(self, filters: int, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        scale, flat = keras.layers.Rescaling(1 / 127.5, offset=-1.0), keras.layers.Flatten()
        self.network = keras.Sequential([scale, *convolutions(filters), flat, keras.layers.Dense(units, "relu")], name="network")

    def build(self, images_shape):
        self.network.build((None, *images_shape[2:]))

    def call(self, images, training=False):
        batch, frames, *image = ops.shape(images)
        seen = self.network(ops.reshape(images, (-1, *image)), training=training)
        return ops.reshape(seen, (batch, frames, self.units))

    def compute_output_shape(self, images_shape):
        return (*images_shape[:2], self.units)


class _Mask(keras.layers.Layer):
    """Says which frames there are: from `[batch, frames, features]` and lengths `[batch]` to booleans `[batch, frames]`."""

    def call(self, frames, lengths):
        places = ops.arange(ops.shape(frames)[1], dtype="int32")
        return ops.expand_dims(places, 0) < ops.expand_dims(lengths, 1)


def _logits(labels: int, name: str) -> keras.layers.Dense:
    return keras.layers.Dense(labels, dtype=output_dtype(), name=name)
