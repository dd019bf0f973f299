"""A stack of recurrent layers."""

import keras
from keras import ops

from toolkit.arguments import check_choice, check_rate
from toolkit.layers.regularization.variational_dropout import VariationalDropout

CONNECTIONS = ("plain", "residual", "highway", "dense")


@keras.saving.register_keras_serializable(package="toolkit")
class RecurrentStack(keras.layers.Layer):
    """Recurrent layers on top of each other, of any kind, with one of four connections between them.

    Layer l reads x and gives y, which the layer above reads:

        plain      y = layer(x)
        residual   y = x + layer(x)
        highway    y = t ⊙ layer(x) + (1 - t) ⊙ x      t = σ(W_t x + b_t)
        dense      y = layer([x_0, y_0, …, y_{l-1}])   x_0 is the input of the stack

    A residual or a highway connection leaves a way around each layer, along which the gradient reaches the layers below without passing
    through it. Both need a layer that gives as many features as it reads, so the first layer, which reads the inputs, is usually left
    out: `first_connected=1`.

    Args:
        layers: Recurrent layers from the lowest to the highest: `LSTM`, `GRU`, `SimpleRNN`, `RNN(cell)`, `TruncatedBPTT`, `Bidirectional`.
            All return sequences, but the last layer need not, unless it has a residual or a highway connection.
        connection: `"plain"`, `"residual"`, `"highway"` or `"dense"`.
        first_connected: Index of the lowest layer with a residual or a highway connection.
        dropout: Rate of the variational dropout between the layers: on what each layer but the lowest reads, not on the way around it.
        seed: Seed of the dropout.
        return_state: Whether to return the states, too. All layers must have been made with the same value.
        transform_bias: Where b_t of the highway connection starts; below zero, a layer is passed by at first.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        sequences: `[batch, time, features]`.
        initial_state: A list with one entry for each layer, the list of its states, or `None` where it starts as usual.
        mask: Boolean `[batch, time]`, given to every layer and to what follows.
        training: Whether dropout is on.

    Returns:
        What the last layer returns, connected; with `return_state=True` a tuple of that and the list of all layers' states in order, such
        as `[[h, c], [h, c]]` for two LSTMs, which is what `initial_state` takes.

    Raises:
        ValueError: An argument is out of range, a layer below the last returns no sequence, a layer returns its sequence in reverse order,
            or sizes to be connected differ.
        TypeError: An entry of `layers` is not a recurrent layer.

    Example:
        >>> stack = RecurrentStack([LSTM(4, return_sequences=True), LSTM(4, return_sequences=True)], connection="residual")
        >>> stack(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 4])

    Source: He et al. 2016 for residual connections, Wu et al. 2016 in recurrent networks; Srivastava, Greff & Schmidhuber 2015, "Highway
    networks", and Zilly et al. 2017, "Recurrent highway networks"; Huang et al. 2017, "Densely connected convolutional networks".
    """

    def __init__(
        self,
        layers,
        connection: str = "plain",
        first_connected: int = 1,
        dropout: float = 0.0,
        seed: int | None = None,
        return_state: bool = False,
        transform_bias: float = -1.0,
        **kwargs,
    ):
        layers = list(layers)
        _check_arguments(layers, connection, first_connected, dropout)
        for index, layer in enumerate(layers):
            _check_layer(layer, index, return_state)
        for index, layer in enumerate(layers[:-1]):
            _check_returns_sequences(layer, index, "a layer below the last")
        super().__init__(**kwargs)
        self.layers = layers
        self.connection = connection
        self.first_connected = first_connected
        self.dropout = dropout
        self.seed = seed
        self.return_state = return_state
        self.transform_bias = transform_bias
        if self._is_connected(len(layers) - 1):
            _check_returns_sequences(layers[-1], len(layers) - 1, f"a layer with a {connection} connection")
        seeds = [None if seed is None else seed + index for index in range(1, len(layers))]
        self.dropouts = [VariationalDropout(dropout, seed=each, dtype=self.dtype_policy) for each in seeds]
        self.gates = []
        self.return_sequences = layers[-1].return_sequences
        self.supports_masking = True
        # XLA compiles the layers' time loops, not the model.
        self.supports_jit = False

    def _is_connected(self, index: int) -> bool:
        """Says whether a layer has a way around it."""
        return self.connection in ("residual", "highway") and index >= self.first_connected

    def build(self, sequences_shape, initial_state_shape=None):
        """Makes the weights of the layers from the lowest to the highest."""
        for index, (read, given) in enumerate(self._shapes(sequences_shape)):
            if not self.layers[index].built:
                self.layers[index].build(read)
            if self._is_connected(index) and read[-1] != given[-1]:
                raise ValueError(
                    f"Layer {index} ({self.layers[index].name!r}) must give as many features as it reads to have a {self.connection} "
                    f"connection; change `units`, or let `first_connected` be above {index}. "
                    f"Received: a layer that reads {read[-1]} and gives {given[-1]}"
                )
            if self._is_connected(index) and self.connection == "highway":
                self.gates.append(self._make_gate(index, read))

    def _make_gate(self, index: int, shape) -> keras.layers.Dense:
        bias = keras.initializers.Constant(self.transform_bias)
        gate = keras.layers.Dense(shape[-1], activation="sigmoid", bias_initializer=bias, dtype=self.dtype_policy, name=f"gate_{index}")
        gate.build(shape)
        return gate

    def _shapes(self, sequences_shape):
        """Yields the shape that each layer reads and the one that it gives."""
        read = tuple(sequences_shape)
        for layer in self.layers:
            given = layer.compute_output_shape(read)
            given = tuple(given[0] if self.return_state else given)
            yield read, given
            read = (*given[:-1], read[-1] + given[-1]) if self.connection == "dense" else given

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Runs the layers; see the class."""
        if mask is None:
            # With two tensors to look at, the sequences and the initial state, Keras does not pass on the mask of the first.
            mask = getattr(sequences, "_keras_mask", None)
        initial_state = self._check_initial_state(initial_state)
        x, states = sequences, []
        for index, layer in enumerate(self.layers):
            read = self.dropouts[index - 1](x, training=training) if index else x
            y = layer(read, initial_state=initial_state[index], mask=mask, training=training)
            if self.return_state:
                y, *state = y
                states.append(state)
            output = self._connect(index, x, y)
            x = ops.concatenate([x, output], axis=-1) if self._reads_all_below(index + 1) else output
        return (output, states) if self.return_state else output

    def _reads_all_below(self, index: int) -> bool:
        return self.connection == "dense" and index < len(self.layers)

    def _connect(self, index: int, x, y):
        """Returns what goes up from a layer that has read `x` and given `y`."""
        if not self._is_connected(index):
            return y
        if self.connection == "residual":
            return x + y
        transform = self.gates[index - self.first_connected](x)
        return transform * y + (1 - transform) * x

    def _check_initial_state(self, initial_state) -> list:
        if initial_state is None:
            return [None] * len(self.layers)
        if not isinstance(initial_state, (list, tuple)) or len(initial_state) != len(self.layers):
            raise ValueError(
                f"Argument `initial_state` must be a list with an entry for each of the {len(self.layers)} layers: the list of its states, "
                f"or None. Received: {_outline(initial_state)}"
            )
        return [state if state is None or isinstance(state, (list, tuple)) else [state] for state in initial_state]

    def reset_state(self):
        """Lets all stateful layers start anew."""
        for layer in self.layers:
            layer.reset_state()

    def compute_mask(self, sequences, mask=None):
        """Returns the mask if sequences are returned, and none for the states."""
        return mask if self.return_sequences else None

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        """Returns the shape of the output, and with `return_state=True` the list of those of the states."""
        shapes = list(self._shapes(sequences_shape))
        if not self.return_state:
            return shapes[-1][1]
        return shapes[-1][1], [list(layer.compute_output_shape(read)[1:]) for layer, (read, _) in zip(self.layers, shapes, strict=True)]

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "layers": [keras.saving.serialize_keras_object(layer) for layer in self.layers],
            "connection": self.connection,
            "first_connected": self.first_connected,
            "dropout": self.dropout,
            "seed": self.seed,
            "return_state": self.return_state,
            "transform_bias": self.transform_bias,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a stack from what `get_config` returned."""
        layers = [keras.saving.deserialize_keras_object(layer, custom_objects=custom_objects) for layer in config["layers"]]
        return cls(**{**config, "layers": layers})


