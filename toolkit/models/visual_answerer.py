"""An image and a question to one of several short answers."""

import math
from collections.abc import Sequence

import keras
from keras import ops

from toolkit.arguments import check_integer, check_positive_integer, check_rate
from toolkit.layers.attention.attention import Attention
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype
from toolkit.models.image_places import HALVINGS, Places, convolutions

SPECIAL = 2  # padding and the unknown, before all words


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class VisualAnswerer(keras.Model):
    """Convolutions over the image, a recurrent layer over the question, attention in hops from one to the other, their product → logits.

    With v the vectors of the places of the image, and q the last state of the recurrent layer,

        e_ks = w_k · tanh(W_k u_{k-1} + V_k v_s + b_k)      α_ks = exp(e_ks) / Σ_s' exp(e_ks')
        u_0 = q      u_k = u_{k-1} + Σ_s α_ks v_s

    and what is answered is read in a, b and a ⊙ b, where a = tanh(A (u_K - u_0)) is what was seen, and b = tanh(B q) what was asked. With
    the product alone, and u_K in place of u_K - u_0, the model begins to look at the image later.

    Args:
        words: The words that are known, whose numbers are 2, 3, and so on; 0 is padding and 1 an unknown word.
        answers: The answers that can be given, in the order of the logits.
        image_size: Side of the images.
        filters: Features of the first convolution; each of the next ones has twice as many, and half the side.
        embedding_dim: Size of a word's vector.
        units: Size of the recurrent layer's state and of the vectors that are compared with it.
        attention_hops: How often the image is looked at.
        dropout: Dropout on the words' vectors and on the product.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        blind: Whether all images are the same to the model, which shows what the questions alone tell.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: A dict of `images`, RGB from 0 to 255, `[batch, image_size, image_size, 3]`; and `tokens`, integers
            `[batch, questions, words]`, 0 after the end of a question. Each image is encoded once for all of its questions.

    Returns:
        A dict of `logits`, `[batch, questions, len(answers)]`, float32 or more precise; and `attention`, α, from 0 to 1,
        `[batch, questions, attention_hops, places]`, row by row of the image.

    Raises:
        ValueError: An argument is out of range.

    Source: Yang et al. 2016, "Stacked attention networks for image question answering"; the product is that of Antol et al. 2015, "VQA:
    Visual question answering".
    """

    def __init__(
        self,
        words: Sequence[str],
        answers: Sequence[str],
        image_size: int = 64,
        filters: int = 32,
        embedding_dim: int = 64,
        units: int = 128,
        attention_hops: int = 2,
        dropout: float = 0.0,
        cell: str = "lstm",
        blind: bool = False,
        **kwargs,
    ):
        for name, value in (("filters", filters), ("embedding_dim", embedding_dim), ("attention_hops", attention_hops)):
            check_positive_integer(name, value)
        check_integer("image_size", image_size, 2**HALVINGS)
        check_rate("dropout", dropout)
        if len(answers) < 2:
            raise ValueError(f"Argument `answers` must have at least two answers. Received: {len(answers)}")

        # === Layers ===
        scale = {"scale": 0.0} if blind else {"scale": 1 / 127.5, "offset": -1.0}
        encoder = convolutions(filters)
        reader = _QuestionReader(len(words), embedding_dim, units, cell, dropout, name="question_reader")
        hops = [Attention("additive", units, name=f"attention_{number}") for number in range(1, attention_hops + 1)]

        # === Graph ===
        inputs = {
            "images": keras.Input((image_size, image_size, 3), name="images"),
            "tokens": keras.Input((None, None), dtype="int32", name="tokens"),
        }
        x = keras.layers.Rescaling(**scale, name="rescaling")(inputs["images"])
        for layer in encoder:
            x = layer(x)
        places = Places(name="places")(x)
        memory = keras.layers.Dense(units, "tanh", name="memory")(places)
        question = seen = reader(inputs["tokens"])
        parts, weights = [], []
        for hop in hops:
            found, alpha = hop(seen, memory)
            seen = keras.layers.Add()([seen, found])
            parts.append(found)
            weights.append(alpha)
        found = keras.layers.Add()(parts) if len(parts) > 1 else parts[0]
        looked, asked = (keras.layers.Dense(units, "tanh", name=name)(part) for name, part in (("looked", found), ("asked", question)))
        product = keras.layers.Multiply(name="fusion")([looked, asked])
        x = keras.layers.Dropout(dropout)(keras.layers.Concatenate()([looked, asked, product]))
        x = keras.layers.Dense(units, "relu", name="hidden")(x)
        logits = keras.layers.Dense(len(answers), dtype=output_dtype(), name="logits")(x)
        super().__init__(inputs=inputs, outputs={"logits": logits, "attention": _Stacked(name="attention")(weights)}, **kwargs)

        # === Config ===
        self.words = list(words)
        self.answers = list(answers)
        self.image_size = image_size
        self.filters = filters
        self.embedding_dim = embedding_dim
        self.units = units
        self.attention_hops = attention_hops
        self.dropout = dropout
        self.cell = cell
        self.blind = blind

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "words": list(self.words),
            "answers": list(self.answers),
            "image_size": self.image_size,
            "filters": self.filters,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "attention_hops": self.attention_hops,
            "dropout": self.dropout,
            "cell": self.cell,
            "blind": self.blind,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)


class _QuestionReader(keras.layers.Layer):
    """Reads questions, `[batch, questions, words]`; gives the last state of each, `[batch, questions, units]`."""

    def __init__(self, number: int, embedding_dim: int, units: int, cell: str, dropout: float, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        limit = math.sqrt(3 / embedding_dim)  # so that a vector has the length 1
        initializer = keras.initializers.RandomUniform(-limit, limit)
        self.embedding = keras.layers.Embedding(number + SPECIAL, embedding_dim, embeddings_initializer=initializer, mask_zero=True)
        self.dropout = keras.layers.Dropout(dropout)
        self.reader = layer_of(cell, units)

    def build(self, tokens_shape):
        self.embedding.build((None, None))
        self.reader.build((None, None, self.embedding.output_dim))

    def call(self, tokens, training=False):
        batch, questions, length = ops.shape(tokens)
        rows = ops.reshape(tokens, (-1, length))
        words = self.dropout(self.embedding(rows), training=training)
        return ops.reshape(self.reader(words, mask=self.embedding.compute_mask(rows)), (batch, questions, self.units))

    def compute_output_shape(self, tokens_shape):
        return (*tokens_shape[:-1], self.units)


class _Stacked(keras.layers.Layer):
    """Puts the weights of all hops, each `[batch, questions, places]`, into one tensor."""

    def call(self, weights):
        return ops.stack(weights, axis=2)

    def compute_output_shape(self, weights_shapes):
        batch, questions, places = weights_shapes[0]
        return batch, questions, len(weights_shapes), places
