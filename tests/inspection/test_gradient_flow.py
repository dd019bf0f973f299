import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.inspecting import inspect
from toolkit.inspection.subject import Batch, Subject
from toolkit.layers import GRU, LSTM, RNN, Bidirectional, IndRNNCell, IndyLSTMCell, QRNNCell, RGLRUCell, SimpleRNN, SRUCell
from toolkit.layers.recurrent.cells.greff_variants import FGRCell

BATCH, TIME, FEATURES, UNITS = 5, 16, 3, 4
STATE = "state 0"  # of a cell without written equations
WANTED = np.array([3.0, 0.0, 0.0, 4.0])  # of norm 5


def inputs(time=TIME):
    return np.random.default_rng(0).normal(size=(BATCH, time, FEATURES))


def last_output(layer, batches=2, x=None, mask=None, history=()):
    """A loss of the last output alone, `WANTED · h`, whose gradient is `WANTED`."""
    batch = Batch(inputs() if x is None else x, np.zeros(BATCH), np.ones(BATCH))
    subject = Subject(
        layer, [batch] * batches, lambda batch: tf.reduce_mean(tf.linalg.matvec(layer(batch.inputs, mask=mask), WANTED[: layer.units]))
    )
    subject.history = history
    return subject


def each_output(layer, weights, mask=None):
    """A loss of `WANTED · h` at each step, by weights."""

    def loss(batch):
        values = tf.linalg.matvec(layer(batch.inputs, mask=mask), np.resize(WANTED, layer.compute_output_shape((1, 1, FEATURES))[-1]))
        return tf.reduce_sum(values * batch.weights) / tf.reduce_sum(batch.weights)

    return Subject(layer, [Batch(inputs(), np.zeros((BATCH, TIME)), weights)], loss)


def with_recurrence(scale, activation, **options):
    layer = SimpleRNN(UNITS, activation=activation, bias_initializer="ones", dtype="float64", **options)
    layer.build((None, None, FEATURES))
    cell = layer.cell
    cell.kernel.assign(np.zeros((FEATURES, UNITS)))
    cell.recurrent_kernel.assign(scale * np.eye(UNITS))
    return layer


def flow(subject, **options):
    return inspect(subject, "gradient-flow", **options).as_dict()["layers"]


@pytest.mark.parametrize(
    ("scale", "activation", "verdict", "half_life", "doubling"),
    [
        (0.5, "linear", "vanishing", 1, None),
        (0.5, "relu", "vanishing", 1, None),
        (1.5, "relu", "exploding", None, 1 / np.log2(1.5)),
        (1.0, "relu", "healthy", None, None),
    ],
)
def test_a_scaled_identity_scales_the_gradient_at_each_step(scale, activation, verdict, half_life, doubling):
    found = flow(last_output(with_recurrence(scale, activation)))["1 SimpleRNN"]
    assert (found["verdict"], found["bound"]) == (verdict, pytest.approx(scale))
    [part] = found["parts"].values()
    for quartile in ("lower", "norm", "upper"):
        np.testing.assert_allclose(part[quartile], 5 * scale ** np.arange(TIME), rtol=1e-12)
    assert (part["half_life"], part["doubling"]) == (pytest.approx(half_life), pytest.approx(doubling))
    assert found["rows"] == [2 * BATCH] * TIME


def test_saturation_is_below_the_bound_and_zoneout_above_the_kernel_alone():
    found = flow(last_output(with_recurrence(0.9, "tanh")))["1 SimpleRNN"]
    norms = np.array(found["parts"]["h"]["norm"])
    assert (norms[1:] < 0.5 * found["bound"] * norms[:-1]).all()  # the bias of 1 saturates
    found = flow(last_output(with_recurrence(0.5, "linear", zoneout=0.25)))["1 SimpleRNN"]
    assert found["bound"] == pytest.approx(0.75 * 0.5 + 0.25)
    np.testing.assert_allclose(found["parts"][STATE]["norm"], 5 * found["bound"] ** np.arange(TIME), rtol=1e-12)


@pytest.mark.parametrize("go_backwards", [False, True])
def test_distance_is_counted_over_the_steps_that_are_read(go_backwards):
    mask = np.random.default_rng(1).random((BATCH, TIME)) < 0.8
    found = flow(last_output(with_recurrence(0.5, "linear", go_backwards=go_backwards), mask=mask), steps=6)["1 SimpleRNN"]
    np.testing.assert_allclose(found["parts"][STATE]["norm"], 5 * 0.5 ** np.arange(7), rtol=1e-12)
    assert found["rows"] == [2 * (mask.sum(1) > distance).sum() for distance in range(7)]