def _check_arguments(layers: list, connection: str, first_connected: int, dropout: float) -> None:
    if not layers:
        raise ValueError("Argument `layers` must have at least one layer. Received: layers=[]")
    check_choice("connection", connection, CONNECTIONS)
    if isinstance(first_connected, bool) or not isinstance(first_connected, int) or not 0 <= first_connected <= len(layers):
        raise ValueError(
            f"Argument `first_connected` must be an integer from 0 to {len(layers)}, the number of layers. "
            f"Received: first_connected={first_connected!r}"
        )
    check_rate("dropout", dropout)


def _check_layer(layer, index: int, return_state: bool) -> None:
    if not isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)):
        raise TypeError(
            "Argument `layers` must be a list of recurrent layers, such as LSTM, GRU, SimpleRNN, RNN(cell) or Bidirectional. "
            f"Received: {layer!r} at index {index}"
        )
    if layer.return_state != return_state:
        raise ValueError(
            f"Layer {index} ({layer.name!r}) must be made with return_state={return_state}, as the stack is. "
            f"Received: return_state={layer.return_state}"
        )
    if getattr(layer, "go_backwards", False) and layer.return_sequences:
        raise ValueError(
            f"Layer {index} ({layer.name!r}) must return its sequence in the order of the mask, but a layer that goes backwards returns it "
            "reversed; wrap a forward one in Bidirectional instead. Received: go_backwards=True"
        )
    if isinstance(layer, keras.layers.Bidirectional) and layer.merge_mode is None:
        raise ValueError(f"Layer {index} ({layer.name!r}) must merge its directions into one sequence. Received: merge_mode=None")


def _check_returns_sequences(layer, index: int, role: str) -> None:
    if not layer.return_sequences:
        raise ValueError(
            f"Layer {index} ({layer.name!r}), {role}, must be made with return_sequences=True. Received: return_sequences=False"
        )


def _outline(state) -> str:
    return f"{len(state)} entries" if isinstance(state, (list, tuple)) else repr(type(state).__name__)
