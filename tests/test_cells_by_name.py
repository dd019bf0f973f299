"""The registry of cells: what it says of each is what the cell does."""

import re

import numpy as np
import pytest
import tensorflow as tf

from recipes.language_model import Settings as LanguageModelSettings
from recipes.sentiment import Settings as SentimentSettings
from recipes.translation import Settings as TranslationSettings
from toolkit import layers
from toolkit.arguments import InvalidArgument
from toolkit.cells import CELLS, FUSED, cell_of
from toolkit.cli import main
from toolkit.layers.recurrent.backpropagation.lstm import LSTMEquations
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.layers.recurrent.written_gradients import equations_of
from toolkit.models import LanguageModel, TextClassifier, Translator

UNKNOWN = r"^Argument `cell` must be one of lstm, gru, .*indy_lstm\. Received: cell='lstn'\. Did you mean lstm\?$"

TOKENS = np.array([[4, 5, 6], [7, 3, 0]], "int32")
RARE = ("niaf", "noaf", "np", "mut2", "mut3", "min_lstm", "rg_lru", "ind_rnn", "indy_lstm")
every_cell = pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in RARE else ()) for name in CELLS])


@pytest.fixture(autouse=True, scope="module")
def _eagerly():
    """Compiling the loops of all cells would take minutes."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def step_of(model, loss_of):
    """Takes a step of gradient descent, and returns the names of the weights that stay as they were."""
    before = model.get_weights()
    with tf.GradientTape() as tape:
        loss = loss_of(model)
    variables = model.trainable_variables
    for variable, gradient in zip(variables, tape.gradient(loss, [each.value for each in variables]), strict=True):
        variable.assign_sub(0.1 * tf.convert_to_tensor(gradient))
    return [variable.path for variable, old in zip(model.weights, before, strict=True) if np.array_equal(variable, old)]


@every_cell
def test_the_registry_is_right(name):
    cell = CELLS[name]
    layer = layer_of(name, 4, return_state=True)
    _, *state = layer(np.ones((2, 3, 5), "float32"))
    assert [part.shape for part in state] == [(2, 4)] * len(cell.state)
    assert getattr(layer.cell, "State", None) is None or layer.cell.State._fields == cell.state
    assert (equations_of(layer.cell) is not None) == cell.written
    assert isinstance(equations_of(layer.cell), LSTMEquations) == (FUSED in cell.exports)
    assert cell.class_name in (type(layer).__name__, type(layer.cell).__name__)
    assert cell.class_name in layers.__all__


def test_no_cell_is_missing():
    found = {name for name in layers.__all__ if name.endswith("Cell")} | {"LSTM", "GRU", "SimpleRNN", "IRNN"}
    assert {cell.class_name for cell in CELLS.values()} == found - {"RecurrentCell"}


@every_cell
def test_a_classifier_takes_a_step(name, tmp_path):
    model = TextClassifier(10, ["a", "b"], embedding_dim=4, units=6, cell=name)  # of three rectifiers all may be shut
    assert step_of(model, lambda model: tf.reduce_sum(tf.sin(model(TOKENS, training=True)))) == []
    copy = TextClassifier.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy(TOKENS), model(TOKENS))


@every_cell
def test_a_language_model_takes_a_step_and_reads_in_parts(name):
    model = LanguageModel(10, embedding_dim=4, units=3, num_layers=2, cell=name)
    model.build(None)
    assert step_of(model, lambda model: tf.reduce_sum(tf.sin(model(TOKENS, training=True)[0]))) == []
    logits, _ = model(TOKENS[:1])
    state = model.initial_state(1)
    assert [len(parts) for parts in state] == [len(model.state_parts)] * 2
    for t in range(3):
        step, state = model.step(TOKENS[:1, t], state)
        np.testing.assert_allclose(step, logits[:, t], rtol=0, atol=1e-6)  # single precision


@every_cell
def test_a_translator_decodes_from_the_state_of_its_cell(name):
    model = Translator(10, embedding_dim=4, units=4, encoder_layers=1, decoder_layers=2, cell=name)
    model.build(None)
    state = model.encode(TOKENS)
    assert len(state["decoder"]) == 2 * len(CELLS[name].state)
    logits, state = model.step(tf.constant([2, 2]), state)
    assert logits.shape == (2, 10)
    assert len(state["decoder"]) == 2 * len(CELLS[name].state)


@pytest.mark.parametrize(
    "make",
    [
        cell_of,
        lambda name: layer_of(name, 4),
        lambda name: TextClassifier(10, ["a", "b"], cell=name),
        lambda name: LanguageModel(10, cell=name),
        lambda name: Translator(10, cell=name),
    ],
)
def test_an_unknown_name_lists_the_known(make):
    with pytest.raises(ValueError, match=UNKNOWN):
        make("lstn")


def test_an_option_that_a_cell_cannot_honour_is_refused():
    with pytest.raises(ValueError, match=r"`weight_drop` needs a cell .* lstm, gru, .* weight_drop=0\.3 with cell='fgr'"):
        layer_of("fgr", 4, weight_drop=0.3)
    with pytest.raises(ValueError, match=r"recurrent_dropout=0\.2 with cell='mut1'"):
        LanguageModel(10, cell="mut1", recurrent_dropout=0.2)
    with pytest.raises(ValueError, match="input_feeding=True with cell='sru'"):
        Translator(10, cell="sru", input_feeding=True)
    assert layer_of("irnn", 4, weight_drop=0.3, recurrent_dropout=0.2, seed=1).weight_drop == 0.3


@pytest.mark.parametrize("settings_class", [SentimentSettings, TranslationSettings, LanguageModelSettings])
def test_settings_know_every_cell(settings_class):
    assert [settings_class(cell=name).cell for name in CELLS] == list(CELLS)
    with pytest.raises(InvalidArgument, match=UNKNOWN):
        settings_class(cell="lstn")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["translation", "--input-feeding", "true"], "--input-feeding: expected none with cell mut1"),
        (["translation", "--recurrent-dropout", "0.2"], "--recurrent-dropout: expected none with cell mut1"),
        (["language_model", "--weight-drop", "0.3"], r"--weight-drop: expected none with cell mut1.* received 0\.3; take one of lstm, gru"),
    ],
)
def test_a_command_line_is_refused_before_anything_is_read(argv, message, capsys):
    assert main(["train", *argv, "--cell", "mut1"]) == 2
    assert re.search(message, capsys.readouterr().err)
