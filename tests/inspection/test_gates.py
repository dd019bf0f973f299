import json

import keras
import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.inspecting import inspect
from toolkit.inspection.finding import Finding
from toolkit.inspection.subject import Batch, Subject
from toolkit.layers import GRU, LSTM, Bidirectional

FEATURES, UNITS = 3, 4


def subject_with(*layers, batches=2):
    model = keras.Sequential([keras.Input((None, FEATURES)), *layers, keras.layers.Dense(2)])
    rng = np.random.default_rng(0)
    examples = [Batch(rng.normal(size=(5, 9, FEATURES)).astype("float32"), np.zeros(5, "int32"), None) for _ in range(batches)]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return Subject(model, examples, lambda batch: loss(batch.labels, model(batch.inputs)))


def set_bias(layer, gate, value):
    kernel, recurrent_kernel, bias = (0 * weight for weight in layer.get_weights())
    bias = bias.reshape(-1)
    bias[gate * UNITS : (gate + 1) * UNITS] = value
    layer.set_weights([kernel, recurrent_kernel, bias.reshape(layer.get_weights()[2].shape)])


def test_the_memory_of_a_gate_that_never_moves():
    layer = LSTM(UNITS, use_bias=True)
    subject = subject_with(layer)
    set_bias(layer, 1, np.log([1.0, 3.0, 19.0, 1e9]))  # keeps 1/2, 3/4, 19/20 and nearly all
    found = inspect(subject, "gates").as_dict()["layers"]["1 LSTM"]
    np.testing.assert_allclose(found["memory"], [2, 4, 20, 10_000], rtol=1e-4)
    assert found["gates"]["f"]["unit_open"] == [0, 0, 1, 1]
    assert found["gates"]["i"]["mean"] == 0.5
    assert found["steps"] == 2 * 5 * 9
    assert found["constant"] == found["dead"] == [0, 1, 2, 3]


def test_constant_units_need_not_be_dead():
    layer = GRU(UNITS, reset_after=False)
    subject = subject_with(layer)
    set_bias(layer, 2, [0.0, 0.0, 5.0, 5.0])
    finding = inspect(subject, "gates", constant=0.4)
    layers = finding.as_dict()["layers"]["1 GRU"]
    assert (layers["constant"], layers["dead"]) == ([0, 1, 2, 3], [0, 1])
    assert "4 of 4 units are constant, 2 of them dead" in str(finding)


def test_layers_and_directions_have_names():
    subject = subject_with(Bidirectional(LSTM(UNITS, return_sequences=True)), keras.layers.Dense(3), GRU(UNITS))
    layers = inspect(subject, "gates").as_dict()["layers"]
    assert [*layers] == ["1 LSTM forward", "1 LSTM backward", "2 GRU"]
    assert [*layers["1 LSTM forward"]["gates"]] == ["i", "f", "o"]


def test_the_page_needs_nothing_else(tmp_path):
    page, numbers = inspect(subject_with(LSTM(UNITS)), "gates").save(tmp_path / "new")
    text = page.read_text("utf-8")
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("data:image/png") == 3
    assert json.loads(numbers.read_text("utf-8"))["what"] == "gates"


def test_a_folder_that_cannot_be_is_told():
    finding = Finding("gates", "model", "a sentence", {}, "<p>body</p>")
    with pytest.raises(UserError, match="/dev/null/x: expected a folder that can be written to"):
        finding.save("/dev/null/x")


@pytest.mark.parametrize(
    ("layers", "what", "options", "message"),
    [
        ([keras.layers.GlobalAveragePooling1D()], "gates", {}, "gates: expected a model with recurrent layers, found none in model"),
        ([LSTM(UNITS)], "gate", {}, "expected one of gates, .*received gate; did you mean gates?"),
        ([LSTM(UNITS)], "gates", {"constnat": 1}, "unknown option of gates constnat; did you mean constant?"),
        ([LSTM(UNITS)], "gates", {"constant": 2.0}, "constant.*: expected a number between 0 and 1, received 2.0"),
    ],
)
def test_a_mistake_is_told(layers, what, options, message):
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        inspect(subject_with(*layers), what, **options)
