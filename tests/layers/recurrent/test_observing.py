import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.cells import CELLS
from toolkit.layers import GRU, LSTM, RNN, AttentionDecoder, Bidirectional, RecurrentStack, TruncatedBPTT, layer_of
from toolkit.layers.recurrent.observing import observing

BATCH, TIME, FEATURES, UNITS = 3, 7, 5, 4
RARE = ("nig", "nog", "niaf", "noaf", "np", "mut2", "mut3", "layer_norm_lstm", "mogrifier_gru", "irnn", "min_lstm", "rg_lru", "ind_rnn")
GATES = {
    **dict.fromkeys(("simple_rnn", "irnn", "ind_rnn"), ()),
    **dict.fromkeys(("gru", "mogrifier_gru", "mut1", "mut2", "mut3"), ("z", "r")),
    **{"nig": ("f", "o"), "nfg": ("i", "o"), "nog": ("i", "f"), "cifg": ("i", "o"), "coupled_lstm": ("f", "o")},
    **{"sru": ("f", "r"), "qrnn": ("f", "o"), "min_gru": ("z",), "min_lstm": ("f", "i", "f'"), "rg_lru": ("r", "i")},
}


def sequences(dtype="float32"):
    x = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype(dtype)
    mask = np.array([[True] * TIME, [True] * 4 + [False] * 3, [False, True, False, True, True, True, False]])
    return x, mask


def observed(layer, *args, tape=None, **kwargs):
    with observing(tape) as loops:
        return layer(*args, **kwargs), loops


@pytest.mark.parametrize(
    ("name", "go_backwards"),
    [
        *((name, False) for name in CELLS if name not in RARE),
        *(pytest.param(name, False, marks=pytest.mark.slow) for name in RARE),
        ("lstm", True),
        ("fgr", True),
        ("mut1", True),
    ],
)
def test_a_layer_gives_what_it_gives_otherwise(name, go_backwards):
    x, mask = sequences()
    layer = layer_of(name, UNITS, return_sequences=True, return_state=True, go_backwards=go_backwards, zoneout=0.1)
    expected = layer(x, mask=mask)
    found, [loop] = observed(layer, x, mask=mask)
    for now, then in zip(found, expected, strict=True):
        np.testing.assert_allclose(now, then, atol=1e-6)
    assert (loop.layer, loop.backward, tuple(loop.states)) == (layer, go_backwards, CELLS[name].state)
    assert tuple(loop.gates) == GATES.get(name, ("i", "f", "o"))
    np.testing.assert_array_equal(loop.mask, mask)
    outputs = expected[0][:, ::-1] if go_backwards else expected[0]
    np.testing.assert_allclose(loop.states["h"], outputs, atol=1e-6)
    for gate in loop.gates.values():
        assert gate.shape == (BATCH, TIME, UNITS)
        assert 0 <= gate.numpy().min() <= gate.numpy().max() <= 1


def test_gates_and_states_are_those_of_the_equations():
    x, _ = sequences()
    lstm, gru = LSTM(UNITS, return_sequences=True), GRU(UNITS, return_sequences=True)
    _, [loop] = observed(lstm, x)
    c, h, o = loop.states["c"].numpy(), loop.states["h"].numpy(), loop.gates["o"].numpy()
    np.testing.assert_allclose(h, o * np.tanh(c), atol=1e-6)
    np.testing.assert_array_equal(loop.keeps, loop.gates["f"])
    i, f = loop.gates["i"].numpy(), loop.gates["f"].numpy()
    before = np.concatenate([np.zeros_like(c[:, :1]), c[:, :-1]], 1)
    candidates = (c - f * before) / i
    assert np.abs(candidates).max() <= 1 + 1e-5
    _, [loop] = observed(gru, x)
    z, h = loop.keeps.numpy(), loop.states["h"].numpy()
    before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], 1)
    assert np.abs((h - z * before) / (1 - z)).max() <= 1 + 1e-5


@pytest.mark.parametrize(
    ("name", "expected"),
    [("nfg", lambda gates: np.ones_like(gates["i"])), ("cifg", lambda gates: 1 - gates["i"]), ("mut2", lambda gates: 1 - gates["z"])],
)
def test_what_a_cell_without_a_forget_gate_keeps(name, expected):
    _, [loop] = observed(layer_of(name, UNITS), sequences()[0])
    np.testing.assert_allclose(loop.keeps, expected({gate: opened.numpy() for gate, opened in loop.gates.items()}))


def test_a_simple_rnn_has_no_say_in_what_it_keeps():
    _, [loop] = observed(layer_of("simple_rnn", UNITS), sequences()[0])
    assert loop.keeps is None


READ = {"sru": ("c",), "qrnn": ("c",)}
"""Parts of the state that the next step reads, where not all are."""


