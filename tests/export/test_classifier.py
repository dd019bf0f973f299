"""Exports of a small classifier, run by programs that know nothing of the toolkit."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.crop import crop
from toolkit.errors import UserError
from toolkit.export.classifier import export_classifier
from toolkit.export.serving_module import crop as crop_in_graph
from toolkit.export.verification import HARD_TEXTS, largest_difference, run_litert
from toolkit.models import TextClassifier
from toolkit.serving.predictor import Predictor
from toolkit.text.tokenizer import Tokenizer

MAX_LENGTH = 12
TEXTS = ["a film that stays with you", "dull from the first minute to the last", "so long and so good that " * 9, "", "\U0001f600"]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train([*TEXTS * 3, *map(str, range(50))], 400)


@pytest.fixture(scope="module")
def model(tokenizer):
    return TextClassifier(tokenizer.vocabulary_size, ["negative", "positive"], embedding_dim=6, units=4, num_layers=2)


@pytest.fixture(scope="module")
def exported(model, tokenizer, tmp_path_factory):
    directory = tmp_path_factory.mktemp("exports") / "small"
    return export_classifier(model, tokenizer, directory, samples=TEXTS, max_length=MAX_LENGTH)


@pytest.fixture(scope="module")
def expected(model, tokenizer):
    return Predictor(model, tokenizer, model.label_names, MAX_LENGTH).predict(TEXTS)


def test_the_saved_model_runs_with_tensorflow_alone(exported, expected):
    script = (
        "import json, sys, tensorflow as tf, tensorflow_text\n"
        "answers = tf.saved_model.load(sys.argv[1]).signatures['serving_default'](texts=tf.constant(json.loads(sys.argv[2])))\n"
        "labels = [label.decode() for label in answers['labels'].numpy()]\n"
        "assert not any(name.startswith('toolkit') for name in sys.modules)\n"
        "print(json.dumps([labels, answers['scores'].numpy().tolist()]))\n"
    )
    command = [sys.executable, "-c", script, exported.path, json.dumps(TEXTS)]
    labels, scores = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
    assert labels == expected.labels
    np.testing.assert_allclose(scores, expected.probabilities, rtol=0, atol=1e-5)  # single precision


def test_the_litert_file_and_its_description_are_enough(exported, expected):
    folder = exported.path + "/litert/"
    with open(folder + "model.json", encoding="utf-8") as file:
        description = json.load(file)
    tokenizer = Tokenizer.load(folder + "tokenizer.model")
    tokens = [crop(ids, description["max_length"]) for ids in tokenizer.encode(TEXTS)]
    scores = run_litert(folder + "model.tflite", tokens)
    assert [description["label_names"][best] for best in scores.argmax(axis=1)] == expected.labels
    np.testing.assert_allclose(scores, expected.probabilities, rtol=0, atol=1e-5)  # single precision


def test_the_next_export_is_the_next_version(exported, model, tokenizer):
    directory = Path(exported.path).parent
    (directory / "7").mkdir()
    again = export_classifier(model, tokenizer, directory, samples=TEXTS, max_length=MAX_LENGTH)
    assert (exported.path, again.path) == (str(directory / "1"), str(directory / "8"))
    assert sorted(path.name for path in directory.iterdir()) == ["1", "7", "8"]
    assert again.compared == len(TEXTS) + len(HARD_TEXTS)


def test_a_diverged_model_is_not_exported(tokenizer, tmp_path):
    broken = TextClassifier(tokenizer.vocabulary_size, ["a", "b"], embedding_dim=4, units=3)
    broken.layers[-1].set_weights([np.full((6, 2), np.nan), np.zeros(2)])
    with pytest.raises(UserError, match="finite"):
        export_classifier(broken, tokenizer, tmp_path / "broken", samples=TEXTS, max_length=MAX_LENGTH)
    assert list((tmp_path / "broken").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_users_mistake(model, tokenizer, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError, match="cannot be written"):
        export_classifier(model, tokenizer, tmp_path / "file", samples=TEXTS, max_length=MAX_LENGTH)


@pytest.mark.parametrize("max_length", [2, 5, 6, 40])
def test_the_graph_crops_as_the_data_do(max_length):
    rows = [list(range(length)) for length in (0, 1, 5, 6, 7, 30)]
    cropped = crop_in_graph(tf.ragged.constant(rows, dtype=tf.int32), max_length).to_list()
    assert cropped == [crop(np.array(row, int), max_length).tolist() for row in rows]


@pytest.mark.parametrize(
    ("received", "message"),
    [([[0.4, 0.6]], "difference of 0.1"), ([[np.nan, 0.5]], "finite")],
)
def test_a_wrong_artefact_is_noticed(received, message):
    with pytest.raises(UserError, match=message):
        largest_difference("LiteRT", np.array([[0.5, 0.5]]), np.array(received))
