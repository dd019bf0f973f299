"""The benchmark of training a language model, on models of a few units."""

import dataclasses
import functools

import numpy as np
import pytest
import tensorflow as tf
from test_render import arguments, project  # noqa: F401

from benchmarks import language_model_speed
from benchmarks.contenders import FLOOR, Unavailable
from benchmarks.contenders.floor import flops
from benchmarks.contenders.training_session import target_tokens
from benchmarks.language_model_speed import SETTINGS, prepare
from benchmarks.language_model_speed_page import SAMPLING, TRAINING, language_model_speed_page, ratios
from benchmarks.language_models import load
from benchmarks.language_models.setting import Setting, count_parameters, make_weights
from benchmarks.language_models.windows import make_windows, random_text
from benchmarks.records import SpeedRecord, load_records
from benchmarks.render import main as render
from recipes.language_model import QUICK

pytestmark = pytest.mark.slow

LSTM = Setting(
    vocabulary_size=20, embedding_dim=4, units=6, num_layers=2, cell="lstm", tied_output=False, rows=2, window=5, learning_rate=0.01
)
SMALL = {"lstm": LSTM, "gru": dataclasses.replace(LSTM, cell="gru", tied_output=True)}


def windows(setting, count=4):
    return make_windows(random_text(setting.vocabulary_size, setting.rows * setting.window * count + 1), setting, count)


@functools.cache
def losses(contender, setting):
    """The losses of four steps."""
    module, options = load(contender)
    trainer = module.build(setting, make_weights(setting), **options)
    return [trainer.train(trainer.prepare(batch)) for batch in windows(setting)]


@pytest.mark.covering
@pytest.mark.parametrize("cell", SMALL)
@pytest.mark.parametrize("contender", ["keras graph", "pytorch"])
def test_all_train_the_same_model(cell, contender):
    try:
        received = losses(contender, SMALL[cell])
    except Unavailable as reason:
        pytest.skip(str(reason))
    # At the first step single precision is all that differs. Then Adam divides by the gradient's size, and small differences grow.
    assert received[0] == pytest.approx(losses("ours", SMALL[cell])[0], rel=1e-6)
    np.testing.assert_allclose(received, losses("ours", SMALL[cell]), rtol=1e-4)


@pytest.mark.parametrize("cell", SMALL)
def test_the_state_is_carried_from_window_to_window(cell):
    """With next to no learning, the second loss is that of the second half of one long window."""
    from benchmarks.language_models import ours

    setting = dataclasses.replace(SMALL[cell], learning_rate=1e-12)
    model = ours.make_model(setting, make_weights(setting))
    (first, *_), (second, labels, _) = windows(setting, 2)
    logits, _ = model(np.concatenate([first[0], second[0]], axis=1))
    whole = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits[:, setting.window :]))
    alone = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(second[0])[0]))
    trainer = ours.build(setting, make_weights(setting))
    received = [trainer.train(trainer.prepare(batch)) for batch in windows(setting, 2)]
    assert received[1] == pytest.approx(float(whole), rel=1e-6)  # single precision
    assert abs(float(alone) / float(whole) - 1) > 1e-4  # more than what `test_all_train_the_same_model` lets pass


@pytest.mark.parametrize("cell", SMALL)
def test_parameters_are_those_of_the_model(cell):
    from benchmarks.language_models import ours, stock

    weights = make_weights(SMALL[cell])
    for model in (ours.make_model(SMALL[cell], weights), stock.make_model(SMALL[cell])):
        assert sum(np.size(variable) for variable in model.trainable_variables) == count_parameters(weights)


@pytest.mark.parametrize("cell", SMALL)
def test_the_floor_multiplies_what_the_equations_need(cell):
    from benchmarks.language_models import floor

    setting, gates = SMALL[cell], {"lstm": 4, "gru": 3}[cell]
    products = sum((features + units) * gates * units for features, units in setting.layers) + setting.features * setting.vocabulary_size
    # Two operations for each product; and backward each matrix is multiplied twice.
    assert flops(floor.make_plan(setting)) == 3 * 2 * setting.rows * setting.window * products