@pytest.mark.parametrize(
    "name", ["lstm", *(pytest.param(name, marks=pytest.mark.slow) for name in ("gru", "peephole_lstm", "mut1", "sru", "qrnn", "min_gru"))]
)
def test_the_gradient_of_a_probe_is_that_of_the_state(name):
    """The gradient of the state before the first step, and between two halves of a sequence, as the training has it, in float64."""
    x, mask = sequences("float64")
    made = CELLS[name].load()
    options = {"return_sequences": True, "return_state": True, "dtype": "float64"}
    layer = made(UNITS, **options) if CELLS[name].honours_options else RNN(made(UNITS, dtype="float64"), **options)
    wanted = tf.constant(np.random.default_rng(1).normal(size=(BATCH, TIME, UNITS)))
    half = 3

    def loss(outputs, steps):
        return tf.reduce_sum(tf.sin(outputs) * wanted[:, steps])

    _, *state = layer(x[:, :half], mask=mask[:, :half])
    with tf.GradientTape() as tape:  # by the written gradient, or XLA's: what a training has
        tape.watch(state)
        outputs = layer(x[:, half:], initial_state=state, mask=mask[:, half:])[0]
        value = loss(outputs, slice(half, None))
    expected = tape.gradient(value, state)
    with tf.GradientTape() as tape:
        (outputs, *_), [loop] = observed(layer, x, mask=mask, tape=tape)
        value = loss(outputs[:, half:], slice(half, None))
    found = tape.gradient(value, list(loop.probes.values()))
    for part, ours, theirs in zip(CELLS[name].state, found, expected, strict=True):
        read = mask[:, half - 1]  # at a masked step there is no state to move
        np.testing.assert_allclose(ours[:, half - 1][read], theirs[read], atol=1e-12)
        assert (np.abs(theirs).max() > 0) == (part in READ.get(name, CELLS[name].state))


def test_the_gradient_of_a_probe_is_a_finite_difference():
    x, _ = sequences("float64")
    layer = LSTM(UNITS, return_sequences=True, return_state=True, dtype="float64")
    with tf.GradientTape() as tape:
        (outputs, *_), [loop] = observed(layer, x, tape=tape)
        value = tf.reduce_sum(outputs[:, -1] ** 2)
    gradient = tape.gradient(value, loop.probes["c"])[0, 2].numpy()
    _, h, c = layer(x[:1, :3])
    for unit, move in enumerate(1e-6 * np.eye(UNITS)):
        moved = [layer(x[:1, 3:], initial_state=[h, c + sign * move])[0][:, -1].numpy() for sign in (1, -1)]
        np.testing.assert_allclose(gradient[unit], ((moved[0] ** 2).sum() - (moved[1] ** 2).sum()) / 2e-6, atol=1e-8)


def test_both_directions_and_all_layers_are_seen_in_the_order_of_the_text():
    x, mask = sequences()
    layers = [Bidirectional(LSTM(UNITS, return_sequences=True)), TruncatedBPTT(GRU(UNITS, return_sequences=True), 2)]
    stack = RecurrentStack(layers)
    expected = stack(x, mask=mask)
    found, loops = observed(stack, x, mask=mask)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [loop.backward for loop in loops] == [False, True, False]
    both = layers[0](x, mask=mask)
    shown = tf.concat([loops[0].states["h"], loops[1].states["h"]], -1)
    np.testing.assert_allclose(shown[mask], both[mask], atol=1e-6)


def test_a_decoder_with_attention_is_seen():
    x, _ = sequences()
    decoder = AttentionDecoder(keras.layers.LSTMCell(UNITS), units=6)
    memory = tf.constant(np.random.default_rng(2).normal(size=(BATCH, 5, UNITS)), tf.float32)
    expected = decoder(x, memory)
    with tf.GradientTape() as tape:
        found, [loop] = observed(decoder, x, memory, tape=tape)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert list(loop.gates) == ["i", "f", "o"]
    assert tape.gradient(found, list(loop.probes.values()))[0].shape == (BATCH, TIME, 6)


def test_a_cell_of_one_s_own_shows_its_state():
    x, _ = sequences()
    layer = RNN([keras.layers.LSTMCell(UNITS), keras.layers.GRUCell(2)], return_sequences=True)
    expected = layer(x)
    found, [loop] = observed(layer, x)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert list(loop.states) == ["state 0", "state 1", "state 2"]
    assert loop.gates == {}


def test_what_is_seen_comes_out_of_a_function():
    x, mask = sequences()
    layer = LSTM(UNITS, return_sequences=True)
    expected = layer(x, mask=mask)

    @tf.function(input_signature=[tf.TensorSpec([None, None, FEATURES]), tf.TensorSpec([None, None], tf.bool)])
    def run(x, mask):
        outputs, [loop] = observed(layer, x, mask=mask)
        return outputs, loop.states["c"], loop.gates["f"]

    outputs, c, f = run(x, mask)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    _, [loop] = observed(layer, x, mask=mask)
    np.testing.assert_allclose(c, loop.states["c"], atol=1e-6)
    np.testing.assert_allclose(f, loop.gates["f"], atol=1e-6)