def test_of_a_loss_at_each_step_only_the_last_one_counts():
    lengths = np.array([TIME, TIME, 10, 9, 8])
    inside = np.arange(TIME) < lengths[:, None]
    layer = with_recurrence(0.5, "linear", return_sequences=True)
    for mask in (inside, None):  # without a mask the loop goes on behind the last step that counts
        found = flow(each_output(layer, 2.5 * inside, mask))["1 SimpleRNN"]
        np.testing.assert_allclose(found["parts"][STATE]["norm"], 5 * 0.5 ** np.arange(TIME), rtol=1e-12)
        assert found["rows"] == [(lengths > distance).sum() for distance in range(TIME)]


def test_of_the_backward_direction_the_first_step_counts():
    both = Bidirectional(with_recurrence(0.5, "linear", return_sequences=True), dtype="float64")
    both.build((None, None, FEATURES))
    for layer, scale in ((both.forward_layer, 0.5), (both.backward_layer, 1.0)):
        layer.cell.recurrent_kernel.assign(scale * np.eye(UNITS))
    found = flow(each_output(both, np.ones((BATCH, TIME))))
    np.testing.assert_allclose(found["1 SimpleRNN forward"]["parts"][STATE]["norm"], 5 * 0.5 ** np.arange(TIME), rtol=1e-12)
    np.testing.assert_allclose(found["1 SimpleRNN backward"]["parts"][STATE]["norm"], [5] * TIME, rtol=1e-12)


@pytest.mark.parametrize("layer_class", [LSTM, GRU])
def test_norms_are_those_of_automatic_and_finite_differences(layer_class):
    layer = layer_class(UNITS, dtype="float64")
    x = inputs()
    found = flow(last_output(layer, batches=1))[f"1 {layer_class.__name__}"]
    states = [layer.get_initial_state(BATCH)]
    with tf.GradientTape(persistent=True) as tape:
        for t in range(TIME):
            states.append([tf.identity(part) for part in layer.cell(x[:, t], states[-1])[1]])
        loss = tf.reduce_sum(tf.linalg.matvec(states[-1][0], WANTED))
    for distance in (0, 1, 4, TIME - 1):
        gradients = tape.gradient(loss, states[TIME - distance], unconnected_gradients="zero")
        for part, gradient in zip(found["parts"].values(), gradients, strict=True):
            expected = np.median(np.linalg.norm(gradient, axis=-1))
            np.testing.assert_allclose(part["norm"][distance], expected, rtol=1e-10, atol=1e-15)

    def after(state):
        for t in range(TIME - 4, TIME):
            state = layer.cell(x[:, t], state)[1]
        return tf.linalg.matvec(state[0], WANTED).numpy()

    moved = []
    for move in 1e-6 * np.eye(UNITS):
        h, *others = states[TIME - 4]
        moved.append((after([h + move, *others]) - after([h - move, *others])) / 2e-6)
    np.testing.assert_allclose(found["parts"]["h"]["norm"][4], np.median(np.linalg.norm(moved, axis=0)), rtol=1e-6)


def test_the_path_of_the_memory_is_the_product_of_its_gates():
    layer = LSTM(UNITS, dtype="float64")
    layer.build((None, None, FEATURES))
    kernel, recurrent_kernel, bias = (0 * weight for weight in layer.get_weights())
    bias[UNITS : 2 * UNITS] = np.log(3.0)  # f = 3/4
    layer.set_weights([kernel, recurrent_kernel, bias])
    found = flow(last_output(layer))["1 LSTM"]
    np.testing.assert_allclose(found["memory"], 0.75 ** np.arange(TIME))
    c = found["parts"]["c"]
    np.testing.assert_allclose(c["norm"][1:], c["norm"][1] * 0.75 ** np.arange(TIME - 1), rtol=1e-10)  # nothing else comes back
    assert c["norm"][0] == 0 < c["norm"][1]
    assert c["half_life"] == pytest.approx(np.log(0.5) / np.log(0.75))
    assert found["parts"]["h"]["zero_from"] == 1
    assert found["bound"] is None