def test_every_row_reads_on_where_it_was():
    setting, ids = dataclasses.replace(LSTM, rows=3), np.arange(4, 4 + 3 * 5 * 2 + 1)
    batches = make_windows(ids, setting, 2)
    read = np.concatenate([tokens for (tokens, _), *_ in batches], axis=1)
    np.testing.assert_array_equal(read.ravel(), ids[:-1])
    np.testing.assert_array_equal(np.concatenate([predicted for _, predicted, _ in batches], axis=1).ravel(), ids[1:])
    assert not any(first.any() for (_, first), *_ in batches)
    assert sum(map(target_tokens, batches)) == len(ids) - 1
    with pytest.raises(ValueError, match=r"must have 31 tokens for 2 batches\. Received: 30 tokens"):
        make_windows(ids[1:], setting, 2)


def test_a_file_brings_its_vocabulary(tmp_path):
    text = "abc " * 20
    (tmp_path / "a.txt").write_text(text)
    setting, (batch,) = prepare(LSTM, "char", tmp_path / "a.txt", 1)
    assert setting == dataclasses.replace(LSTM, vocabulary_size=8)  # four characters and the special ids
    assert len(np.unique(batch[0][0])) == 4


def test_the_subwords_are_those_of_the_recipe():
    setting = SETTINGS["subwords"]
    for name in ("embedding_dim", "units", "num_layers", "cell", "tied_output", "window"):
        assert getattr(setting, name) == getattr(QUICK, name)
    assert (setting.vocabulary_size, setting.rows) == (2000, 64)  # what is chosen for the reviews


@pytest.mark.covering
def test_contenders_take_turns_in_processes_of_their_own(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(language_model_speed, "SETTINGS", {"characters": LSTM})
    chosen = ["ours", "keras jit", *FLOOR]
    options = ["--settings", "characters", "--contenders", ",".join(chosen), "--rounds", "2", "--out", str(tmp_path)]
    (record,) = language_model_speed.main(options)
    assert load_records(tmp_path) == [record]
    assert record.name == "language-model-speed-characters"
    assert record.command == "python -m benchmarks.language_model_speed --settings characters --rounds 2"
    ((what, case),) = record.measurements.items()
    assert what.startswith("characters of random text: LSTM, 20 tokens → 4 → 6 → 6, 2 windows of 5, ")
    assert list(case) == chosen
    assert all(0 < values["least"] <= values["tokens per second"] for values in case.values())
    assert "floor / ours: " in capsys.readouterr().out


CASE = {
    "ours": {"tokens per second": 3000.0, "least": 2500.0},
    "keras graph": {"tokens per second": 1000.0},
    "keras jit": {"tokens per second": 2500.0},
    "floor graph": {"tokens per second": 3300.0},
    "floor jit": {"tokens per second": 3600.0},
}


def test_ratios_are_to_the_better_of_keras_and_of_the_floor():
    assert ratios(CASE) == {"ours / keras graph": 3.0, "ours / keras": 1.2, "floor / ours": pytest.approx(1.2)}
    assert ratios({"ours": CASE["ours"], "pytorch": CASE["keras graph"]}) == {"ours / PyTorch": 3.0}
    assert ratios({"pytorch": CASE["keras graph"]}) == {}


def speed_record(table, case, what="characters"):
    return SpeedRecord(name="n", table=table, what=what, command="run", seed=0, minutes=1.0, measurements={"a case": case})


def test_the_page_has_both_parts():
    sampling = {"one text": {"characters per second": 1234.0}}
    page = language_model_speed_page([speed_record(TRAINING, CASE), speed_record(SAMPLING, sampling)])
    assert "| characters | 3 | 1.2 |  | 1.2 | yes |\n" in page
    assert "### a case\n\n|  | tokens per second | least |\n" in page
    assert "| one text | 1,230 |\n" in page
    fast_floor = {**CASE, "floor jit": {"tokens per second": 3700.0}}
    assert "| characters | 3 | 1.2 |  | 1.23 | no |\n" in language_model_speed_page([speed_record(TRAINING, fast_floor)])


def test_the_page_is_rendered_beside_that_of_the_layers(project):  # noqa: F811
    speed_record(TRAINING, CASE).save(project / "results")
    assert render(arguments(project)) == 0
    assert "| keras jit | 2,500 |  |\n" in (project / "docs" / "language_model_speed.md").read_text()
    assert "keras jit | 2,500" not in (project / "docs" / "speed.md").read_text()


def test_without_records_the_page_says_so():
    assert language_model_speed_page([]).count("There is no record yet.") == 3
