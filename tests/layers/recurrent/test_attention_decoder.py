"""The decoder with attention against plain equations, automatic and numeric differentiation, and itself without padding."""

import ai_edge_litert.interpreter as litert
import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import AttentionDecoder
from toolkit.layers.recurrent.time_loop import backend

BATCH, TIME, FEATURES, POSITIONS, CELL, UNITS = 3, 4, 5, 6, 4, 2

CELLS = {
    "LSTM": keras.layers.LSTMCell,
    "GRU": keras.layers.GRUCell,
    "SimpleRNN": keras.layers.SimpleRNNCell,
}
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 1, 0, 0, 1, 0]], bool)  # none hidden, right padding, holes
every_cell = pytest.mark.parametrize("name", CELLS)
every_mask = pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])


def make(name, dtype="float64", **options):
    layer = AttentionDecoder(CELLS[name](CELL, dtype=dtype), UNITS, dtype=dtype, **options)
    layer.build((BATCH, TIME, FEATURES), (BATCH, POSITIONS, CELL))
    random = np.random.default_rng(5)
    layer.set_weights([random.normal(size=weight.shape) * 0.5 for weight in layer.weights])
    return layer


def inputs(dtype="float64"):
    random = np.random.default_rng(0)
    return [tf.constant(random.normal(size=shape), dtype) for shape in ((BATCH, TIME, FEATURES), (BATCH, POSITIONS, CELL))]


def states(layer):
    random = np.random.default_rng(1)
    return [tf.constant(random.normal(size=part.shape), part.dtype) for part in layer.get_initial_state(BATCH)]


def by_hand(layer, x, memory, state, mask=None):
    """The class's equations, step by step, with Keras's cell; its gradient is automatic."""
    a, *cell_state = state
    outputs = []
    visible = tf.ones(memory.shape[:2], memory.dtype) if mask is None else tf.cast(mask, memory.dtype)
    for t in range(x.shape[1]):
        h, cell_state = layer.cell(tf.concat([x[:, t], a], -1), list(cell_state))
        scores = tf.exp(tf.reduce_sum(h[:, tf.newaxis] * memory, -1)) * visible
        weights = scores / tf.reduce_sum(scores, -1, keepdims=True)
        context = tf.reduce_sum(weights[..., tf.newaxis] * memory, 1)
        a = tf.tanh(tf.concat([context, h], -1) @ layer.output_kernel)
        outputs.append(a)
    return [tf.stack(outputs, 1), a, *cell_state], weights


def loss_of(outputs):
    return tf.add_n([tf.reduce_sum(tf.sin(output * (i + 1))) for i, output in enumerate(outputs)])


def with_gradients(layer, run, *tensors):
    """Returns what a run gives, and the gradients of the tensors and of the layer's weights."""
    with tf.GradientTape() as tape:
        sources = [*tensors, *(variable.value for variable in layer.trainable_variables)]
        tape.watch(sources)
        outputs = run(*tensors)
        loss = loss_of(outputs)
    return [*outputs, *tape.gradient(loss, sources)]


@every_cell
@pytest.mark.parametrize(("mask", "training"), [(None, False), (None, True), (MASK, True)], ids=["forward", "training", "masked"])
def test_value_and_gradient_equal_the_equations(name, mask, training):
    layer, tensors = make(name, return_state=True), inputs()
    tensors += states(layer)

    def run(x, memory, *state):
        return layer(x, memory, initial_state=state, memory_mask=mask, training=training)

    def expect(x, memory, *state):
        return by_hand(layer, x, memory, state, mask)[0]

    for ours, expected in zip(with_gradients(layer, run, *tensors), with_gradients(layer, expect, *tensors), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-10)  # double precision