def test_blocks_of_the_gates_have_names():
    layer = RNN(FGRCell(UNITS))
    subject = Subject(layer, [Batch(inputs(), np.zeros(BATCH), None)], lambda batch: tf.reduce_mean(layer(batch.inputs)))
    subject.loss(subject.batches[0])
    blocks = [scale * np.diag([1.0, -2.0, 3.0, 0.5]) for scale in (1, 2, 3, 4)]
    layer.cell.recurrent_kernel.assign(np.concatenate(blocks, 1))
    layer.cell.gate_kernel.assign(np.triu(np.ones((3 * UNITS, 3 * UNITS))))
    found = flow(subject)["1 FGR"]
    assert [*found["parts"]] == ["h", "c", "i", "f", "o"]
    assert [*found["kernels"]] == ["i", "f", "g", "o", "from gate to gate"]
    for scale, gate in enumerate("ifgo", start=1):
        np.testing.assert_allclose(found["kernels"][gate]["singular_values"], scale * np.array([3, 2, 1, 0.5]), rtol=1e-6)
        assert found["kernels"][gate]["spectral_radius"] == pytest.approx(3 * scale)
    assert found["kernels"]["from gate to gate"]["spectral_radius"] == pytest.approx(1)


@pytest.mark.parametrize("cell", [SRUCell, IndRNNCell, IndyLSTMCell, RGLRUCell, QRNNCell])
def test_a_cell_without_a_product_has_diagonals(cell):
    layer = RNN(cell(UNITS))
    subject = Subject(layer, [Batch(inputs(), np.zeros(BATCH), None)], lambda batch: tf.reduce_mean(layer(batch.inputs)))
    subject.loss(subject.batches[0])
    gates = layer.cell.recurrent_gates if cell not in (RGLRUCell, QRNNCell) else ()  # these multiply the state by no weight
    if gates:
        layer.cell.recurrent_kernel.assign(np.tile([1.0, -2.0, 3.0, 0.5], len(gates)))
    kernels = flow(subject)[f"1 {cell.__name__.removesuffix('Cell')}"]["kernels"]
    assert [*kernels] == [*gates]
    assert all(kernel["singular_values"] == [3, 2, 1, 0.5] and kernel["spectral_radius"] == 3 for kernel in kernels.values())


def test_stacked_cells_have_numbers():
    layer = RNN([keras.layers.LSTMCell(UNITS), keras.layers.GRUCell(2)])
    subject = Subject(layer, [Batch(inputs(), np.zeros(BATCH), None)], lambda batch: tf.reduce_mean(layer(batch.inputs)))
    found = flow(subject)["1 StackedRNNCells"]
    assert [*found["kernels"]] == ["1 i", "1 f", "1 g", "1 o", "2 z", "2 r", "2 h"]
    assert [*found["parts"]] == ["state 0", "state 1", "state 2"]


def test_sentence_page_and_clipping(tmp_path):
    history = [{"epoch": 1, "loss": 1.0, "clipped": 0.25}, {"epoch": 2, "loss": 0.5}]
    finding = inspect(last_output(with_recurrence(0.5, "linear"), history=history), "gradient-flow")
    assert str(finding) == "1 SimpleRNN: vanishing, its gradient halves every 1 step, over 15 steps."
    assert str(inspect(last_output(with_recurrence(1.0, "relu")), "gradient-flow")).endswith(
        "keeps its size within a factor of 2, over 15 steps."
    )
    page, numbers = finding.save(tmp_path)
    text = page.read_text("utf-8")
    assert text.count("data:image/png") == 1
    assert "<td>1</td><td>25%</td>" in text
    assert "γ σ_max(U)" in text
    assert '"clipped"' in numbers.read_text("utf-8")
    short = last_output(with_recurrence(0.5, "linear"), x=inputs(3))
    assert str(inspect(short, "gradient-flow")) == "1 SimpleRNN: too short to tell, as no gradient goes back for more than 2 steps."


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (keras.layers.GlobalAveragePooling1D(), {}, "gradient-flow: expected a model with recurrent layers, found none in model"),
        (keras.layers.GlobalAveragePooling1D(), {"steps": 2}, "steps.*: expected an integer from 3 to 1000, received 2"),
    ],
)
def test_a_mistake_is_told(model, options, message):
    subject = Subject(model, [Batch(inputs(), np.zeros(BATCH), None)], lambda batch: tf.reduce_mean(model(batch.inputs)))
    with pytest.raises(UserError, match=message):
        inspect(subject, "gradient-flow", **options)
