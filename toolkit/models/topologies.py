"""The topologies of the lectures: what may go into a recurrent network, and what may come out.

| function | in | out | for |
|---|---|---|---|
| `one_to_one` | a vector | a vector | any plain classifier; here to compare with |
| `one_to_many` | a vector | a sequence | a caption for an image |
| `many_to_one` | a sequence | a vector | the sentiment of a text |
| `many_to_many` | a sequence | a vector for each step | the part of speech of each word |
| `sequence_to_sequence` | a sequence | a sequence of another length | translation |

Each builds a plain functional `keras.Model` over vectors. With `mask_value` a step all of whose features are that value is padding: it
changes no state, and no loss. The last layer is linear: its outputs are logits, or the predicted numbers.

Source: Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks"; Goodfellow, Bengio & Courville 2016, "Deep learning",
chapter 10.
"""

from functools import partial

import keras
from keras import ops

from toolkit.arguments import InvalidArgument, check_positive_integer
from toolkit.cells import CELLS
from toolkit.layers import Bidirectional, RecurrentStack
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of


def one_to_one(features: int, outputs: int, units: int, recurrent="lstm", num_layers: int = 1) -> keras.Model:
    """One vector in, one vector out.

            y
            ↑
        0 → h
            ↑
            x

    A sequence of a single step, with zeros before it: nothing recurs, and what is left is a feed-forward network with gates.

    Args:
        features: Size of the vector that goes in.
        outputs: Size of the vector that comes out.
        units: Size of the state of each layer.
        recurrent: Name of a cell, a key of `toolkit.cells.CELLS`, or a class of recurrent layers that takes `units`.
        num_layers: Layers on top of each other.

    Returns:
        A model from `[batch, features]` to `[batch, outputs]`.

    Raises:
        ValueError: An argument is out of range.

    Example:
        >>> one_to_one(8, 3, units=16)(np.ones((2, 8))).shape
        TensorShape([2, 3])
    """
    x = keras.Input((_positive(features=features),), name="x")
    h = _stack(recurrent, units, num_layers, return_sequences=False)(keras.layers.Reshape((1, features))(x))
    return keras.Model(x, _dense(outputs)(h), name="one_to_one")


def one_to_many(features: int, outputs: int, steps: int, units: int, recurrent="lstm", num_layers: int = 1) -> keras.Model:
    """One vector in, a sequence of a given length out.

            y₁   y₂   y₃
            ↑    ↑    ↑
        0 → h₁ → h₂ → h₃
            ↑    ↑    ↑
            x    x    x

    This is the form of Goodfellow, Bengio & Courville 2016, figure 10.9: the vector is read again at every step, so that it need not be
    remembered. In the other form each output is read at the next step; that is the decoder of `sequence_to_sequence`.

    Args:
        features: Size of the vector that goes in.
        outputs: Size of what comes out at each step.
        steps: Length of the sequence that comes out.
        units: Size of the state of each layer.
        recurrent: Name of a cell, a key of `toolkit.cells.CELLS`, or a class of recurrent layers that takes `units`.
        num_layers: Layers on top of each other.

    Returns:
        A model from `[batch, features]` to `[batch, steps, outputs]`.

    Raises:
        ValueError: An argument is out of range.

    Example:
        >>> one_to_many(8, 3, steps=5, units=16)(np.ones((2, 8))).shape
        TensorShape([2, 5, 3])
    """
    x = keras.Input((_positive(features=features),), name="x")
    repeated = keras.layers.RepeatVector(_positive(steps=steps))(x)
    h = _stack(recurrent, units, num_layers)(repeated)
    return keras.Model(x, _dense(outputs)(h), name="one_to_many")


def many_to_one(
    features: int,
    outputs: int,
    units: int,
    recurrent="lstm",
    num_layers: int = 1,
    bidirectional: bool = False,
    mask_value: float | None = None,
) -> keras.Model:
    """A sequence in, one vector out, of the last state.

                      y
                      ↑
        0 → h₁ → h₂ → h₃
            ↑    ↑    ↑
            x₁   x₂   x₃

    Args:
        features: Size of what goes in at each step.
        outputs: Size of the vector that comes out.
        units: Size of the state of each layer, of each direction.
        recurrent: Name of a cell, a key of `toolkit.cells.CELLS`, or a class of recurrent layers that takes `units`.
        num_layers: Layers on top of each other.
        bidirectional: Whether each layer reads backwards, too; then the last states of both directions give the output.
        mask_value: A step all of whose features are this value is padding, as for `keras.layers.Masking`; `None` if no step is.

    Returns:
        A model from `[batch, time, features]` to `[batch, outputs]`.

    Raises:
        ValueError: An argument is out of range.

    Example:
        >>> many_to_one(8, 3, units=16)(np.ones((2, 10, 8))).shape
        TensorShape([2, 3])
    """
    x = keras.Input((None, _positive(features=features)), name="x")
    h = _stack(recurrent, units, num_layers, bidirectional, return_sequences=False)(_masked(x, mask_value))
    return keras.Model(x, _dense(outputs)(h), name="many_to_one")


