"""An image to a sentence about it."""

from collections.abc import Sequence

import keras
from keras import ops

from toolkit.arguments import check_choice, check_integer, check_positive_integer, check_rate
from toolkit.layers.attention.attention import Attention
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.backbones import make_backbone
from toolkit.models.dtype import with_layers_in_its_dtype
from toolkit.models.image_places import HALVINGS, Places, convolutions

BEGIN, END, SPECIAL = 2, 3, 4
"""What the first word follows, what follows the last one, and how many numbers no word has: padding and the unknown are 0 and 1."""

ATTENTIONS = ("none", "soft")
LEAST_OF_BACKBONES = 32  # pixels; some need more, and say so
COLOURS = 3  # of an image; a map of features has more


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class Captioner(keras.Model):
    """Convolutions over the image, and a recurrent layer that reads it as if it were the word before the first one, then writes.

        v_1 … v_P = places of convolutions(image)         h_0 = cell(W mean(v), 0)       h_t = cell(E y_{t-1}, h_{t-1})
        m_s = tanh(M v_s)      e_ts = h_t · m_s      α_ts = exp(e_ts) / Σ_s' exp(e_ts')      z_t = Σ_s α_ts m_s
        p(y_t | y_{<t}, image) = softmax(O tanh(C [z_t; h_t]) + c)

    With `attention="none"` there is no z_t: what is known of the image is in the state. With `"soft"` each word looks at the image from the
    state that is to write it; Xu's score is additive, which would take most of the time of a step. Nothing is fed back but the word, so
    while it trains all steps run in one call, of several captions of an image at once.

    With another `backbone` the convolutions are that network, which is not trained along unless `fine_tune` says so. As it is made here it
    knows nothing: `toolkit.models.backbones.load_backbone_weights(model.image_encoder, backbone)` changes that. Its batch normalisation
    goes by what it has learned in either case.

    Args:
        words: The words that are known, whose numbers are 4, 5, and so on; 0 is padding, 1 an unknown word, 2 the begin and 3 the end.
        image_size: Side of the images.
        filters: Features of the first convolution; each of the next ones has twice as many, and half the side.
        embedding_dim: Size of a word's vector.
        units: Size of the recurrent layer's state, and of m, z and what words are read from.
        attention: `"none"` or `"soft"`.
        dropout: Dropout on the words' vectors and before the words are read.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        backbone: `"none"` for three convolutions that are trained along; or `"efficientnet_lite0"` or a name of `keras.applications`, with
            which `filters` means nothing.
        fine_tune: Whether the backbone is trained along.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: A dict of `images`, RGB from 0 to 255, `[batch, image_size, image_size, 3]`, or what `image_encoder` makes of them,
            `[batch, rows, columns, features]`; and `tokens`, integers `[batch, captions, steps]`, which begin with 2 and have 0 after the
            end of a caption.

    Returns:
        A dict of `logits` of the next word, `[batch, captions, steps, len(words) + 4]`, float32 or more precise; and `attention`, α,
        `[batch, captions, steps, places]`, row by row of the image, zeros with `"none"`.

    Raises:
        ValueError: An argument is out of range.

    Source: Vinyals et al. 2015, "Show and tell" (`"none"`); Xu et al. 2015, "Show, attend and tell"; Lu et al. 2017, "Knowing when to
    look", for attention from the state that is to write a word, where Xu's is from the one before.
    """

    def __init__(
        self,
        words: Sequence[str],
        image_size: int = 64,
        filters: int = 32,
        embedding_dim: int = 128,
        units: int = 256,
        attention: str = "soft",
        dropout: float = 0.0,
        cell: str = "lstm",
        backbone: str = "none",
        fine_tune: bool = False,
        **kwargs,
    ):
        for name, value in (("filters", filters), ("embedding_dim", embedding_dim), ("units", units)):
            check_positive_integer(name, value)
        check_integer("image_size", image_size, 2**HALVINGS if backbone == "none" else LEAST_OF_BACKBONES)
        check_choice("attention", attention, ATTENTIONS)
        check_rate("dropout", dropout)
        super().__init__(**kwargs)

        # === Config ===
        self.words = list(words)
        self.image_size = image_size
        self.filters = filters
        self.embedding_dim = embedding_dim
        self.units = units
        self.attention = attention
        self.dropout = dropout
        self.cell = cell
        self.backbone = backbone
        self.fine_tune = fine_tune

        # === Layers ===
        scale = keras.layers.Rescaling(1 / 127.5, offset=-1.0)
        if backbone == "none":
            pixels = keras.Input((image_size, image_size, COLOURS))
            self.image_encoder = keras.Sequential([pixels, scale, *convolutions(filters)], name="image_encoder")
        else:
            self.image_encoder = make_backbone(backbone, image_size)
            self.image_encoder.trainable = fine_tune
        self.places_layer = Places(name="places")
        self.image_layer = keras.layers.Dense(embedding_dim, name="image")
        self.embedding_layer = keras.layers.Embedding(len(words) + SPECIAL, embedding_dim, name="embedding")
        self.embedding_dropout = keras.layers.Dropout(dropout, name="embedding_dropout")
        self.decoder = layer_of(cell, units, return_sequences=True, return_state=True)
        self.memory_layer = self.attention_layer = None
        if attention != "none":
            self.memory_layer = keras.layers.Dense(units, "tanh", name="memory")
            self.attention_layer = Attention("dot", name="attention")
        self.output_layer = keras.layers.Dense(units, "tanh", name="output")
        self.output_dropout = keras.layers.Dropout(dropout, name="output_dropout")
        self.word_layer = keras.layers.Dense(len(words) + SPECIAL, dtype=output_dtype(), name="words")
        self.supports_jit = False  # XLA compiles the layers' time loops, not the model

    def build(self, input_shape=None):
        """Creates the weights."""
        features = self.image_encoder.output_shape
        self.places_layer.build(features)
        places = self.places_layer.compute_output_shape(features)
        self.image_layer.build((None, places[-1]))
        self.embedding_layer.build((None, None))
        self.decoder.build((None, None, self.embedding_dim))
        if self.attention_layer is not None:
            self.memory_layer.build(places)
            self.attention_layer.build((None, None, self.units), (None, None, self.units))
        self.output_layer.build((None, None, self.units if self.attention_layer is None else 2 * self.units))
        self.word_layer.build((None, None, self.units))
        self.built = True

    def call(self, inputs, training=False):
        """Returns logits and attention of every step of every caption; see the class."""
        state, tokens = self.encode(inputs["images"], training=training), inputs["tokens"]
        batch, captions, steps = ops.shape(tokens)
        rows = ops.reshape(tokens, (-1, steps))
        embedded = self.embedding_dropout(self.embedding_layer(rows), training=training)
        outputs, *_ = self.decoder(embedded, initial_state=[ops.repeat(part, captions, axis=0) for part in state["decoder"]])
        queries = ops.reshape(outputs, (batch, captions * steps, self.units))
        logits, weights = self._read(queries, state, training)
        return {
            "logits": ops.reshape(logits, (batch, captions, steps, logits.shape[-1])),
            "attention": ops.reshape(weights, (batch, captions, steps, weights.shape[-1])),
        }

    def encode(self, images, training=False) -> dict:
        """Looks at images.

        Args:
            images: As for a call.
            training: Whether batch normalisation is that of training.

        Returns:
            The state that decoding starts from, a dict: `memory` (`[batch, places, size]`), `decoder` (the decoder's states, `[batch,
            units]` each) and `alignment` (`[batch, places]`, zeros).
        """
        features = self._features(images, training) if images.shape[-1] == COLOURS else images
        places = self.places_layer(features)
        _, *states = self.decoder(ops.expand_dims(self.image_layer(ops.mean(places, axis=1)), 1))
        memory = places if self.memory_layer is None else self.memory_layer(places)
        return {"memory": memory, "decoder": states, "alignment": ops.zeros_like(places[..., 0])}

    def step(self, tokens, state: dict):
        """Reads one word of each row, by the contract of `toolkit.decoding`.

        Args:
            tokens: int32 `[batch]`.
            state: What `encode` returned, or the step before.

        Returns:
            Logits `[batch, len(words) + 4]`, and the new state; its `alignment` is where attention looked.
        """
        outputs, *states = self.decoder(self.embedding_layer(ops.expand_dims(tokens, 1)), initial_state=list(state["decoder"]))
        logits, weights = self._read(outputs, state, training=False)
        return logits[:, 0], {**state, "decoder": states, "alignment": weights[:, 0]}

    def _features(self, images, training: bool):
        return self.image_encoder(images, training=training and self.backbone == "none")

    def _read(self, queries, state: dict, training: bool) -> tuple:
        """Returns logits and attention of the decoder's outputs, `[batch, steps, units]`."""
        if self.attention_layer is None:
            seen, weights = queries, ops.zeros_like(queries[..., :1]) * ops.expand_dims(state["alignment"], 1)
        else:
            found, weights = self.attention_layer(queries, state["memory"])
            seen = ops.concatenate([found, queries], -1)
        return self.word_layer(self.output_dropout(self.output_layer(seen), training=training)), weights

    def get_config(self):
        """Returns the constructor's arguments."""
        names = ("words", "image_size", "filters", "embedding_dim", "units", "attention", "dropout", "cell", "backbone", "fine_tune")
        return {"name": self.name, "trainable": self.trainable, **{name: getattr(self, name) for name in names}, "words": list(self.words)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)
