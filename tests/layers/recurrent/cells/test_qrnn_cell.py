"""The QRNN with a window of 2: against a masked convolution, in every loop, and its state, which has a part of the size of the inputs.

What it has in common with the other cells without a product in their loop is in `test_elementwise_cells.py`.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from toolkit.layers import RNN, Bidirectional, RecurrentStack, TruncatedBPTT
from toolkit.layers.recurrent.cells.qrnn_cell import QRNNCell
from toolkit.layers.recurrent.observing import observing
from toolkit.layers.recurrent.time_loop import backend

BATCH, TIME, FEATURES, UNITS = 4, 5, 2, 3
HOLES = np.array([[1, 0, 1, 1, 0], [0, 0, 1, 0, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]], bool)
LAST_READ = (3, 4, 4, None)  # step of the last input of each row of `HOLES`
STATE = ("h", "c", "before")


def given(dtype="float64"):
    random = np.random.default_rng(7)
    x, *initial = (random.normal(size=size).astype(dtype) for size in ((BATCH, TIME, FEATURES), *[(BATCH, UNITS)] * 2, (BATCH, FEATURES)))
    return x, initial


def make_cell(dtype="float64", **options):
    """A cell whose weights are random, each different."""
    cell = QRNNCell(UNITS, window=2, dtype=dtype, **options)
    cell.build((BATCH, FEATURES))
    cell.set_weights([np.random.default_rng(i).normal(size=weight.shape) * 0.7 for i, weight in enumerate(cell.weights)])
    return cell


def make_layer(dtype="float64", layer_class=RNN, **options):
    layer = layer_class(make_cell(dtype), return_sequences=True, return_state=True, dtype=dtype, **options)
    layer.build((BATCH, TIME, FEATURES))
    return layer


def assert_all_close(found, expected, tolerance=1e-12):
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def test_equals_pooling_over_a_masked_convolution():
    cell, (x, _) = make_cell(), given()
    blocks = len(cell.gates) * UNITS
    convolution = keras.layers.Conv1D(blocks, 2, padding="causal", dtype="float64")
    convolution.build(x.shape)
    now, before = np.split(cell.kernel.numpy(), 2)
    convolution.set_weights([np.stack([before, now]), cell.bias.numpy()])
    pooling = QRNNCell(UNITS, use_bias=False, kernel_initializer="identity", dtype="float64")
    ours, pooled = (RNN(each, return_sequences=True, dtype="float64") for each in (cell, pooling))
    np.testing.assert_allclose(ours(x), pooled(convolution(x)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("mask", [None, HOLES])
def test_keras_running_the_cell_step_by_step_gives_the_same(mask):
    (x, initial), layer = given(), make_layer()
    keras_layer = keras.layers.RNN(layer.cell, return_sequences=True, return_state=True, dtype="float64")
    assert_all_close(layer(x, mask=mask), keras_layer(x, mask=mask))
    ours, theirs = (each(x, initial_state=initial, mask=mask) for each in (layer, keras_layer))
    assert_all_close(ours[1:], theirs[1:])
    shown = slice(None) if mask is None else mask  # what masked steps show before the first token is tested elsewhere
    np.testing.assert_allclose(ours[0].numpy()[shown], theirs[0].numpy()[shown], rtol=0, atol=1e-12)


@pytest.mark.parametrize("go_backwards", [False, True])
def test_a_masked_step_is_as_if_it_were_not_there(go_backwards):
    (x, initial), layer = given(), make_layer(go_backwards=go_backwards)
    steps = slice(None, None, -1) if go_backwards else slice(None)
    outputs, *state = layer(x, initial_state=initial, mask=HOLES)
    forward = RNN(layer.cell, return_sequences=True, return_state=True, dtype="float64")
    for row, mask in enumerate(HOLES):
        here = slice(row, row + 1)
        if not mask.any():
            assert_all_close([part[here] for part in state], [part[here] for part in initial])
            continue
        alone, *last = forward(x[here][:, mask][:, steps], initial_state=[part[here] for part in initial])
        np.testing.assert_allclose(outputs[row].numpy()[mask[steps]], alone[0], rtol=0, atol=1e-12)
        assert_all_close([part[here] for part in state], last)
        if not go_backwards:
            np.testing.assert_array_equal(state[-1][row], x[row, LAST_READ[row]])


def test_chunks_with_holes_give_what_the_whole_gives():
    (x, initial), layer = given(), make_layer()
    whole, *last = layer(x, initial_state=initial, mask=HOLES)
    state, read = initial, []
    for steps in (slice(0, 2), slice(2, 3), slice(3, 5)):
        outputs, *state = layer(x[:, steps], initial_state=state, mask=HOLES[:, steps])
        read.append(outputs)
    assert_all_close(state, last)
    np.testing.assert_allclose(tf.concat(read, 1).numpy()[HOLES], whole.numpy()[HOLES], rtol=0, atol=1e-12)


def test_both_directions():
    x, _ = given()
    layer = Bidirectional(RNN(make_cell(), return_sequences=True, return_state=True, dtype="float64"), dtype="float64")
    outputs, *states = layer(x, mask=HOLES)
    forward, backward = layer.forward_layer, layer.backward_layer
    one, *state_one = forward(x, mask=HOLES)
    other, *state_other = backward(x, mask=HOLES)
    assert_all_close(states, [*state_one, *state_other])
    expected = np.concatenate([one, other[:, ::-1]], -1)
    np.testing.assert_allclose(outputs.numpy()[HOLES], expected[HOLES], rtol=0, atol=1e-12)
    again, *_ = layer(x, initial_state=states, mask=HOLES)
    assert np.abs(again - outputs).max() > 1e-3


def test_zoneout_leaves_the_input_before_as_it_is():
    (x, initial), layer = given(), make_layer(zoneout=(0.3, 0.9))
    for training in (False, True):
        *_, last = layer(x, initial_state=initial, training=training)
        np.testing.assert_array_equal(last, x[:, -1])
    with pytest.raises(ValueError, match="one for each of the 2 parts of the state"):
        RNN(QRNNCell(UNITS, window=2), zoneout=(0.3, 0.9, 0.1))
    assert RNN(QRNNCell(UNITS, window=2), zoneout=0.2)(tf.ones([2, 4, FEATURES]), training=True).shape == (2, UNITS)


def test_a_stateful_layer_and_a_learned_initial_state_have_the_size_of_the_inputs():
    x, _ = given()
    layer = RNN(QRNNCell(UNITS, window=2, dtype="float64"), stateful=True, learned_initial_state=True, dtype="float64")
    layer.build(x.shape)
    assert [tuple(part.shape) for part in layer.states] == [(BATCH, UNITS), (BATCH, UNITS), (BATCH, FEATURES)]
    assert [tuple(weight.shape) for weight in layer.initial_state_weights] == [(UNITS,), (UNITS,), (FEATURES,)]
    layer(x[:, :2])
    np.testing.assert_array_equal(layer.states[-1], x[:, 1])
    in_chunks = layer(x[:, 2:])
    np.testing.assert_allclose(in_chunks, RNN(layer.cell, dtype="float64")(x), rtol=0, atol=1e-12)


def test_wrappers_carry_the_state_on():
    x, _ = given()
    layer = RNN(QRNNCell(UNITS, window=2, dtype="float64"), return_sequences=True, return_state=True, dtype="float64")
    truncated = TruncatedBPTT(layer, 2)
    assert_all_close(truncated(x, mask=HOLES), layer(x, mask=HOLES))
    stack = RecurrentStack([layer, make_upper()], return_state=True, dtype="float64")
    _, states = stack(x)
    assert [[part.shape[1] for part in state] for state in states] == [[UNITS, UNITS, FEATURES], [UNITS, UNITS, UNITS]]
    assert [[shape[1] for shape in state] for state in stack.compute_output_shape(x.shape)[1]] == [[3, 3, 2], [3, 3, 3]]
    cells = keras.layers.StackedRNNCells([layer.cell, stack.layers[1].cell], dtype="float64")
    in_one = RNN(cells, return_sequences=True, dtype="float64")
    np.testing.assert_allclose(in_one(x), stack(x)[0], rtol=0, atol=1e-12)


def make_upper():
    return RNN(QRNNCell(UNITS, window=2, dtype="float64"), return_sequences=True, return_state=True, dtype="float64")


def test_a_functional_model_knows_the_shapes():
    inputs = keras.Input((None, FEATURES))
    outputs = RNN(QRNNCell(UNITS, window=2), return_sequences=True, return_state=True)(inputs)
    assert [part.shape[-1] for part in outputs] == [UNITS, UNITS, UNITS, FEATURES]


def test_the_loop_shows_what_it_makes():
    (x, initial), layer = given(), make_layer()
    expected = layer(x, initial_state=initial, mask=HOLES)
    with observing() as loops:
        found = layer(x, initial_state=initial, mask=HOLES)
    assert_all_close(found[1:], expected[1:])
    np.testing.assert_allclose(found[0].numpy()[HOLES], expected[0].numpy()[HOLES], rtol=0, atol=1e-12)
    assert (list(loops[0].states), list(loops[0].gates)) == (["h", "c"], ["f", "o"])


@pytest.mark.slow
def test_in_one_compiled_function():
    (x, initial), layer = given(), make_layer()

    def run():
        with tf.GradientTape() as tape:
            results = layer(x, initial_state=initial, mask=HOLES, training=True)
            loss = tf.add_n([tf.reduce_sum(tf.sin(result)) for result in results])
        return [*results, *tape.gradient(loss, layer.cell.weights)]

    assert_all_close(tf.function(run, jit_compile=True, autograph=False)(), run(), 1e-10)


def saved(layer, loop, path, time=None):
    """Saves a layer for any batch, with the input, the mask and the state before for inputs, and the outputs and the state for outputs."""
    shapes = {"x": [None, time, FEATURES], **{name: [None, size] for name, size in zip(STATE, layer.state_size, strict=True)}}
    specs = {name: tf.TensorSpec(shape, name=name) for name, shape in shapes.items()}

    @tf.function(autograph=False)
    def run(x, mask, **state):
        with backend(loop):
            return dict(zip(("outputs", *STATE), layer(x, initial_state=[state[name] for name in STATE], mask=mask), strict=True))

    module = tf.Module()
    module.layer_variables = [variable.value for variable in layer.variables]
    signature = run.get_concrete_function(mask=tf.TensorSpec([None, time], tf.bool, name="mask"), **specs)
    tf.saved_model.save(module, path, signatures=signature)


def named(x, mask, initial):
    return {"x": x, "mask": mask, **dict(zip(STATE, initial, strict=True))}


@pytest.mark.slow
def test_in_a_saved_model_for_any_batch_and_length(tmp_path):
    (x, initial), layer = given("float32"), make_layer("float32")
    saved(layer, "graph", tmp_path)
    run = tf.saved_model.load(tmp_path).signatures["serving_default"]
    found = run(**{name: tf.constant(value) for name, value in named(x, HOLES, initial).items()})
    expected = layer(x, initial_state=initial, mask=HOLES)
    assert_all_close([found[name] for name in ("outputs", *STATE)], expected, 1e-6)  # single precision


@pytest.mark.slow
@pytest.mark.parametrize("time", [1, None])
def test_in_litert_with_built_in_operators(time, tmp_path):
    """For any length, and for a decoder, which reads one step at a time."""
    (x, initial), layer = given("float32"), make_layer("float32")
    x, mask = x[:, :time], HOLES[:, :time]
    saved(layer, "litert", tmp_path, time)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    found = Interpreter(model_content=converter.convert()).get_signature_runner()(**named(x, mask, initial))
    expected = layer(x, initial_state=initial, mask=mask)
    assert_all_close([found[name] for name in ("outputs", *STATE)], expected, 1e-6)  # single precision


def test_a_window_is_one_or_two():
    for window in (0, 3, "2", True, 2.0, None):
        with pytest.raises(ValueError, match=f"Argument `window` must be an integer from 1 to 2. Received: window={window!r}"):
            QRNNCell(UNITS, window=window)


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="build the cell first"):
        QRNNCell(UNITS, window=2).get_initial_state(2)
    (x, initial), layer = given(), make_layer()
    with pytest.raises(ValueError, match=r"`inputs` must have 2 features.*inputs.shape=\(4, 3\)"):
        layer.cell(tf.zeros([BATCH, 3]), initial)
    with pytest.raises(ValueError, match=r"State `x` in `states` must have shape `\(batch, 2\)`. Received: x.shape=\(4, 3\)"):
        layer.cell(x[:, 0], [*initial[:2], initial[0]])
    with pytest.raises(ValueError, match=r"`sequences` must have 2 features at each step"):
        layer(tf.zeros([BATCH, TIME, 4], "float64"))
    with pytest.raises(ValueError, match=r"shape\(s\) \[4, 3\], \[4, 3\], \[4, 2\]"):
        layer(x, initial_state=[initial[0]] * 3)
