"""Every cell without a product in its loop: against plain NumPy, its gradient against automatic and numeric ones, and in all loops."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy_elementwise import CELLS

from toolkit.layers import AttentionDecoder, layer_of
from toolkit.layers.recurrent.rnn import RNN
from toolkit.layers.recurrent.time_loop import backend

BATCH, TIME, UNITS = 4, 5, 3
MASKS = {"none": None, "holes": np.array([[1, 0, 1, 1, 0], [0, 0, 1, 0, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]], bool)}
WITHOUT_VECTORS = [name for name, (cell, given, _) in CELLS.items() if not cell(2, **given).recurrent_gates]

every_cell = pytest.mark.parametrize("name", CELLS)
every_mask = pytest.mark.parametrize("mask", [pytest.param("none", marks=pytest.mark.covering), "holes"])


def make_layer(name, features=4, dtype="float64", **options):
    """Every weight is random, so that none can be left out or mistaken for another unseen."""
    cell_class, given, _ = CELLS[name]
    layer = RNN(cell_class(UNITS, dtype=dtype, **given), return_sequences=True, return_state=True, dtype=dtype, **options)
    layer.build((BATCH, TIME, features))
    layer.set_weights([np.random.default_rng(i).normal(size=weight.shape) * 0.7 for i, weight in enumerate(layer.weights)])
    return layer


def given_to(layer, features=4, dtype="float64"):
    random = np.random.default_rng(7)
    x = tf.constant(random.normal(size=(BATCH, TIME, features)), dtype)
    return x, [tf.constant(random.normal(size=(BATCH, size)), dtype) for size in layer.cell.state_size]


def by_steps(layer, x, initial, mask, zoneout):
    """Runs the cell itself, step by step; TensorFlow differentiates it."""
    made = len(layer.cell.equations.State._fields)  # behind that is what is remembered of the inputs
    state, output, outputs = list(initial), tf.zeros_like(initial[0]), []
    for t in range(x.shape[1]):
        _, new = layer.cell(x[:, t], state)
        held_back = [(1 - zoneout) * now + zoneout * then for now, then in zip(new[:made], state[:made], strict=True)]
        new = [*held_back, *new[made:]]
        if mask is not None:
            new = [tf.where(mask[:, t : t + 1], now, then) for now, then in zip(new, state, strict=True)]
            output = tf.where(mask[:, t : t + 1], new[0], output)
        state, output = new, new[0] if mask is None else output
        outputs.append(output)
    return [tf.stack(outputs, 1), *state]


def loss_of(results):
    """A different nonlinear weight on every result, so that no two errors cancel."""
    return tf.add_n([tf.reduce_sum(tf.sin(result * (i + 1))) for i, result in enumerate(results)])


@pytest.mark.parametrize("features", [4, UNITS])
@every_cell
def test_equals_numpy(name, features):
    layer = make_layer(name, features)
    x, initial = given_to(layer, features)
    weights = {weight.name: weight.numpy() for weight in layer.weights}
    states, outputs = [[part.numpy()[row] for part in initial] for row in range(BATCH)], np.zeros((BATCH, TIME, UNITS))
    for row in range(BATCH):
        for t in range(TIME):
            states[row] = CELLS[name][2](weights, x.numpy()[row, t], *states[row])
            outputs[row, t] = states[row][0]
    received, *last = layer(x, initial_state=initial)
    np.testing.assert_allclose(received, outputs, rtol=0, atol=1e-10)  # double precision over five steps
    for ours, theirs in zip(last, zip(*states, strict=True), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize(("mask", "zoneout"), [pytest.param("none", 0.0, marks=pytest.mark.covering), ("holes", 0.3)])
@every_cell
def test_the_written_gradient_is_the_automatic_one(name, mask, zoneout):
    layer, mask = make_layer(name, zoneout=zoneout), MASKS[mask]
    x, initial = given_to(layer)
    results = []
    for run in (lambda: layer(x, initial_state=initial, mask=mask), lambda: by_steps(layer, x, initial, mask, zoneout)):
        with tf.GradientTape() as tape:
            tape.watch([x, *initial])
            found = run()
            loss = loss_of(found)
        results.append([*found, *tape.gradient(loss, [x, *initial, *layer.trainable_variables], unconnected_gradients="zero")])
    for ours, automatic in zip(*results, strict=True):
        np.testing.assert_allclose(ours, automatic, rtol=0, atol=1e-10)  # double precision


@pytest.mark.slow
@pytest.mark.covering
@every_cell
def test_the_gradient_is_the_numeric_one(name):
    layer = make_layer(name)
    x, initial = given_to(layer)
    point = [x, *initial, *[tf.constant(weight.numpy()) for weight in layer.weights]]

    def loss(x, *rest):
        for weight, value in zip(layer.weights, rest[len(initial) :], strict=True):
            weight.assign(value)
        return loss_of(layer(x, initial_state=list(rest[: len(initial)])))

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


@pytest.mark.slow
@every_mask
@every_cell
def test_all_loops_give_the_same(name, mask):
    layer, mask = make_layer(name, zoneout=0.2), MASKS[mask]
    x, initial = given_to(layer)
    expected = layer(x, initial_state=initial, mask=mask)
    for loop in ("graph", "litert"):
        with backend(loop):
            results = tf.function(lambda: layer(x, initial_state=initial, mask=mask))()
        for ours, theirs in zip(results, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.covering
@every_cell
def test_the_second_gradient_is_the_automatic_one(name):
    layer = make_layer(name)
    x, initial = given_to(layer)

    def second(run):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = loss_of(run())
            slope = tf.reduce_sum(tf.sin(inner.gradient(loss, x)))
        return outer.gradient(slope, x)

    ours = tf.function(lambda: second(lambda: layer(x, initial_state=initial)))()
    np.testing.assert_allclose(ours, second(lambda: by_steps(layer, x, initial, None, 0.0)), rtol=0, atol=1e-9)


@pytest.mark.slow
@every_cell
def test_chunks_give_what_the_whole_gives(name):
    layer = make_layer(name)
    x, initial = given_to(layer)
    whole, *last = layer(x, initial_state=initial)
    first, *state = layer(x[:, :2], initial_state=initial)
    second, *state = layer(x[:, 2:], initial_state=state)
    np.testing.assert_allclose(tf.concat([first, second], 1), whole, rtol=0, atol=1e-12)
    for ours, theirs in zip(state, last, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "tolerance"), [("float32", 1e-5), pytest.param("mixed_bfloat16", 0.1, marks=pytest.mark.covering)])
@every_cell
def test_other_precisions_come_near_double_precision(name, policy, tolerance):
    exact, layer = make_layer(name), make_layer(name, dtype=policy)
    expected = exact(given_to(exact)[0])[0]
    with tf.GradientTape() as tape:
        outputs = layer(given_to(layer, dtype="float32")[0], training=True)[0]
        loss = tf.reduce_sum(tf.cast(outputs, "float32"))
    assert outputs.dtype == layer.compute_dtype
    np.testing.assert_allclose(tf.cast(outputs, "float64"), expected, rtol=0, atol=tolerance)
    assert all(np.isfinite(gradient).all() for gradient in tape.gradient(loss, layer.trainable_variables))


@pytest.mark.slow
@every_cell
def test_saturated_gates_have_finite_gradients(name):
    layer = make_layer(name, dtype="float32")
    with tf.GradientTape() as tape:
        outputs = layer(1e4 * given_to(layer, dtype="float32")[0], training=True)[0]
        loss = tf.reduce_sum(outputs)
    assert all(np.isfinite(values).all() for values in (outputs, *tape.gradient(loss, layer.trainable_variables)))


@every_cell
def test_the_arguments_are_kept(name):
    cell_class, given, _ = CELLS[name]
    cell = cell_class(UNITS, kernel_regularizer="l2", bias_initializer="ones", **given)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cell))
    assert copy.get_config() == cell.get_config()
    assert given.items() <= cell.get_config().items()
    cell.build((None, 4))
    assert (
        cell.count_params()
        == given.get("window", 1) * 4 * cell.kernel.shape[1] + len(cell.recurrent_gates) * UNITS + len(cell.gates) * UNITS
    )


def test_what_means_nothing_is_refused():
    for name, argument, value in (
        *((name, "activation", "relu") for name in CELLS),
        *((name, "recurrent_initializer", "zeros") for name in WITHOUT_VECTORS),
    ):
        cell_class, given, _ = CELLS[name]
        with pytest.raises(ValueError, match=f"Argument `{argument}` has no meaning for {cell_class.__name__}: .*{argument}='{value}'"):
            cell_class(UNITS, **given, **{argument: value})
    with pytest.raises(ValueError, match="pooling"):
        CELLS["QRNN f"][0](UNITS, pooling="of")
    with pytest.raises(ValueError, match="version"):
        CELLS["SRU"][0](UNITS, version=2016)


def test_options_of_a_product_are_refused_with_the_cells_that_have_one():
    with pytest.raises(ValueError, match=r"`weight_drop` needs a cell .* lstm, gru, .* weight_drop=0\.3 with cell='sru'"):
        layer_of("sru", 4, weight_drop=0.3)
    with pytest.raises(ValueError, match="`weight_drop`"):
        RNN(CELLS["SRU"][0](4), weight_drop=0.3)
    with pytest.raises(ValueError, match="`cell` must be a"):
        AttentionDecoder(CELLS["IndRNN"][0](4))


@pytest.mark.slow
@every_mask
@every_cell
def test_rows_and_steps_may_be_unknown_when_the_graph_is_traced(name, mask):
    layer, mask = make_layer(name), MASKS[mask]
    x, initial = given_to(layer)
    weights = [variable.value for variable in layer.trainable_variables]

    def gradients(x, *mask):
        with tf.GradientTape() as tape:
            tape.watch(x)
            results = layer(x, initial_state=initial, mask=mask[0] if mask else None, training=True)
            loss = loss_of(results)
        return *results, *tape.gradient(loss, [x, *weights])

    given = [x] if mask is None else [x, mask]
    unknown = [tf.TensorSpec([None, None, 4], tf.float64), tf.TensorSpec([None, None], tf.bool)][: len(given)]
    traced = tf.function(gradients, input_signature=unknown, autograph=False)
    for got, expected in zip(traced(*given), gradients(*given), strict=True):
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)
