"""Sequence to sequence: an encoder-decoder with attention."""

import keras
import tensorflow as tf
from keras import ops

from toolkit.arguments import InvalidArgument, check_choice, check_integer, check_positive_integer, check_rate
from toolkit.cells import cell_of, check_honoured
from toolkit.layers import Attention, AttentionDecoder, Bidirectional, RecurrentStack, VariationalDropout, WordDropout
from toolkit.layers.attention.attention import SCORES
from toolkit.layers.precision import at_least_single
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype

BRIDGES = ("dense", "zero")
MOST_LAYERS = 8
FIRST_RESIDUAL = 2  # the third layer


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class Translator(keras.Model):
    """Encoder and decoder of any depth, attention from the decoder's outputs to the encoder's, and an output tied to the embedding.

        m_1 … m_S = encoder(√d E x)                       h_t = decoder(√d E y_{t-1}, h_{t-1}),  h_0 = bridge(m)
        v_t = attention(h_t, m)                           a_t = tanh(C [v_t; h_t])
        p(y_t | y_{<t}, x) = softmax(E a_t + b)

    √d E, where d is the size of a row of E, has about unit variance at the start, and E the size that suits the output.

    Nothing is fed back but the token, so while it trains the decoder runs all steps in one call, and attention looks from all of them at
    once. From the third layer on there is a way around each layer (residual).

    With `input_feeding` the lowest layer of the decoder is an `AttentionDecoder`: it attends at every step, reads what it has seen at the
    step before, and hands a_t to the layers above. Its loop takes longer.

    With `scheduled_sampling` the decoder runs twice: what it predicts from the true tokens stands in for some of them in the second run,
    from which alone the gradient comes. So it still runs all steps in one call.

    Args:
        vocabulary_size: Number of token ids, those of both languages unless `target_vocabulary_size` is given; 0 is padding, 1 the unknown
            token.
        embedding_dim: Size of a token's vector, and of a_t.
        units: Size of the decoder's state, and of the encoder's outputs: both directions together.
        encoder_layers: Layers of the encoder.
        decoder_layers: Layers of the decoder.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        encoder_cell: That of the encoder; `None` for the same one.
        bidirectional: Whether the encoder reads in both directions; `units` must be even then.
        attention: A score of `Attention`, or `"none"`.
        input_feeding: Whether the decoder reads at each step what attention has given at the step before; with `attention="dot"` and a
            cell whose gradient is written out.
        bridge: What the decoder starts from: `"dense"`, a layer of the mean of the encoder's outputs for each state, or `"zero"`.
        word_dropout: Share of the source tokens replaced by the unknown token while training.
        dropout: Variational dropout on the embedded tokens, between the layers and on a_t.
        recurrent_dropout: Variational dropout on h_{t-1} in the layers, but for the one with input feeding, if the cell's gradient is
            written out.
        target_vocabulary_size: Number of token ids of the target, which has an embedding of its own then; `None` for one vocabulary.
        tied_output: Whether the output is the target's embedding; if not, it has weights of its own.
        reversed_source: Whether the encoder reads the source from its end. Alignments are to the source as it was given.
        scheduled_sampling: Share of the target tokens that are replaced by the model's own prediction while training.
        seed: Seed of the dropouts.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: Source and target tokens, int32 `[batch, positions]` and `[batch, steps]`; 0 is padding, and the target begins with the
            begin id.

    Returns:
        Logits of the next token at each step, float32 or more precise, `[batch, steps, vocabulary_size]`.

    Raises:
        ValueError: An argument is out of range.

    Source: Sutskever, Vinyals & Le 2014; Bahdanau, Cho & Bengio 2015; Luong, Pham & Manning 2015, attention after the decoder; Press & Wolf
    2017 for the tied output; Bengio et al. 2015 for scheduled sampling, Duckworth et al. 2019, "Parallel scheduled sampling", for its two
    runs.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 256,
        units: int = 256,
        encoder_layers: int = 2,
        decoder_layers: int = 2,
        cell: str = "lstm",
        bidirectional: bool = True,
        attention: str = "dot",
        bridge: str = "dense",
        word_dropout: float = 0.0,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        target_vocabulary_size: int | None = None,
        tied_output: bool = True,
        reversed_source: bool = False,
        input_feeding: bool = False,
        scheduled_sampling: float = 0.0,
        encoder_cell: str | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        _check(encoder_layers, decoder_layers, bidirectional, units, attention, bridge, input_feeding)
        check_honoured(cell, input_feeding=input_feeding)
        check_honoured(encoder_cell or cell, recurrent_dropout=recurrent_dropout)
        check_positive_integer("vocabulary_size", vocabulary_size)
        if target_vocabulary_size is not None:
            check_positive_integer("target_vocabulary_size", target_vocabulary_size)
        check_rate("scheduled_sampling", scheduled_sampling)
        check_positive_integer("embedding_dim", embedding_dim)
        super().__init__(**kwargs)

        # === Config ===
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.units = units
        self.encoder_layers = encoder_layers
        self.decoder_layers = decoder_layers
        self.cell = cell
        self.encoder_cell = encoder_cell
        self.bidirectional = bidirectional
        self.attention = attention
        self.bridge = bridge
        self.word_dropout = word_dropout
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.target_vocabulary_size = target_vocabulary_size
        self.tied_output = tied_output
        self.reversed_source = reversed_source
        self.input_feeding = input_feeding
        self.scheduled_sampling = scheduled_sampling
        self.seed = seed

        # === Layers ===
        self.word_dropout_layer = WordDropout(word_dropout, seed=seed, name="word_dropout")
        self.embedding_layer = self.target_embedding_layer = _embedding(vocabulary_size, embedding_dim, "embedding")
        if target_vocabulary_size is not None:
            self.target_embedding_layer = _embedding(target_vocabulary_size, embedding_dim, "target_embedding")
        self.embedding_dropout_layer = VariationalDropout(dropout, seed=seed, name="embedding_dropout")
        dropouts = {"dropout": dropout, "recurrent_dropout": recurrent_dropout, "seed": seed}
        self.encoder = _stack(encoder_cell or cell, units, encoder_layers, **dropouts, bidirectional=bidirectional, name="encoder")
        plain_layers = decoder_layers - int(input_feeding)
        self.decoder = _stack(cell, units, plain_layers, **dropouts, return_state=True, name="decoder") if plain_layers else None
        if input_feeding:
            self.feeding_decoder = AttentionDecoder(layer_of(cell, units).cell, return_state=True, name="feeding_decoder")
            self.feeding_dropout_layer = VariationalDropout(dropout, seed=seed, name="feeding_dropout")
        bridges = self._num_states if bridge == "dense" else 0
        self.bridge_layers = [keras.layers.Dense(units, activation="tanh", name=f"bridge_{i}") for i in range(bridges)]
        self.attention_layer = None if attention == "none" or input_feeding else Attention(attention, name="attention")
        self.output_layer = keras.layers.Dense(embedding_dim, activation="tanh", use_bias=False, name="output")
        self.output_dropout_layer = VariationalDropout(dropout, seed=seed, name="output_dropout")
        self.sampling_seed = keras.random.SeedGenerator(seed)
        self.supports_jit = False  # XLA compiles the layers' time loops, not the model

    @property
    def _num_states(self) -> int:
        """Tensors in the states of the decoder's cells."""
        return self.decoder_layers * self._cell_states

    @property
    def _cell_states(self) -> int:
        return len(cell_of(self.cell).state)

    def build(self, input_shape):
        """Creates the weights."""
        outputs_shape = (None, None, self.units)
        self.embedding_layer.build((None, None))
        if self.target_vocabulary_size is not None:
            self.target_embedding_layer.build((None, None))
        self.encoder.build((None, None, self.embedding_dim))
        if self.input_feeding:
            self.feeding_decoder.build((None, None, self.embedding_dim), outputs_shape)
        if self.decoder is not None:
            self.decoder.build((None, None, self.units if self.input_feeding else self.embedding_dim))
        for bridge in self.bridge_layers:
            bridge.build((None, self.units))
        if self.attention_layer is not None:
            self.attention_layer.build(outputs_shape, outputs_shape)
        self.output_layer.build((None, None, self.units if self.attention_layer is None else 2 * self.units))
        size = self.target_vocabulary_size or self.vocabulary_size
        if not self.tied_output:
            self.output_kernel = self.add_weight(shape=(size, self.embedding_dim), initializer="glorot_uniform", name="output_kernel")
        self.output_bias = self.add_weight(shape=(size,), initializer="zeros", name="output_bias")
        self.built = True

    def call(self, inputs, training=False, return_features=False):
        """Returns the logits of every step, or what `projection` makes logits of; see the class."""
        source, target = inputs
        encoded = self.encode(source, training=training)
        if training and self.scheduled_sampling:
            target = self._partly_predicted(target, self._logits(self._decode(target, encoded, training)))
        features = self._decode(target, encoded, training)
        return features if return_features else self._logits(features)

    @property
    def projection(self) -> tuple:
        """Kernel `[vocabulary_size, embedding_dim]` and bias `[vocabulary_size]` of the output."""
        return self.target_embedding_layer.embeddings if self.tied_output else self.output_kernel, self.output_bias

    def _decode(self, target, encoded: dict, training: bool):
        """Runs all steps of the decoder; returns their a_t."""
        embedded = self.embedding_dropout_layer(self._embedded(self.target_embedding_layer, target), training=training)
        outputs, _ = self._run_decoder(embedded, encoded, training)
        attended, _ = self._attend(outputs, encoded)
        return self.output_dropout_layer(attended, training=training)

    def _run_decoder(self, embedded, state: dict, training: bool) -> tuple:
        """Returns the outputs of all steps, and the states after them as a flat list."""
        states = list(state["decoder"])
        # Padding stands behind the last token, where a decoder that runs forwards needs no mask.
        if not self.input_feeding:
            outputs, states = self.decoder(embedded, initial_state=self._by_layer(states), training=training)
            return outputs, tf.nest.flatten(states)
        size = 1 + self._cell_states
        outputs, *fed = self.feeding_decoder(
            embedded, state["memory"], initial_state=states[:size], memory_mask=state["visible"], training=training
        )
        if self.decoder is None:
            return outputs, fed
        read = self.feeding_dropout_layer(outputs, training=training)
        outputs, states = self.decoder(read, initial_state=self._by_layer(states[size:]), training=training)
        return outputs, [*fed, *tf.nest.flatten(states)]

    def _partly_predicted(self, target, logits):
        """Puts what was predicted for a step where the step after it reads, at random; begin id and padding stay."""
        predicted = ops.cast(ops.argmax(logits[:, :-1], axis=-1), target.dtype)
        predicted = ops.concatenate([target[:, :1], predicted], axis=1)
        chosen = keras.random.uniform(ops.shape(target), dtype="float32", seed=self.sampling_seed) < self.scheduled_sampling
        return ops.where(ops.logical_and(chosen, target != 0), predicted, target)

    def encode(self, source, training=False) -> dict:
        """Reads the source.

        Args:
            source: int32 `[batch, positions]`, 0 is padding.
            training: Whether dropout is on.

        Returns:
            The state that decoding starts from, a dict: `memory` (`[batch, positions, units]`), `visible` (which positions are tokens),
            `decoder` (the decoder's states, `[batch, units]` each) and `alignment` (`[batch, positions]`, zeros).
        """
        visible = ops.not_equal(source, 0)
        read = self._reversed(source, visible) if self.reversed_source else source
        read = self.word_dropout_layer(read, training=training)
        embedded = self.embedding_dropout_layer(self._embedded(self.embedding_layer, read), training=training)
        memory = self.encoder(embedded, mask=visible, training=training)
        if self.reversed_source:
            memory = self._reversed(memory, visible)
        weights = ops.expand_dims(ops.cast(visible, memory.dtype), -1)
        mean = ops.sum(memory * weights, 1) / ops.maximum(ops.sum(weights, 1), 1)
        return {
            "memory": memory,
            "visible": visible,
            "decoder": self._initial_states(mean),
            "alignment": ops.zeros_like(source, dtype=memory.dtype),
        }

    def step(self, tokens, state: dict):
        """Reads one target token of each row, by the contract of `toolkit.decoding`.

        Args:
            tokens: int32 `[batch]`.
            state: What `encode` returned, or the step before.

        Returns:
            Logits `[batch, vocabulary_size]`, and the new state; its `alignment` is where attention looked.
        """
        embedded = self._embedded(self.target_embedding_layer, ops.expand_dims(tokens, 1))
        outputs, states = self._run_decoder(embedded, state, training=False)
        attended, weights = self._attend(outputs, state)
        return self._logits(attended[:, 0]), {**state, "decoder": states, "alignment": self._alignment(weights, states, state)}

    def _alignment(self, weights, states: list, state: dict):
        """Returns where the step looked, `[batch, positions]`."""
        if self.input_feeding:
            return self.feeding_decoder.alignment(states[: 1 + self._cell_states], state["memory"], memory_mask=state["visible"])
        return state["alignment"] if weights is None else weights[:, 0]

    def _embedded(self, layer, tokens):
        """Returns vectors of about unit variance: what the output shares with the input has to be small there, not here."""
        return layer(tokens) * self.embedding_dim**0.5

    @staticmethod
    def _reversed(sequences, visible):
        """Turns each row around within its own length; padding stays at the end."""
        return tf.reverse_sequence(sequences, ops.sum(ops.cast(visible, "int32"), 1), seq_axis=1)

    def _initial_states(self, mean) -> list:
        """Returns what the decoder starts from: with input feeding a_0, zeros, and the states of the cells."""
        seen = [ops.zeros_like(mean)] if self.input_feeding else []
        return seen + ([bridge(mean) for bridge in self.bridge_layers] or [ops.zeros_like(mean) for _ in range(self._num_states)])

    def _by_layer(self, states: list) -> list[list]:
        return [states[i : i + self._cell_states] for i in range(0, len(states), self._cell_states)]

    def _attend(self, outputs, state: dict):
        if self.attention_layer is None:
            return self.output_layer(outputs), None
        seen, weights = self.attention_layer(outputs, state["memory"], memory_mask=state["visible"])
        return self.output_layer(ops.concatenate([seen, outputs], -1)), weights

    def _logits(self, attended):
        kernel, bias = self.projection
        logits = ops.matmul(attended, ops.transpose(ops.cast(kernel, attended.dtype)))
        dtype = at_least_single(logits.dtype)
        return ops.cast(logits, dtype) + ops.cast(bias, dtype)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "units": self.units,
            "encoder_layers": self.encoder_layers,
            "decoder_layers": self.decoder_layers,
            "cell": self.cell,
            "encoder_cell": self.encoder_cell,
            "bidirectional": self.bidirectional,
            "attention": self.attention,
            "bridge": self.bridge,
            "word_dropout": self.word_dropout,
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "target_vocabulary_size": self.target_vocabulary_size,
            "tied_output": self.tied_output,
            "reversed_source": self.reversed_source,
            "input_feeding": self.input_feeding,
            "scheduled_sampling": self.scheduled_sampling,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)


