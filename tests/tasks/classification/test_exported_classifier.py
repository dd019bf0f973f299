"""Exports of a small classifier, run by programs that know nothing of the toolkit."""

import concurrent.futures
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from toolkit.data.batching.crop import crop
from toolkit.errors import UserError
from toolkit.export.exporting import export, verify
from toolkit.export.formats.litert import check_operators, operators
from toolkit.export.publishing import publish
from toolkit.export.ragged_tokens import crop as crop_in_graph
from toolkit.export.verification import largest_difference
from toolkit.export.warm_up import read_warm_up
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.models import TextClassifier
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.predictor import Predictor
from toolkit.tasks.classification.probabilities import probabilities_of
from toolkit.tasks.classification.verification import ClassifierCheck, example
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.registry import exporter_of
from toolkit.text.graph_tokenizer import GraphTokenizer, compare_tokenizers
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

MAX_LENGTH = 12
REFERENCES = ["positive", "negative", "positive", "negative", "positive"]
TEXTS = ["a film that stays with you", "dull from the first minute to the last", "so long and so good that " * 9, "", "\U0001f600"]


@pytest.fixture(scope="module")
def tokenizer():
    dashes = [f"word{i} " + "-" * length + " and" for i, length in enumerate([1, 2, 2, 2, 3, 4, 5, 10] * 50)]
    return Tokenizer.train([*TEXTS, *dashes], 330, model_type="unigram")


@pytest.fixture(scope="module")
def tied(tokenizer):
    """A run of dashes that can be cut into pieces in several ways of the same score, of which the graph prefers another one."""
    runs = ["-" * length for length in range(1, 400)]
    in_graph = GraphTokenizer(tokenizer)(tf.constant(runs)).to_list()
    pairs = zip(runs, tokenizer.encode(runs), in_graph, strict=True)
    # SentencePiece 0.2.2 cuts all of them as the graph does, 0.2.3 does not.
    return next((run for run, ids, graph_ids in pairs if list(ids) != graph_ids), None)


@pytest.fixture(scope="module")
def model(tokenizer):
    """A model whose scores are far apart, so that other ids or another order show."""
    model = TextClassifier(tokenizer.vocabulary_size, ["negative", "positive"], embedding_dim=6, units=4, num_layers=2)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weights.shape) for weights in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def exported(model, tokenizer, tied, tmp_path_factory):
    directory = tmp_path_factory.mktemp("exports") / "small"
    return export(ClassifierExporter(model, tokenizer, MAX_LENGTH), directory, samples=[*TEXTS, tied or "-"], references=REFERENCES)


@pytest.fixture(scope="module")
def expected(model, tokenizer):
    return Predictor(classifier_runner(model), model.label_names, tokenizer, MAX_LENGTH).predict(TEXTS)


def test_the_saved_model_runs_with_tensorflow_alone(exported, expected):
    script = (
        "import json, sys, tensorflow as tf, tensorflow_text\n"
        "answers = tf.saved_model.load(sys.argv[1]).signatures['serving_default'](texts=tf.constant(json.loads(sys.argv[2])))\n"
        "labels = [label.decode() for label in answers['labels'].numpy()]\n"
        "assert not any(name.startswith('toolkit') for name in sys.modules)\n"
        "print(json.dumps([labels, answers['scores'].numpy().tolist()]))\n"
    )
    command = [sys.executable, "-c", script, exported.path, json.dumps(TEXTS)]
    labels, scores = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout)
    assert labels == expected.labels
    np.testing.assert_allclose(scores, expected.probabilities, rtol=0, atol=1e-5)  # single precision


def test_the_litert_file_and_its_description_are_enough(exported, expected):
    folder = exported.path + "/litert/"
    with open(folder + "model.json", encoding="utf-8") as file:
        description = json.load(file)
    tokenizer = Tokenizer.load(folder + "tokenizer.model")
    tokens = [crop(ids, description["max_length"]) for ids in tokenizer.encode(TEXTS)]
    scores = probabilities_of(LiteRTRunner(Path(folder) / "model.tflite"), tokens, None)
    assert [description["label_names"][best] for best in scores.argmax(axis=1)] == expected.labels
    np.testing.assert_allclose(scores, expected.probabilities, rtol=0, atol=1e-5)  # single precision


@pytest.fixture(scope="module")
def fused(exported, model, tokenizer):
    """The next version after an empty one, with the fused LSTM."""
    directory = Path(exported.path).parent
    (directory / "7").mkdir()
    return export(ClassifierExporter(model, tokenizer, MAX_LENGTH).with_fused_lstm(), directory, samples=TEXTS)


def test_the_next_export_is_the_next_version(exported, fused):
    directory = Path(exported.path).parent
    assert (exported.path, fused.path) == (str(directory / "1"), str(directory / "8"))
    assert sorted(path.name for path in directory.iterdir()) == ["1", "7", "8"]
    assert fused.compared == len(TEXTS) + len(HARD_TEXTS)


