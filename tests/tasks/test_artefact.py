"""The exported files label texts as the model does."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.export.exporting import export
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.models import TextClassifier
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.predictor import Predictor, open_predictor
from toolkit.tasks.registry import TASKS
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["one two", "", "three four " * 20, "\U0001f600"]
MAX_LENGTH = 10
LABELS = ["no", "line\nbreak", "schön"]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS, 300)


@pytest.fixture(scope="module")
def model(tokenizer):
    model = TextClassifier(tokenizer.vocabulary_size, LABELS, embedding_dim=4, units=3)
    random = np.random.default_rng(0)
    model.set_weights([3 * random.normal(size=weights.shape) for weights in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def expected(model, tokenizer):
    expected = Predictor(classifier_runner(model), LABELS, tokenizer, MAX_LENGTH).predict(TEXTS)
    assert len(set(expected.labels)) > 1  # or else any answer is right
    return expected


@pytest.fixture(scope="module")
def exported(model, tokenizer, tmp_path_factory):
    """A folder of versions, of which the newest is real."""
    directory = tmp_path_factory.mktemp("exports")
    (directory / "2").mkdir()
    (directory / "2" / "saved_model.pb").write_bytes(b"not a model")
    (directory / "9").mkdir()
    export(ClassifierExporter(model, tokenizer, MAX_LENGTH), directory, samples=TEXTS)
    return directory


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        (".", SavedModelRunner),
        ("10", SavedModelRunner),
        ("10/litert", LiteRTRunner),
        ("10/litert/model.tflite", LiteRTRunner),
    ],
)
def test_an_artefact_answers_as_the_model_does(expected, exported, folder, kind):
    artefact = open_artefact(exported / folder).answerer
    assert isinstance(artefact.runner, kind)
    assert artefact.label_names == LABELS
    labels, probabilities = artefact.predict(TEXTS)
    assert labels == expected.labels
    np.testing.assert_allclose(probabilities, expected.probabilities, rtol=0, atol=1e-5)  # single precision


@pytest.mark.slow
@pytest.mark.parametrize("file", ["model_float16.tflite", "model_int8.tflite"])
def test_a_file_of_rounded_weights_is_the_one_that_answers(expected, exported, file):
    path = exported / "10" / "litert" / file
    _, probabilities = open_artefact(path).answerer.predict(TEXTS)
    # Weights of up to about 10, rounded to 11 bits or to 127 steps, in logits of a few units: near, and not the same.
    assert 1e-6 < np.abs(probabilities - expected.probabilities).max() < 0.1
    np.testing.assert_array_equal(open_predictor(LiteRTRunner(path), path.parent).predict(TEXTS).probabilities, probabilities)


@pytest.mark.slow
def test_a_file_of_fixed_shapes_is_refused(exported):
    with pytest.raises(UserError, match=r"one of fixed shapes; give model\.tflite"):
        open_artefact(exported / "10" / "litert" / "model_static.tflite")


@pytest.mark.slow
def test_the_litert_file_needs_no_tensorflow(exported):
    script = "import sys, toolkit; print(len(toolkit.open(sys.argv[1])(['one', '', 'two'])), 'tensorflow' in sys.modules)"
    command = [sys.executable, "-c", script, str(exported / "10" / "litert")]
    assert subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout.split() == ["3", "False"]


@pytest.mark.slow
def test_what_is_no_artefact_is_named(exported, tmp_path):
    with pytest.raises(UserError, match="found neither"):
        open_artefact(tmp_path)
    with pytest.raises(UserError, match="found neither"):
        open_artefact(exported / "9")
    with pytest.raises(UserError, match="cannot be read"):
        open_artefact(exported / "2")
    with pytest.raises(UserError, match="found neither"):
        open_artefact(exported / "10" / "litert" / "model_int4.tflite")


@pytest.mark.slow
@pytest.mark.parametrize("damaged", ["model.json", "model.tflite", "tokenizer.model"])
def test_a_damaged_file_is_named(exported, tmp_path, damaged):
    folder = shutil.copytree(exported / "10" / "litert", tmp_path / "litert")
    (folder / damaged).write_bytes((folder / damaged).read_bytes()[:50])
    with pytest.raises(UserError, match=damaged):
        open_artefact(folder)


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize(("model", "description"), [("saved_model.pb", "assets/model.json"), ("model.tflite", "model.json")])
def test_a_kind_that_is_not_known_is_named(tmp_path, model, description):
    """As an export of a later version may have it, or one from before exports said what they are."""
    (tmp_path / model).touch()
    with pytest.raises(UserError, match=rf"{description}: expected the description that `toolkit export` wrote"):
        open_artefact(tmp_path)
    for unknown in ("segmentation", None, ["translation"]):
        write_json(tmp_path / description, {"task": unknown})
        with pytest.raises(UserError) as error:
            open_artefact(tmp_path)
        kinds = ", ".join(TASKS)
        assert str(error.value) == f"{tmp_path / description}: task: expected one of {kinds}, found {unknown}; export the run anew"
