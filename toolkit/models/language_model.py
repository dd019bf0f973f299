"""Many-to-many in step: each token's distribution given all tokens before it."""

import keras
import tensorflow as tf
from keras import ops

from toolkit.arguments import check_integer, check_positive_integer, check_rate
from toolkit.cells import cell_of
from toolkit.layers import ActivityPenalty, RecurrentStack, VariationalDropout
from toolkit.layers.precision import at_least_single
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype

MOST_LAYERS = 8


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class LanguageModel(keras.Model):
    """A recurrent language model.

        h_t = layers(√d E x_t, h_{t-1})            p(x_{t+1} | x_{≤t}) = softmax(W h_t + b)

    √d E, where d is the size of a row of E, has about unit variance at the start. With `tied_output` W is E, and the last layer has as
    many units as E has columns.

    States go in and come out of the call, so a long text is read in windows, and what is read before one is not forgotten in the next.

    Args:
        vocabulary_size: Number of token ids; 0 is padding.
        embedding_dim: Size of a token's vector.
        units: Units of each layer; with `tied_output` the last one has `embedding_dim`.
        num_layers: Number of layers.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        tied_output: Whether the output is the embedding; if not, it has weights of its own.
        embedding_dropout: Share of the vocabulary whose vectors are zero for a batch of training.
        input_dropout: Variational dropout on the embedded tokens.
        dropout: Variational dropout between the layers.
        output_dropout: Variational dropout on h_t before the output.
        recurrent_dropout: Variational dropout on h_{t-1} in the layers, if the cell's gradient is written out.
        weight_drop: Share of the entries of the recurrent kernels that are zero for a batch of training, likewise.
        activity_penalty: Weight of the mean of h_t² after the output dropout, added to the loss (AR).
        temporal_activity_penalty: Weight of the mean of (h_{t+1} - h_t)², added to the loss (TAR).
        seed: Seed of the dropouts.
        **kwargs: As in `keras.Model`.

    Call arguments:
        tokens: int32 `[batch, time]`; 0 is padding, which stands at the end of a row and changes no state.
        state: What the call before returned, or `initial_state(batch)`; that by default.
        training: Whether dropout is on.
        return_features: Whether to return h_t, `[batch, time, features]`, of which `projection` makes logits.

    Returns:
        Logits of the next token at each step, float32 or more precise, `[batch, time, vocabulary_size]`, and the state after the
        last token: for each layer a list of `[batch, units]`.

    Raises:
        ValueError: An argument is out of range, or the cell cannot honour it.

    Source: Mikolov et al. 2010, "Recurrent neural network based language model"; Press & Wolf 2017 for the tied output; Gal & Ghahramani
    2016 for variational and embedding dropout; Merity, Keskar & Socher 2018, "Regularizing and optimizing LSTM language models".
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 128,
        units: int = 256,
        num_layers: int = 2,
        cell: str = "gru",
        tied_output: bool = False,
        embedding_dropout: float = 0.0,
        input_dropout: float = 0.0,
        dropout: float = 0.0,
        output_dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        weight_drop: float = 0.0,
        activity_penalty: float = 0.0,
        temporal_activity_penalty: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        for name, value in (("vocabulary_size", vocabulary_size), ("embedding_dim", embedding_dim), ("units", units)):
            check_positive_integer(name, value)
        check_integer("num_layers", num_layers, 1, MOST_LAYERS)
        check_rate("embedding_dropout", embedding_dropout)
        super().__init__(**kwargs)

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.num_layers = num_layers
        self.cell = cell
        self.tied_output = tied_output
        self.embedding_dropout = embedding_dropout
        self.input_dropout = input_dropout
        self.dropout = dropout
        self.output_dropout = output_dropout
        self.recurrent_dropout = recurrent_dropout
        self.weight_drop = weight_drop
        self.activity_penalty = activity_penalty
        self.temporal_activity_penalty = temporal_activity_penalty
        self.seed = seed

        # === Layers ===
        initializer = keras.initializers.RandomNormal(stddev=embedding_dim**-0.5)
        self.embedding_layer = keras.layers.Embedding(vocabulary_size, embedding_dim, embeddings_initializer=initializer, name="embedding")
        self.input_dropout_layer = VariationalDropout(input_dropout, seed=seed, name="input_dropout")
        self.features = embedding_dim if tied_output else units
        sizes = [*[units] * (num_layers - 1), self.features]
        options = {"recurrent_dropout": recurrent_dropout, "weight_drop": weight_drop, "seed": seed}
        layers = [layer_of(cell, size, return_sequences=True, return_state=True, **options) for size in sizes]
        self.recurrent = RecurrentStack(layers, dropout=dropout, seed=seed, return_state=True, name="recurrent")
        self.output_dropout_layer = VariationalDropout(output_dropout, seed=seed, name="output_dropout")
        self.temporal_penalty_layer = ActivityPenalty(temporal_activity=temporal_activity_penalty, name="temporal_activity_penalty")
        self.penalty_layer = ActivityPenalty(activity=activity_penalty, name="activity_penalty")
        self.embedding_seed = keras.random.SeedGenerator(seed)
        self.supports_jit = False  # XLA compiles the layers' time loops, not the model

    def build(self, input_shape=None):
        """Creates the weights."""
        self.embedding_layer.build((None, None))
        self.recurrent.build((None, None, self.embedding_dim))
        if not self.tied_output:
            shape = (self.vocabulary_size, self.features)
            self.output_kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="output_kernel")
        self.output_bias = self.add_weight(shape=(self.vocabulary_size,), initializer="zeros", name="output_bias")
        self.built = True

    @property
    def state_parts(self) -> tuple[str, ...]:
        """Names of the parts of a layer's state, such as `("h", "c")`."""
        return cell_of(self.cell).state

    def initial_state(self, batch) -> list[list]:
        """Returns zeros, what a text starts from: for each layer a list of `[batch, units]`."""
        return [
            [ops.zeros((batch, size), dtype=self.compute_dtype) for size in tf.nest.flatten(layer.state_size)]
            for layer in self.recurrent.layers
        ]

    def call(self, tokens, state=None, training=False, return_features=False):
        """Reads tokens; see the class."""
        if state is None:
            state = self.initial_state(ops.shape(tokens)[0])
        embedded = self.input_dropout_layer(self._embedded(tokens, training), training=training)
        mask = ops.not_equal(tokens, 0)
        outputs, state = self.recurrent(embedded, initial_state=state, mask=mask, training=training)
        outputs = self.temporal_penalty_layer(outputs, mask=mask, training=training)
        features = self.penalty_layer(self.output_dropout_layer(outputs, training=training), mask=mask, training=training)
        return features if return_features else self.logits(features), state

    def step(self, tokens, state):
        """Reads one token of each row, by the contract of `toolkit.decoding`.

        Args:
            tokens: int32 `[batch]`.
            state: As in a call.

        Returns:
            Logits of the next token, `[batch, vocabulary_size]`, and the new state.
        """
        embedded = self._embedded(ops.expand_dims(tokens, 1), training=False)
        outputs, state = self.recurrent(embedded, initial_state=state)
        return self.logits(outputs[:, 0]), state

    @property
    def projection(self) -> tuple:
        """Kernel `[vocabulary_size, features]` and bias `[vocabulary_size]` of the output."""
        return self.embedding_layer.embeddings if self.tied_output else self.output_kernel, self.output_bias

    def logits(self, features):
        """Returns the logits `[..., vocabulary_size]` of features `[..., features]`."""
        kernel, bias = self.projection
        logits = ops.matmul(features, ops.transpose(ops.cast(kernel, features.dtype)))
        dtype = at_least_single(logits.dtype)
        return ops.cast(logits, dtype) + ops.cast(bias, dtype)

    def _embedded(self, tokens, training):
        """Returns vectors of about unit variance, those of a share of the vocabulary zero while training."""
        embedded = self.embedding_layer(tokens) * self.embedding_dim**0.5
        if not training or not self.embedding_dropout:
            return embedded
        kept = keras.random.dropout(ops.ones((self.vocabulary_size, 1)), self.embedding_dropout, seed=self.embedding_seed)
        return embedded * ops.cast(ops.take(kept, tokens, axis=0), embedded.dtype)

    def get_config(self):
        """Returns the constructor's arguments."""
        names = ("vocabulary_size", "embedding_dim", "units", "num_layers", "cell", "tied_output", "embedding_dropout", "input_dropout")
        names += ("dropout", "output_dropout", "recurrent_dropout", "weight_drop", "activity_penalty", "temporal_activity_penalty", "seed")
        return {"name": self.name, "trainable": self.trainable, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)
