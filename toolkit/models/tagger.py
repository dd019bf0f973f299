"""Many-to-many, aligned: each word of a sentence to one of several tags."""

import math
from collections.abc import Sequence

import keras
from keras import ops

from toolkit.arguments import check_integer, check_positive_integer, check_rate
from toolkit.layers import Bidirectional, VariationalDropout, WordDropout
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype

SPECIAL = 2  # padding and the unknown, before all words and all characters


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class Tagger(keras.Model):
    """Embedded words, and what a layer reads in their characters → dropout → stacked bidirectional recurrent layers → dropout → logits.

    With `crf` the model has the weights of a linear-chain conditional random field, too: `chain`, which says how well tags go together. The
    logits do not depend on it; training and decoding do.

    Args:
        words: The words that are known, whose numbers are 2, 3, and so on; 0 is padding and 1 an unknown word.
        characters: The characters that are known, numbered in the same way.
        tag_names: One name per tag, in the order of the logits.
        word_length: Characters that are read of a word.
        embedding_dim: Size of a word's vector.
        units: Units per direction.
        num_layers: Stacked bidirectional layers.
        character_dim: Size of a character's vector.
        character_units: Units per direction of the layer that reads characters; 0 for words alone.
        crf: Whether there is a `chain`.
        word_dropout: Share of the words replaced by the unknown word while training; their characters stay.
        input_dropout: Variational dropout on the words' vectors.
        output_dropout: Variational dropout between the layers and before the logits.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: A dict of `tokens`, integers `[batch, time]`, 0 after the end of a sentence, and, if characters are read, `characters`,
            integers `[batch, time, word_length]`, 0 after the end of a word.

    Returns:
        Logits `[batch, time, len(tag_names)]`, float32 or more precise.

    Raises:
        ValueError: An argument is out of range.

    Source: Huang, Xu & Yu 2015, "Bidirectional LSTM-CRF models for sequence tagging"; Lample et al. 2016, "Neural architectures for named
    entity recognition", for the words from their characters.
    """

    def __init__(
        self,
        words: Sequence[str],
        characters: Sequence[str],
        tag_names: Sequence[str],
        word_length: int = 16,
        embedding_dim: int = 128,
        units: int = 128,
        num_layers: int = 1,
        character_dim: int = 24,
        character_units: int = 24,
        crf: bool = True,
        word_dropout: float = 0.0,
        input_dropout: float = 0.0,
        output_dropout: float = 0.0,
        cell: str = "lstm",
        **kwargs,
    ):
        for name, value in (("embedding_dim", embedding_dim), ("num_layers", num_layers), ("character_dim", character_dim)):
            check_positive_integer(name, value)
        check_integer("word_length", word_length, 2)
        check_integer("character_units", character_units, 0)
        check_rate("output_dropout", output_dropout)
        if len(tag_names) < 2:
            raise ValueError(f"Argument `tag_names` must have at least two names. Received: {len(tag_names)}")

        # === Layers ===
        embedding = _embedding(len(words), embedding_dim, mask_zero=True, name="embedding")
        dropouts = [VariationalDropout(rate) for rate in [input_dropout] + [output_dropout] * num_layers]
        recurrent = [Bidirectional(layer_of(cell, units, return_sequences=True)) for _ in range(num_layers)]
        chain = _Chain(dtype=output_dtype(), name="chain") if crf else None

        # === Graph ===
        inputs = {"tokens": keras.Input((None,), dtype="int32", name="tokens")}
        mask = embedding.compute_mask(inputs["tokens"])
        x = embedding(WordDropout(word_dropout, name="word_dropout")(inputs["tokens"]))
        if character_units:
            inputs["characters"] = keras.Input((None, word_length), dtype="int32", name="characters")
            read = _WordReader(len(characters), character_dim, character_units, cell, name="word_reader")(inputs["characters"])
            x = keras.layers.Concatenate(name="word")([x, read])
        for dropout, layer in zip(dropouts[:-1], recurrent, strict=True):
            x = layer(dropout(x), mask=mask)
        logits = keras.layers.Dense(len(tag_names), dtype=output_dtype(), name="logits")(dropouts[-1](x))
        super().__init__(inputs=inputs, outputs=chain(logits) if crf else logits, **kwargs)
        self.chain = chain

        # === Config ===
        self.words = list(words)
        self.characters = list(characters)
        self.tag_names = list(tag_names)
        self.word_length = word_length
        self.embedding_dim = embedding_dim
        self.units = units
        self.num_layers = num_layers
        self.character_dim = character_dim
        self.character_units = character_units
        self.crf = crf
        self.word_dropout = word_dropout
        self.input_dropout = input_dropout
        self.output_dropout = output_dropout
        self.cell = cell

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "words": list(self.words),
            "characters": list(self.characters),
            "tag_names": list(self.tag_names),
            "word_length": self.word_length,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "num_layers": self.num_layers,
            "character_dim": self.character_dim,
            "character_units": self.character_units,
            "crf": self.crf,
            "word_dropout": self.word_dropout,
            "input_dropout": self.input_dropout,
            "output_dropout": self.output_dropout,
            "cell": self.cell,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)


class _WordReader(keras.layers.Layer):
    """Reads the characters of each word, `[batch, time, word_length]`, in both directions; gives both last states side by side."""

    def __init__(self, number: int, character_dim: int, units: int, cell: str, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.embedding = _embedding(number, character_dim, mask_zero=True)
        self.reader = Bidirectional(layer_of(cell, units))

    def build(self, characters_shape):
        self.embedding.build((None, characters_shape[-1]))
        self.reader.build((None, characters_shape[-1], self.embedding.output_dim))

    def call(self, characters):
        batch, time, length = ops.shape(characters)
        rows = ops.reshape(characters, (-1, length))
        words = self.reader(self.embedding(rows), mask=self.embedding.compute_mask(rows))
        return ops.reshape(words, (batch, time, 2 * self.units))

    def compute_output_shape(self, characters_shape):
        return (*characters_shape[:-1], 2 * self.units)


class _Chain(keras.layers.Layer):
    """Holds the scores of tags next to each other, the weights of a conditional random field; logits pass through it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, logits_shape):
        tags = logits_shape[-1]
        self.between = self.add_weight((tags, tags), "zeros", name="between")
        self.first = self.add_weight((tags,), "zeros", name="first")
        self.last = self.add_weight((tags,), "zeros", name="last")

    def call(self, logits):
        return logits

    def compute_output_shape(self, logits_shape):
        return logits_shape


def _embedding(number: int, size: int, **kwargs) -> keras.layers.Embedding:
    limit = math.sqrt(3 / size)  # so that a vector has the length 1
    initializer = keras.initializers.RandomUniform(-limit, limit)
    return keras.layers.Embedding(number + SPECIAL, size, embeddings_initializer=initializer, **kwargs)