def many_to_many(
    features: int,
    outputs: int,
    units: int,
    recurrent="lstm",
    num_layers: int = 1,
    bidirectional: bool = False,
    mask_value: float | None = None,
) -> keras.Model:
    """A sequence in, one vector out for each of its steps.

            y₁   y₂   y₃
            ↑    ↑    ↑
        0 → h₁ → h₂ → h₃
            ↑    ↑    ↑
            x₁   x₂   x₃

    Args:
        features: Size of what goes in at each step.
        outputs: Size of what comes out at each step.
        units: Size of the state of each layer, of each direction.
        recurrent: Name of a cell, a key of `toolkit.cells.CELLS`, or a class of recurrent layers that takes `units`.
        num_layers: Layers on top of each other.
        bidirectional: Whether each layer reads backwards, too, so that an output knows what comes after its step. Not for a language model.
        mask_value: A step all of whose features are this value is padding, as for `keras.layers.Masking`; `None` if no step is.

    Returns:
        A model from `[batch, time, features]` to `[batch, time, outputs]`.

    Raises:
        ValueError: An argument is out of range.

    Example:
        >>> many_to_many(8, 3, units=16, bidirectional=True)(np.ones((2, 10, 8))).shape
        TensorShape([2, 10, 3])
    """
    x = keras.Input((None, _positive(features=features)), name="x")
    h = _stack(recurrent, units, num_layers, bidirectional)(_masked(x, mask_value))
    return keras.Model(x, _dense(outputs)(h), name="many_to_many")


def sequence_to_sequence(
    source_features: int,
    target_features: int,
    outputs: int,
    units: int,
    recurrent="lstm",
    num_layers: int = 1,
    bidirectional: bool = False,
    mask_value: float | None = None,
) -> keras.Model:
    """A sequence in, another one out, of another length: an encoder, and a decoder that starts from the encoder's last states.

                           y₁   y₂   y₃
                           ↑    ↑    ↑
        0 → h₁ → h₂ → h₃ → s₁ → s₂ → s₃
            ↑    ↑    ↑    ↑    ↑    ↑
            x₁   x₂   x₃   t₀   t₁   t₂

    The model is for training with teacher forcing: the decoder reads the true target, one step late, t₀ being a begin sign (not one that is
    padding). To write a target of its own, it is given at each step what it has written so far.

    Args:
        source_features: Size of what the encoder reads at each step.
        target_features: Size of what the decoder reads at each step.
        outputs: Size of what comes out at each step of the decoder.
        units: Size of the state of each layer of the encoder, of each direction. A decoder has as many layers, of the size of all
            directions.
        recurrent: Name of a cell, a key of `toolkit.cells.CELLS`, or a class of recurrent layers that takes `units`.
        num_layers: Layers on top of each other; each layer of the decoder starts from the state of its counterpart.
        bidirectional: Whether the encoder reads backwards, too; then a decoder's layer starts from the states of both directions side by
            side.
        mask_value: A step all of whose features are this value is padding, as for `keras.layers.Masking`; `None` if no step is.

    Returns:
        A model from `{"source": [batch, source time, source_features], "target": [batch, target time, target_features]}` to
        `[batch, target time, outputs]`.

    Raises:
        ValueError: An argument is out of range.

    Example:
        >>> model = sequence_to_sequence(8, 6, 3, units=16)
        >>> model({"source": np.ones((2, 10, 8)), "target": np.ones((2, 7, 6))}).shape
        TensorShape([2, 7, 3])

    Source: Sutskever, Vinyals & Le 2014, "Sequence to sequence learning with neural networks"; Cho et al. 2014, "Learning phrase
    representations using RNN encoder-decoder for statistical machine translation".
    """
    source = keras.Input((None, _positive(source_features=source_features)), name="source")
    target = keras.Input((None, _positive(target_features=target_features)), name="target")
    encoder = _stack(recurrent, units, num_layers, bidirectional, return_sequences=False, return_state=True, name="encoder")
    decoder = _stack(recurrent, units * (2 if bidirectional else 1), num_layers, return_state=True, name="decoder")
    _, states = encoder(_masked(source, mask_value))
    if bidirectional:
        states = [_side_by_side(state) for state in states]
    h, _ = decoder(_masked(target, mask_value), initial_state=states)
    return keras.Model({"source": source, "target": target}, _dense(outputs)(h), name="sequence_to_sequence")


def _masked(sequences, mask_value: float | None):
    return sequences if mask_value is None else keras.layers.Masking(mask_value)(sequences)


def _side_by_side(state: list) -> list:
    """Joins the parts of the forward state, which come first, with those of the backward state."""
    half = len(state) // 2
    return [ops.concatenate(parts, axis=-1) for parts in zip(state[:half], state[half:], strict=True)]


def _stack(
    recurrent,
    units: int,
    num_layers: int,
    bidirectional: bool = False,
    return_sequences: bool = True,
    return_state: bool = False,
    name="stack",
) -> RecurrentStack:
    make = _maker(recurrent)
    _positive(units=units, num_layers=num_layers)

    def layer(index: int):
        made = make(units, return_sequences=return_sequences or index < num_layers - 1, return_state=return_state)
        return Bidirectional(made) if bidirectional else made

    return RecurrentStack([layer(index) for index in range(num_layers)], return_state=return_state, name=name)


def _dense(outputs: int) -> keras.layers.Dense:
    # Logits are whole in any precision, as a softmax in half precision is not exact enough.
    return keras.layers.Dense(_positive(outputs=outputs), dtype=output_dtype(), name="y")


def _maker(recurrent):
    if isinstance(recurrent, str) and recurrent in CELLS:
        return partial(layer_of, recurrent)
    if isinstance(recurrent, type) and issubclass(recurrent, keras.layers.RNN):
        return recurrent
    raise InvalidArgument("recurrent", f"one of {', '.join(CELLS)}, or a class of recurrent layers", recurrent)


def _positive(**arguments: int) -> int:
    """Returns the last of the arguments, all of which must be positive integers."""
    for name, value in arguments.items():
        check_positive_integer(name, value)
    return value
