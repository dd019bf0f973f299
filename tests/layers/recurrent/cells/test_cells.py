"""Every cell against plain NumPy, against numeric differences, in other precisions, and with bad input."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy_cells import CELLS

BATCH, TIME, UNITS = 2, 4, 3

# As in the table of docs/cells.md: n features, u units.
PARAMETERS = {
    "vanilla": lambda n, u: 4 * u * (n + u + 1) + 3 * u,
    "NIG": lambda n, u: 3 * u * (n + u + 1) + 2 * u,
    "NFG": lambda n, u: 3 * u * (n + u + 1) + 2 * u,
    "NOG": lambda n, u: 3 * u * (n + u + 1) + 2 * u,
    "NIAF": lambda n, u: 4 * u * (n + u + 1) + 3 * u,
    "NOAF": lambda n, u: 4 * u * (n + u + 1) + 3 * u,
    "CIFG": lambda n, u: 3 * u * (n + u + 1) + 2 * u,
    "NP": lambda n, u: 4 * u * (n + u + 1),
    "FGR": lambda n, u: 4 * u * (n + u + 1) + 3 * u + 9 * u**2,
    "coupled": lambda n, u: 3 * u * (n + u + 1),
    "layer normalised": lambda n, u: 4 * u * (n + u + 1) + 10 * u,
    "mogrifier LSTM": lambda n, u: 4 * u * (n + u + 1) + 5 * n * u,
    "mogrifier LSTM of rank 2": lambda n, u: 4 * u * (n + u + 1) + 3 * 2 * (n + u),
    "mogrifier GRU": lambda n, u: 3 * u * (n + u + 1) + 4 * n * u,
    "MUT1": lambda n, u: 3 * u * (n + u + 1) - u**2,
    "MUT1 of the paper": lambda n, u: u * (4 * u + 3),
    "MUT2": lambda n, u: 3 * u * (n + u + 1),
    "MUT2 of the paper": lambda n, u: u * (5 * u + 3),
    "MUT3": lambda n, u: 3 * u * (n + u + 1),
}


def features_of(name):
    return UNITS if CELLS[name][1].get("project_inputs") is False else 5


def make_cell(name, dtype="float32", **arguments):
    cell_class, defaults, _ = CELLS[name]
    return cell_class(UNITS, dtype=dtype, **defaults, **arguments)


def make_layer(name, dtype="float64"):
    """Every weight is random, so that none can be left out or mistaken for another unseen."""
    layer = keras.layers.RNN(make_cell(name, dtype), return_sequences=True, return_state=True, dtype=dtype)
    layer.build((BATCH, TIME, features_of(name)))
    layer.set_weights([np.random.default_rng(i).normal(size=weight.shape) * 0.7 for i, weight in enumerate(layer.weights)])
    return layer


def sequences_and_states(name, dtype="float64"):
    random = np.random.default_rng(7)
    parts = len(CELLS[name][0].State._fields)
    return (
        tf.constant(random.normal(size=(BATCH, TIME, features_of(name))), dtype),
        [tf.constant(random.normal(size=(BATCH, UNITS)), dtype) for _ in range(parts)],
    )


@pytest.mark.parametrize("name", CELLS)
def test_equals_numpy(name):
    layer = make_layer(name)
    x, initial = sequences_and_states(name)
    weights = {weight.name: weight.numpy() for weight in layer.weights}
    outputs = np.zeros((BATCH, TIME, UNITS))
    states = np.array([state.numpy() for state in initial])
    for row in range(BATCH):
        for t in range(TIME):
            states[:, row] = CELLS[name][2](weights, x.numpy()[row, t], *states[:, row])
            outputs[row, t] = states[0, row]
    received, *last = layer(x, initial_state=initial)
    np.testing.assert_allclose(received, outputs, rtol=0, atol=1e-10)  # double precision over four steps
    np.testing.assert_allclose(last, states, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", CELLS)
def test_gradient_equals_numeric_gradient(name):
    layer = make_layer(name)
    x, initial = sequences_and_states(name)
    point = [x, *initial, *[tf.constant(weight.numpy()) for weight in layer.weights]]

    def loss(x, *rest):
        for weight, value in zip(layer.weights, rest[len(initial) :], strict=True):
            weight.assign(value)
        outputs = layer(x, initial_state=list(rest[: len(initial)]))
        # A different nonlinear weight on every output, so that no two errors cancel.
        return tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])

    with tf.GradientTape() as tape:
        tape.watch(point[: 1 + len(initial)])
        value = loss(*point)
    analytic = tape.gradient(value, [x, *initial, *layer.trainable_variables])
    random = np.random.default_rng(3)
    directions = [random.normal(size=part.shape) for part in point]
    along = sum(np.sum(gradient * direction) for gradient, direction in zip(analytic, directions, strict=True))
    step = 1e-6
    ends = [loss(*[part + sign * step * direction for part, direction in zip(point, directions, strict=True)]) for sign in (1, -1)]
    # A central difference of step 1e-6 in double precision errs by about 1e-10 relative to values of order one.
    np.testing.assert_allclose(along, (ends[0] - ends[1]) / (2 * step), rtol=1e-6)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(("policy", "tolerance"), [("float32", 1e-5), ("mixed_bfloat16", 0.1)])
def test_other_precisions_come_near_double_precision(name, policy, tolerance):
    exact, layer = make_layer(name), make_layer(name, policy)
    expected = exact(sequences_and_states(name)[0])[0]
    with tf.GradientTape() as tape:
        outputs = layer(sequences_and_states(name, "float32")[0])[0]
        loss = tf.reduce_sum(tf.cast(outputs, "float32"))
    assert outputs.dtype == layer.compute_dtype
    # Single precision has seven digits, bfloat16 two to three, of which four steps lose some.
    np.testing.assert_allclose(tf.cast(outputs, "float64"), expected, rtol=0, atol=tolerance)
    assert all(np.isfinite(gradient).all() for gradient in tape.gradient(loss, layer.trainable_variables))


@pytest.mark.parametrize("name", CELLS)
def test_projecting_all_steps_at_once_equals_projecting_each(name):
    cell = make_layer(name).cell
    x, _ = sequences_and_states(name)
    each = tf.stack([cell.project(x[:, t]) for t in range(TIME)], axis=1)
    np.testing.assert_allclose(cell.project(x), each, rtol=0, atol=1e-12)  # double precision, another order of the sums


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_a_pure_function(name):
    cell = make_layer(name).cell
    x, initial = sequences_and_states(name)
    first, second = [cell(x[:, 0], initial, training=True) for _ in range(2)]
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert isinstance(first[1], list)


@pytest.mark.parametrize("name", CELLS)
def test_without_bias_equals_a_bias_of_zero(name):
    with_bias, without = make_cell(name, "float64"), make_cell(name, "float64", use_bias=False)
    x, initial = sequences_and_states(name)
    for cell in (with_bias, without):
        cell.build((BATCH, features_of(name)))
    named = {weight.name: np.random.default_rng(i).normal(size=weight.shape) for i, weight in enumerate(with_bias.weights)}
    with_bias.set_weights([values * (not key.endswith("bias")) for key, values in named.items()])
    without.set_weights([named[weight.name] for weight in without.weights])
    assert len(without.weights) < len(with_bias.weights)
    np.testing.assert_array_equal(without(x[:, 0], initial)[0], with_bias(x[:, 0], initial)[0])


@pytest.mark.parametrize("name", CELLS)
def test_every_argument_is_an_attribute_and_in_the_configuration(name):
    cell = make_cell(name, kernel_regularizer="l2", recurrent_constraint="max_norm", bias_initializer="ones", activation="relu")
    arguments = {
        parameter.name
        for owner in type(cell).__mro__
        if issubclass(owner, keras.layers.Layer) and owner.__module__.startswith("toolkit.")
        for parameter in inspect.signature(owner.__init__).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    } - {"self", "args"}
    assert arguments <= set(cell.get_config())
    assert all(hasattr(cell, argument) for argument in arguments)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cell))
    assert copy.get_config() == cell.get_config()
    assert copy.activation is keras.activations.relu


@pytest.mark.parametrize("name", CELLS)
def test_arguments_reach_the_weights(name):
    cell = make_cell(
        name,
        kernel_initializer="ones",
        recurrent_initializer="zeros",
        bias_initializer="ones",
        bias_regularizer="l1",
        kernel_constraint="non_neg",
    )
    cell.build((None, features_of(name)))
    assert np.all(cell.kernel.numpy() == 1)
    assert np.all(cell.recurrent_kernel.numpy() == 0)
    starts = dict(zip(cell.gates, np.split(cell.bias.numpy(), len(cell.gates)), strict=True))
    assert all(np.all(values == cell.bias_starts().get(gate, 1)) for gate, values in starts.items())
    assert isinstance(cell.bias.regularizer, keras.regularizers.L1)
    assert isinstance(cell.kernel.constraint, keras.constraints.NonNeg)


@pytest.mark.parametrize("name", CELLS)
def test_number_of_parameters(name):
    cell = make_cell(name)
    cell.build((None, features_of(name)))
    assert cell.count_params() == PARAMETERS[name](features_of(name), UNITS)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("units", [0, -1, True, 2.5, "3", None])
def test_units_must_be_a_positive_integer(name, units):
    with pytest.raises(ValueError, match=f"`units` must be a positive integer. Received: units={units!r}"):
        CELLS[name][0](units)


@pytest.mark.parametrize("name", CELLS)
def test_wrong_shapes(name):
    cell = make_cell(name)
    features = features_of(name)
    parts = list(cell.State._fields)
    states = [tf.zeros([BATCH, UNITS])] * len(parts)
    with pytest.raises(ValueError, match=r"`\(batch, features\)`.*Received: input_shape=\(2, 4, 5, 6\)"):
        make_cell(name).build((2, 4, 5, 6))
    with pytest.raises(ValueError, match=r"with known `features`. Received: input_shape=\(2, None\)"):
        make_cell(name).build((2, None))
    cell.build((BATCH, features))
    with pytest.raises(ValueError, match=rf"`inputs` must have {features} features.*Received: inputs.shape=\(2, {features + 1}\)"):
        cell(tf.zeros([BATCH, features + 1]), states)
    with pytest.raises(ValueError, match=r"`inputs` must have shape `\(batch, features\)`. Received: inputs.shape=\(2, 1, "):
        cell(tf.zeros([BATCH, 1, features]), states)
    with pytest.raises(ValueError, match=rf"`states` must be a list of {len(parts)}: {', '.join(parts)}. Received"):
        cell(tf.zeros([BATCH, features]), [*states, states[0]])
    with pytest.raises(
        ValueError, match=rf"State `{parts[-1]}` in `states` must have shape `\(batch, 3\)`. Received: {parts[-1]}.shape=\(2, 4\)"
    ):
        cell(tf.zeros([BATCH, features]), [*states[:-1], tf.zeros([BATCH, UNITS + 1])])


@pytest.mark.parametrize("name", CELLS)
def test_a_sequence_with_other_features_is_an_error(name):
    layer = make_layer(name)
    with pytest.raises(ValueError, match="features, the number that the cell was built with"):
        layer(tf.zeros([BATCH, TIME, features_of(name) + 1], "float64"))