def test_the_fused_lstm_answers_as_the_model_does(fused, tokenizer, expected):
    assert [artefact.name for artefact in fused.artefacts][-2:] == ["LiteRT, fused LSTM", "LiteRT int8, fused LSTM"]
    folder = Path(fused.path) / "litert"
    described = json.loads((folder / "model.json").read_text("utf-8"))["fused"]
    assert described["signatures"]["serving_default"]["inputs"] == {"tokens": "int32 [1, -1]"}
    assert {"UNIDIRECTIONAL_SEQUENCE_LSTM"} == operators(folder / described["file"]) & {"UNIDIRECTIONAL_SEQUENCE_LSTM", "WHILE"}
    tokens = [crop(ids, MAX_LENGTH) for ids in tokenizer.encode(TEXTS)]
    scores = probabilities_of(LiteRTRunner(folder / described["file"]), tokens, None)
    np.testing.assert_allclose(scores, expected.probabilities, rtol=0, atol=1e-5)  # single precision
    assert len(verify(Path(fused.path), exporter_of).artefacts) == len(fused.artefacts)


def test_another_cell_cannot_be_fused(tokenizer):
    model = TextClassifier(tokenizer.vocabulary_size, ["a", "b"], embedding_dim=4, units=3, cell="gru")
    with pytest.raises(UserError, match=r"--fused-lstm: expected a toolkit\.TextClassifier of LSTM layers, received one of cell gru"):
        ClassifierExporter(model, tokenizer, MAX_LENGTH).with_fused_lstm()


def test_a_diverged_model_is_not_exported(tokenizer, tmp_path):
    broken = TextClassifier(tokenizer.vocabulary_size, ["a", "b"], embedding_dim=4, units=3)
    broken.layers[-1].set_weights([np.full((6, 2), np.nan), np.zeros(2)])
    with pytest.raises(UserError, match="finite"):
        export(ClassifierExporter(broken, tokenizer, MAX_LENGTH), tmp_path / "broken", samples=TEXTS)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_users_mistake(model, tokenizer, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError, match="cannot be written"):
        export(ClassifierExporter(model, tokenizer, MAX_LENGTH), tmp_path / "file", samples=TEXTS)


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    # A limit on the size of a file fails as a full disk does: in Python by OSError, in TensorFlow by an error of its own.
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from toolkit import TextClassifier, Tokenizer, UserError\n"
        "from toolkit.tasks.classification.exporter import ClassifierExporter\n"
        "from toolkit.export.exporting import export\n"
        "tokenizer = Tokenizer.train(['a b c d'], 300)\n"
        "model = TextClassifier(tokenizer.vocabulary_size, ['a', 'b'], embedding_dim=4, units=3)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000,) * 2)\n"
        "try:\n"
        "    export(ClassifierExporter(model, tokenizer, 9), Path(sys.argv[1]), samples=[])\n"
        "except UserError as error:\n"
        "    print(error)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "small")]
    message = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
    assert "cannot be written" in message
    assert "File too large" in message
    assert len(message.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_exports_at_the_same_time_get_versions_of_their_own(tmp_path):
    folders = [tmp_path / f".writing-{i}" for i in range(40)]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda folder: publish(folder, tmp_path), folders))
    assert sorted(int(version.name) for version in versions) == list(range(1, 41))
    assert [(version / "file").read_text() for version in versions] == [folder.name for folder in folders]


def test_equally_likely_ids_are_no_error(exported, tokenizer, tied):
    if tied is None:
        pytest.skip("this SentencePiece cuts every run of dashes as TensorFlow Text does")
    agreement = compare_tokenizers(tokenizer, GraphTokenizer(tokenizer), [*TEXTS, tied, *HARD_TEXTS])
    assert (agreement.ties, agreement.different) == (1, 0)
    assert exported.compared == agreement.strings


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
        largest_difference("LiteRT", np.array([[0.5, 0.5]]), np.array(received), 1e-4)


