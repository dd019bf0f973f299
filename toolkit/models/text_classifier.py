"""Many-to-one: a text to one of several labels."""

from collections.abc import Sequence

import keras

from toolkit.arguments import InvalidArgument, check_choice, check_integer, check_positive_integer, check_rate
from toolkit.layers import (
    AttentionOverTime,
    Bidirectional,
    CropMiddle,
    Fusion,
    MaxOverTime,
    MeanOverTime,
    NgramLogits,
    Segmented,
    VariationalDropout,
    WordDropout,
)
from toolkit.layers.ngram_logits import MOST_BUCKETS
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype

POOLING = ("last", "max", "mean", "attention")
PARTS = ("recurrent layers", "n-grams")


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class TextClassifier(keras.Model):
    """Embedding → variational dropout → stacked bidirectional recurrent layers → pooling → logits.

    With `ngrams` there are the logits of a linear model beside them, and with that or `calibrated` a `Fusion` behind. Gradient descent
    trains the recurrent part alone: the linear model, and how far to trust each part, are found afterwards, by
    `toolkit.tasks.classification.ngrams` and `fusion`.

    Args:
        vocabulary_size: Number of token ids; 0 is padding and 1 the unknown token.
        label_names: One name per label, in the order of the logits.
        embedding_dim: Size of a token's vector.
        units: Units per direction.
        num_layers: Stacked bidirectional layers.
        pooling: `"last"` (the final state of each direction), `"max"`, `"mean"` or `"attention"` over the steps.
        word_dropout: Share of the tokens replaced by the unknown token while training.
        embedding_dropout: Variational dropout on the embedded tokens.
        output_dropout: Variational dropout between the layers, and dropout on the pooled vector.
        segment_length: Steps per segment while training (`Segmented`); `None` to train on whole texts. Not with `pooling="last"`.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        ngrams: Words of the longest n-grams (`NgramLogits`); 0 for the recurrent part alone.
        ngram_buckets: Rows of the table of words and n-grams.
        max_length: Tokens that the recurrent layers read of a text, which loses its middle; `None` for all. The linear model reads all.
        calibrated: Whether there is a temperature, which held-out texts choose.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: Token ids, integers `[batch, time]`, 0 after the end of a text.

    Returns:
        Logits `[batch, len(label_names)]`, float32 or more precise.

    Raises:
        ValueError: An argument is out of range.
    """

    def __init__(
        self,
        vocabulary_size: int,
        label_names: Sequence[str],
        embedding_dim: int = 128,
        units: int = 128,
        num_layers: int = 1,
        pooling: str = "max",
        word_dropout: float = 0.0,
        embedding_dropout: float = 0.0,
        output_dropout: float = 0.0,
        segment_length: int | None = None,
        cell: str = "lstm",
        ngrams: int = 0,
        ngram_buckets: int = 65521,
        max_length: int | None = None,
        calibrated: bool = False,
        **kwargs,
    ):
        check_positive_integer("embedding_dim", embedding_dim)
        check_rate("output_dropout", output_dropout)
        check_integer("ngrams", ngrams, 0)
        check_integer("ngram_buckets", ngram_buckets, 1, MOST_BUCKETS)
        _check(num_layers, len(label_names), pooling, segment_length)

        # === Layers ===
        word_dropout_layer = WordDropout(word_dropout, name="word_dropout")
        embedding = keras.layers.Embedding(vocabulary_size, embedding_dim, mask_zero=True, name="embedding")
        dropouts = [VariationalDropout(rate) for rate in [embedding_dropout] + [output_dropout] * (num_layers - 1)]
        sequences_out = [True] * (num_layers - 1) + [pooling != "last"]
        recurrent = [Bidirectional(layer_of(cell, units, return_sequences=all_steps)) for all_steps in sequences_out]
        if segment_length:
            recurrent = [Segmented(layer, segment_length) for layer in recurrent]
        pooled = {"max": MaxOverTime, "mean": MeanOverTime, "attention": lambda **kw: AttentionOverTime(units, **kw)}.get(pooling)
        output_dropout_layer = keras.layers.Dropout(output_dropout, name="output_dropout")
        logits = keras.layers.Dense(len(label_names), dtype=output_dtype(), name="logits")
        linear = NgramLogits(vocabulary_size, len(label_names), ngrams, ngram_buckets, name="ngrams") if ngrams else None

        # === Graph ===
        tokens = keras.Input((None,), dtype="int32", name="tokens")
        read = CropMiddle(max_length, name="crop_middle")(tokens) if max_length else tokens
        x = embedding(word_dropout_layer(read))
        for dropout, layer in zip(dropouts, recurrent, strict=True):
            x = layer(dropout(x))
        if pooled:
            x = pooled(name="pooling")(x)
        parts = [logits(output_dropout_layer(x)), *([linear(tokens)] if linear else [])]
        super().__init__(inputs=tokens, outputs=Fusion(name="fusion")(parts) if linear or calibrated else parts[0], **kwargs)
        self.embedding_layer = embedding
        self.lowest_layer = recurrent[0].layer if segment_length else recurrent[0]

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.label_names = list(label_names)
        self.embedding_dim = embedding_dim
        self.units = units
        self.num_layers = num_layers
        self.pooling = pooling
        self.word_dropout = word_dropout
        self.embedding_dropout = embedding_dropout
        self.output_dropout = output_dropout
        self.segment_length = segment_length
        self.cell = cell
        self.ngrams = ngrams
        self.ngram_buckets = ngram_buckets
        self.max_length = max_length
        self.calibrated = calibrated

    @property
    def output_layers(self) -> list[keras.layers.Layer]:
        """The layers whose weights belong to the labels."""
        return [layer for layer in self.layers if layer.name in ("logits", "ngrams", "fusion")]

    def parts(self) -> dict[str, keras.Model]:
        """Returns what the fusion adds up: by its name, each part as a model of its own, from tokens to logits; none without a fusion."""
        fused = keras.tree.flatten(self.get_layer("fusion").input) if self.ngrams or self.calibrated else []
        return {name: keras.Model(self.input, logits) for name, logits in zip(PARTS, fused, strict=False)}

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "vocabulary_size": self.vocabulary_size,
            "label_names": list(self.label_names),
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "num_layers": self.num_layers,
            "pooling": self.pooling,
            "word_dropout": self.word_dropout,
            "embedding_dropout": self.embedding_dropout,
            "output_dropout": self.output_dropout,
            "segment_length": self.segment_length,
            "cell": self.cell,
            "ngrams": self.ngrams,
            "ngram_buckets": self.ngram_buckets,
            "max_length": self.max_length,
            "calibrated": self.calibrated,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)


def _check(num_layers: int, num_labels: int, pooling: str, segment_length: int | None) -> None:
    if num_layers < 1:
        raise InvalidArgument("num_layers", "at least 1", num_layers)
    if num_labels < 2:
        raise ValueError(f"Argument `label_names` must have at least two names. Received: {num_labels}")
    check_choice("pooling", pooling, POOLING)
    if pooling == "last" and segment_length:
        raise InvalidArgument("segment_length", "none with pooling='last', which reads the whole text", segment_length)