def _embedding(vocabulary_size, size, name) -> keras.layers.Embedding:
    initializer = keras.initializers.RandomNormal(stddev=size**-0.5)
    return keras.layers.Embedding(vocabulary_size, size, embeddings_initializer=initializer, name=name)


def _stack(cell, units, num_layers, dropout, recurrent_dropout, seed, bidirectional=False, return_state=False, name=None) -> RecurrentStack:
    size = units // 2 if bidirectional else units
    options = {"return_sequences": True, "return_state": return_state, "recurrent_dropout": recurrent_dropout, "seed": seed}
    layers = [layer_of(cell, size, **options) for _ in range(num_layers)]
    if bidirectional:
        layers = [Bidirectional(layer) for layer in layers]
    residual = {"connection": "residual", "first_connected": FIRST_RESIDUAL} if num_layers > FIRST_RESIDUAL else {}
    return RecurrentStack(layers, dropout=dropout, seed=seed, return_state=return_state, name=name, **residual)


def _check(encoder_layers, decoder_layers, bidirectional, units, attention, bridge, input_feeding) -> None:
    check_integer("encoder_layers", encoder_layers, 1, MOST_LAYERS)
    check_integer("decoder_layers", decoder_layers, 1, MOST_LAYERS)
    check_choice("attention", attention, (*SCORES, "none"))
    check_choice("bridge", bridge, BRIDGES)
    if input_feeding and attention != "dot":
        raise InvalidArgument("attention", "'dot' with input_feeding=True", attention)
    if isinstance(units, bool) or not isinstance(units, int) or units < 1 or (bidirectional and units % 2):
        raise InvalidArgument("units", "a positive integer, and even with a bidirectional encoder", units)