def test_the_gradient_equals_numeric_differences():
    layer, tensors = make("LSTM", return_state=True), inputs()
    tensors += states(layer)

    def run(x, memory, *state):
        return layer(x, memory, initial_state=state, memory_mask=MASK, training=True)

    gradients = with_gradients(layer, run, *tensors)[-len(tensors) - len(layer.trainable_variables) :]
    weights = layer.get_weights()
    random = np.random.default_rng(2)
    for i, (value, gradient) in enumerate(zip([*tensors, *weights], gradients, strict=True)):
        step = random.normal(size=value.shape) * 1e-5
        losses = []
        for sign in (1, -1):
            moved = [*tensors, *weights]
            moved[i] = value + sign * step
            layer.set_weights(moved[len(tensors) :])
            losses.append(loss_of(run(*moved[: len(tensors)])))
        # The error of a central difference is of the order of step³ and of rounding, 1e-15; the differences are of the order of 1e-5.
        np.testing.assert_allclose(losses[0] - losses[1], 2 * np.sum(gradient * step), rtol=1e-6, atol=1e-13)


@pytest.mark.slow
def test_a_row_equals_itself_alone_without_padding():
    layer, (x, memory) = make("GRU"), inputs()

    def run(mask):
        return lambda x, memory: [layer(x, memory, memory_mask=mask, training=True)]

    together = with_gradients(layer, run(MASK), x, memory)
    weight_gradients = []
    for row, visible in enumerate(MASK):
        seen = tf.boolean_mask(memory[row : row + 1], visible, axis=1)
        output, δx, δ_memory, *δ_weights = with_gradients(layer, run(None), x[row : row + 1], seen)
        np.testing.assert_allclose(together[0][row], output[0], rtol=0, atol=1e-12)  # double precision
        np.testing.assert_allclose(together[1][row], δx[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(together[2][row][visible], δ_memory[0], rtol=0, atol=1e-12)
        np.testing.assert_array_equal(together[2][row][~visible], 0)
        weight_gradients.append(δ_weights)
    for ours, rows in zip(together[3:], zip(*weight_gradients, strict=True), strict=True):
        np.testing.assert_allclose(ours, np.sum(rows, 0), rtol=0, atol=1e-12)


@pytest.mark.parametrize("loop", ["compiled", "graph", "litert"])
def test_a_row_where_all_is_hidden_sees_zeros_whatever_its_padding(loop):
    layer, (x, memory) = make("GRU", return_state=True), inputs()
    nothing = np.zeros((BATCH, POSITIONS), bool)
    with backend(loop):
        outputs, *state = layer(x, memory * 100, memory_mask=nothing)
        expected, *_ = layer(x, tf.zeros_like(memory))
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-12)  # double precision
    np.testing.assert_array_equal(layer.alignment(state, memory, nothing), 0)


@every_cell
@every_mask
@pytest.mark.parametrize("loop", ["graph", "litert"])
def test_every_backend_gives_the_same(name, mask, loop):
    layer, (x, memory) = make(name, return_state=True), inputs()
    expected = layer(x, memory, memory_mask=mask)
    with backend(loop):
        for ours, theirs in zip(layer(x, memory, memory_mask=mask), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)  # double precision


@every_mask
def test_the_alignment_of_each_step_by_its_state(mask):
    layer, (x, memory) = make("LSTM", return_state=True), inputs()
    state = states(layer)
    for t in range(TIME):
        _, expected = by_hand(layer, x[:, t : t + 1], memory, state, mask)
        _, *state = layer(x[:, t : t + 1], memory, initial_state=state, memory_mask=mask)
        alignment = layer.alignment(state, memory, memory_mask=mask)
        np.testing.assert_allclose(alignment, expected, rtol=0, atol=1e-12)  # double precision
        if mask is not None:
            np.testing.assert_array_equal(alignment[~mask], 0)


def test_the_masks_that_keras_attaches_are_used():
    layer, (x, memory) = make("LSTM"), inputs()
    memory = keras.layers.Masking(dtype="float64")(tf.where(MASK[..., np.newaxis], memory, 0))
    x = keras.layers.Masking(dtype="float64")(tf.where(np.arange(TIME)[:, np.newaxis] < TIME - 1, x, 0))
    outputs = layer(x, memory)
    np.testing.assert_array_equal(outputs, layer(x, memory, memory_mask=MASK))
    assert np.abs(outputs - layer(x, memory, memory_mask=np.ones_like(MASK)))[1].max() > 1e-2
    np.testing.assert_array_equal(outputs._keras_mask, x._keras_mask)


def test_low_precision_hides_as_well():
    layer, (x, memory) = make("LSTM", "mixed_bfloat16", return_state=True), inputs("float32")
    with backend("graph"):  # nothing to compile
        _, *state = layer(x, memory, memory_mask=MASK)
    alignment = tf.cast(layer.alignment(state, memory, MASK), "float32").numpy()
    np.testing.assert_array_equal(alignment[~MASK], 0)
    np.testing.assert_allclose(alignment.sum(-1), 1, rtol=0, atol=POSITIONS * 2**-8)  # each weight is rounded to eight bits


@pytest.mark.slow
def test_parts_of_a_batch_side_by_side_equal_the_whole(monkeypatch):
    layer = make("LSTM")
    random = np.random.default_rng(0)
    tensors = [tf.constant(random.normal(size=(32, *shape))) for shape in ((TIME, FEATURES), (POSITIONS, CELL))]
    mask = np.resize(MASK, (32, POSITIONS))

    def run(*tensors):
        return with_gradients(layer, lambda x, memory: [layer(x, memory, memory_mask=mask, training=True)], *tensors)

    whole = run(*tensors)  # eager: one part
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for ours, theirs in zip(tf.function(run)(*tensors), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)  # double precision, sums in another order


def test_a_step_with_its_alignment_runs_on_litert():
    layer = make("LSTM", "float32", return_state=True)
    module = tf.Module()
    module.layer_variables = [variable.value for variable in layer.variables]
    specs = [
        tf.TensorSpec([None, FEATURES], name="x"),
        tf.TensorSpec([None, None, CELL], name="memory"),
        tf.TensorSpec([None, None], tf.bool, name="mask"),
        *(tf.TensorSpec([None, part.shape[1]], name=f"state_{i}") for i, part in enumerate(layer.get_initial_state(1))),
    ]

    @tf.function(input_signature=specs, autograph=False)
    def step(x, memory, mask, *state):
        with backend("litert"):
            outputs, *state = layer(tf.expand_dims(x, 1), memory, initial_state=state, memory_mask=mask)
            return {"output": outputs[:, 0], "alignment": layer.alignment(state, memory, mask)}

    converter = tf.lite.TFLiteConverter.from_concrete_functions([step.get_concrete_function()], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    interpreter = litert.Interpreter(model_content=converter.convert())
    x, memory = inputs("float32")
    given = {"x": x[:, 0], "memory": memory, "mask": MASK, **{f"state_{i}": part for i, part in enumerate(states(layer))}}
    found = interpreter.get_signature_runner()(**{name: np.asarray(value) for name, value in given.items()})
    for name, expected in step(*given.values()).items():
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-6)  # single precision


def test_wrong_arguments():
    with pytest.raises(ValueError, match="must be a keras"):
        AttentionDecoder(keras.layers.LSTMCell(4, activation="relu"))
    with pytest.raises(ValueError, match="units=0"):
        AttentionDecoder(keras.layers.LSTMCell(4), 0)
    with pytest.raises(ValueError, match="size of the cell's output, 4"):
        AttentionDecoder(keras.layers.LSTMCell(4))(tf.zeros([2, 3, 5]), tf.zeros([2, 6, 3]))
    layer, memory = make("LSTM", "float32"), tf.zeros([2, 6, 4])
    with pytest.raises(ValueError, match="5 features"):
        layer(tf.zeros([2, 3, 6]), memory)
    with pytest.raises(ValueError, match=r"(?s)`memory_mask` must have the shape .*\(2, 6\).*shape=\(2, 5\)"):
        layer(tf.zeros([2, 3, 5]), memory, memory_mask=tf.ones([2, 5], tf.bool))
    with pytest.raises(
        ValueError, match=r"(?s)3 parts, of the shapes \[batch, 2\], \[batch, 4\], \[batch, 4\]. Received: \[\(2, 2\), \(2, 4\)"
    ):
        layer.alignment([tf.zeros([2, 2]), tf.zeros([2, 4])], memory)