def with_gap(model, tokens, gap):
    """A copy whose first label is as far behind, or before, the second on a text as `gap` says."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    bias = copy.layers[-1].bias
    first, second = copy(tokens[np.newaxis], training=False)[0].numpy()
    bias.assign_add(np.array([gap - (first - second), 0.0], np.float32))
    return copy


@pytest.mark.parametrize(("gap", "wrong"), [(1e-5, 0), (0.5, 1)])
def test_a_rounded_file_may_give_other_labels_where_the_model_is_unsure(model, tokenizer, gap, wrong):
    tokens = crop(tokenizer.encode(TEXTS[:1])[0], MAX_LENGTH)
    check = ClassifierCheck(with_gap(model, tokens, gap), tokenizer, MAX_LENGTH, model.label_names, TEXTS[:1], REFERENCES[:1])
    other = classifier_runner(with_gap(model, tokens, -gap))
    if not wrong:
        assert check.rounded(other, "model_float16.tflite", 2**-11).same == 0
        return
    with pytest.raises(UserError, match=r"model_float16\.tflite: expected the labels that the model is sure of .* others for 1 of 1"):
        check.rounded(other, "model_float16.tflite", 2**-11)


def test_the_report(exported):
    for name in ("SavedModel", "LiteRT float32", "LiteRT, fixed shapes"):
        agreement = exported.artefact(name).agreement
        assert agreement.same == agreement.compared
        assert 0 <= agreement.difference < 1e-4
    assert exported.artefact("SavedModel").agreement.quality == exported.quality
    assert exported.proofs == {"c_api": 2, "compiled": ["tokens_1x12", "tokens_32x12"], "not_compiled": {}}
    assert "accuracy" in str(exported)


def test_the_classify_signature_has_tf_servings_form(exported, expected):
    signature = SavedModel.FromString((Path(exported.path) / "saved_model.pb").read_bytes()).meta_graphs[0].signature_def["classify"]
    assert signature.method_name == "tensorflow/serving/classify"
    classify = tf.saved_model.load(exported.path)
    answer = classify.signatures["classify"](inputs=tf.constant([example(text.encode()) for text in TEXTS]))
    assert answer["classes"].numpy().tolist() == [[b"negative", b"positive"]] * len(TEXTS)
    np.testing.assert_allclose(answer["scores"], expected.probabilities, rtol=0, atol=1e-5)  # single precision


def test_what_lies_beside_the_model(exported):
    version = Path(exported.path)
    requests = read_warm_up(version)
    assert [request.WhichOneof("log_type") for request in requests] == ["predict_log", "predict_log", "classify_log"]
    assert (version / "assets" / "vocabulary.txt").read_text("utf-8").splitlines()[1] == "<unk>"
    card = (version / "README.md").read_text("utf-8")
    assert "| SavedModel |" in card
    assert "docker run" in card
    assert (version / "batching_params.pbtxt").is_file()
    config = (version.parent.parent / "models.config").read_text("utf-8")
    assert 'name: "small" base_path: "/models/small"' in config
    assert str(version.parent.parent) not in config + card


def test_an_export_is_verified_again(exported):
    again = verify(Path(exported.path), exporter_of)
    assert [artefact.name for artefact in again.artefacts] == [artefact.name for artefact in exported.artefacts]
    assert again.quality == exported.quality


@pytest.mark.parametrize("file", ["variables/variables.data-00000-of-00001", "assets.extra/verification.json", "litert/model.tflite"])
def test_a_damaged_export_is_noticed(exported, tmp_path, file):
    version = tmp_path / "1"
    shutil.copytree(exported.path, version)
    content = (version / file).read_bytes()
    (version / file).write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    with pytest.raises(UserError, match=f"{file}: expected the file that was exported, found another one"):
        verify(version, exporter_of)


def test_a_version_that_is_there_is_refused(exported, model, tokenizer):
    with pytest.raises(UserError, match=r"this version exists.*the next is"):
        export(ClassifierExporter(model, tokenizer, MAX_LENGTH), Path(exported.path).parent, samples=TEXTS, version=1)


def test_a_wrong_label_is_noticed(exported, model, tokenizer):
    check = ClassifierCheck(model, tokenizer, MAX_LENGTH, model.label_names, TEXTS, [])
    check.label_names = ["positive", "negative"]
    with pytest.raises(UserError, match="label of the highest score"):
        check.saved_model(SavedModelRunner(Path(exported.path)))


@pytest.mark.parametrize("change", ["a recurrent weight", "a word", "a gate"])
def test_an_export_of_another_model_is_noticed(exported, model, tokenizer, change):
    other = TextClassifier.from_config(model.get_config())
    weights = model.get_weights()
    place = next(i for i, value in enumerate(weights) if value.ndim == 2 and value.shape[1] > value.shape[0] == 4)
    if change == "a recurrent weight":
        weights[place] = weights[place] + 1e-2 * (np.arange(weights[place].size).reshape(weights[place].shape) == 5)
    elif change == "a gate":
        weights[place] = np.roll(weights[place], 4, axis=1)
    else:
        known = tokenizer.encode(TEXTS[:1])[0][0]
        weights[0] = weights[0] * (np.arange(len(weights[0])) != known)[:, np.newaxis]
    other.set_weights(weights)
    check = ClassifierCheck(other, tokenizer, MAX_LENGTH, other.label_names, TEXTS, [])
    with pytest.raises(UserError, match="SavedModel: expected the scores of the model"):
        check.saved_model(SavedModelRunner(Path(exported.path)))
    with pytest.raises(UserError, match="LiteRT: expected the scores of the model"):
        check.litert(LiteRTRunner(Path(exported.path) / "litert" / "model.tflite"))


def test_an_operator_that_is_not_built_in_is_noticed(exported, tmp_path):
    function = tf.function(tf.strings.lower, input_signature=[tf.TensorSpec([None], tf.string)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], tf.Module())
    converter.allow_custom_ops = True
    (tmp_path / "custom.tflite").write_bytes(converter.convert())
    with pytest.raises(UserError, match="StringLower"):
        check_operators(tmp_path / "custom.tflite")
    with pytest.raises(UserError, match=r"custom\.tflite: expected a LiteRT model"):
        LiteRTRunner(tmp_path / "custom.tflite")
    check_operators(Path(exported.path) / "litert" / "model.tflite")
