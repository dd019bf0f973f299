"""Exports of a small translator, run by programs that know nothing of the toolkit."""

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from toolkit.decoding import Search
from toolkit.errors import UserError
from toolkit.export.exporting import export
from toolkit.export.tolerance import Tolerance
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.models import Translator
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.decoded_answers import Answer, compare
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.translation.exporter import TranslatorExporter
from toolkit.tasks.translation.functions import translator_runner
from toolkit.tasks.translation.signatures import flat, nested
from toolkit.tasks.translation.text_translator import TextTranslator
from toolkit.tasks.translation.verification import TranslatorCheck
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

MAX_LENGTH = 12
SEARCH = Search(beam_width=3, n_best=2, length_penalty=0.6, coverage_penalty=0.1, max_length_factor=1.5)
BEST = dataclasses.replace(SEARCH, n_best=1)  # what is exported
SOURCES = ["the cat sees a small house", "she does not see it", "two dogs", "a b c d e f g h i j k l m", "", " \u3000", "\U0001f600 \u2028"]
REFERENCES = ["le chat voit une petite maison", "elle ne la voit pas", "deux chiens", "a b c d e f g h i j k l", "", "", "\U0001f600"]
TARGETS = ["le chat voit une petite maison", "elle ne la voit pas", "deux chiens", "un été à la mer"]


def random_translator(source_tokenizer, target_tokenizer, **options):
    """A model whose scores are far apart, so that other tokens or another order show."""
    sizes = {"embedding_dim": 8, "units": 8, "encoder_layers": 1, "decoder_layers": 2, **options}
    model = Translator(source_tokenizer.vocabulary_size, target_vocabulary_size=target_tokenizer.vocabulary_size, **sizes)
    model.build(None)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weights.shape, scale=0.8) for weights in model.get_weights()])
    bias = random.normal(size=target_tokenizer.vocabulary_size)
    bias[target_tokenizer.end_id] = 3  # so that translations end before they have to
    model.output_bias.assign(bias)
    return model


@pytest.fixture(scope="module")
def tokenizers():
    return Tokenizer.train(SOURCES, 300), Tokenizer.train(TARGETS, 285, model_type="unigram")


@pytest.fixture(scope="module")
def model(tokenizers):
    return random_translator(*tokenizers)


@pytest.fixture(scope="module")
def exported(model, tokenizers, tmp_path_factory):
    directory = tmp_path_factory.mktemp("exports") / "small"
    return export(TranslatorExporter(model, *tokenizers, MAX_LENGTH, SEARCH), directory, samples=SOURCES, references=REFERENCES)


@pytest.fixture(scope="module")
def expected(model, tokenizers):
    translations = TextTranslator(translator_runner(model, tokenizers[1], BEST), *tokenizers, MAX_LENGTH).translate(SOURCES)
    assert len({translation.text for translation in translations}) > 3  # or else any answer is right
    return translations


def test_the_saved_model_runs_with_tensorflow_alone(exported, expected):
    script = (
        "import json, sys, tensorflow as tf, tensorflow_text\n"
        "loaded = tf.saved_model.load(sys.argv[1])\n"
        "fixed = ['decode_tokens_1x12', 'decode_tokens_32x12']\n"
        "assert sorted(loaded.signatures) == ['decode_tokens', *fixed, 'serving_default', 'translate']\n"
        "answers = loaded.signatures['translate'](texts=tf.constant(json.loads(sys.argv[2])))\n"
        "none = loaded.signatures['serving_default'](texts=tf.constant([], tf.string))\n"
        "assert none['translations'].shape == none['scores'].shape == [0]\n"
        "assert not any(name.startswith('toolkit') for name in sys.modules)\n"
        "texts = [text.decode() for text in answers['translations'].numpy()]\n"
        "shapes = [answers[name].shape.as_list() for name in ('tokens', 'source_tokens', 'alignments')]\n"
        "print(json.dumps([texts, answers['scores'].numpy().tolist(), shapes, answers['cropped'].numpy().tolist()]))\n"
    )
    command = [sys.executable, "-c", script, exported.path, json.dumps(SOURCES)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
    texts, scores, (tokens, source_tokens, alignments), cropped = json.loads(answer)
    assert texts == [translation.text for translation in expected]
    np.testing.assert_allclose(scores, [each.hypotheses[0].score for each in expected], rtol=0, atol=1e-4)  # single precision
    assert alignments == [len(SOURCES), tokens[1], source_tokens[1]]
    assert cropped == [each.cropped for each in expected]
    assert tokens[1] == max(len(each.hypotheses[0].tokens) for each in expected)


def test_the_saved_model_has_no_python_and_compiles_nothing(exported):
    saved_model = SavedModel.FromString((Path(exported.path) / "saved_model.pb").read_bytes())
    [graph] = [meta_graph.graph_def for meta_graph in saved_model.meta_graphs]
    functions = graph.library.function
    operations = {node.op for nodes in (graph.node, *(function.node_def for function in functions)) for node in nodes}
    assert {"SentencepieceTokenizeOp", "SentencepieceDetokenizeOp"} <= operations
    assert not {operation for operation in operations if "PyFunc" in operation}
    assert not any(function.attr["_XlaMustCompile"].b for function in functions)


def test_the_litert_file_and_its_description_are_enough(exported, expected):
    folder = Path(exported.path) / "litert"
    description = json.loads((folder / "model.json").read_text("utf-8"))
    source_tokenizer, target_tokenizer = (Tokenizer.load(folder / description[side]["tokenizer"]) for side in ("source", "target"))
    interpreter = Interpreter(str(folder / "model.tflite"))
    assert sorted(interpreter.get_signature_list()) == sorted(description["signatures"]) == ["beam", "encode", "greedy", "step"]
    ids = source_tokenizer.encode(SOURCES[:1])[0][: description["max_length"] - 1]
    source = np.append(ids, description["source"]["end_id"]).astype("int32")[np.newaxis]
    tokens = interpreter.get_signature_runner("beam")(source=source)["tokens"][0]
    assert target_tokenizer.decode(tokens) == expected[0].text
    assert description["signatures"]["step"]["inputs"]["tokens"] == "int32 [-1]"
    assert description["search"] == {
        **{name: getattr(SEARCH, name) for name in ("method", "beam_width", "length_penalty", "coverage_penalty", "min_length")},
        **{"n_best": 1, "max_length_factor": 1.5, "no_repeat_ngrams": 0},
    }


def test_the_signatures_share_the_weights(exported, model):
    weights = sum(array.nbytes for array in model.get_weights())
    graph = 400_000  # of four signatures, at any size of the model
    assert weights < exported.artefact("LiteRT float32").bytes < weights + graph


def test_the_report(exported, model):
    assert exported.compared == len(SOURCES) + len(HARD_TEXTS)
    names = ["SavedModel", "LiteRT float32", "LiteRT float16", "LiteRT int8", "LiteRT, fixed shapes"]
    assert [artefact.name for artefact in exported.artefacts] == names
    for name in ("SavedModel", "LiteRT float32", "LiteRT, fixed shapes"):
        agreement = exported.artefact(name).agreement
        assert (agreement.same, agreement.ties) == (agreement.compared, 0)
        assert 0 <= agreement.difference < 1e-4
    assert exported.artefact("SavedModel").agreement.quality == exported.quality
    assert exported.artefact("LiteRT int8").agreement.quality is not None
    assert exported.proofs == {"c_api": 2, "compiled": ["decode_tokens_1x12", "decode_tokens_32x12"], "not_compiled": {}}
    assert json.loads(json.dumps(exported.as_dict()))["path"] == exported.path
    assert "BLEU" in str(exported)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"cell": "gru", "attention": "additive", "bridge": "zero", "tied_output": False}, marks=pytest.mark.covering),
        {"cell": "simple_rnn", "attention": "none", "bidirectional": False, "reversed_source": True},
    ],
    ids=str,
)
def test_other_models_are_exported(options, tokenizers, tmp_path):
    model = random_translator(*tokenizers, **options)
    search = Search(method="greedy", no_repeat_ngrams=3, min_length=2)
    report = export(TranslatorExporter(model, *tokenizers, MAX_LENGTH, search), tmp_path, samples=SOURCES)
    assert report.artefact("SavedModel").agreement.ties == 0
    interpreter = Interpreter(report.path + "/litert/model.tflite")
    outputs = set(interpreter.get_signature_runner("step").get_output_details())
    assert outputs - {"alignment"} == {"logits", "decoder_0", "decoder_1"}
    assert ("alignment" in outputs) == (options["attention"] != "none")


def test_a_diverged_model_is_not_exported(tokenizers, tmp_path):
    broken = random_translator(*tokenizers)
    broken.output_layer.kernel.assign(np.full(broken.output_layer.kernel.shape, np.nan))
    with pytest.raises(UserError, match="finite"):
        export(TranslatorExporter(broken, *tokenizers, MAX_LENGTH, SEARCH), tmp_path / "broken", samples=SOURCES)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_exported_is_named(model, tokenizers):
    with pytest.raises(ValueError, match="`search` must"):
        TranslatorExporter(model, *tokenizers, MAX_LENGTH, Search(method="sample"))
    with pytest.raises(ValueError, match="max_length=1"):
        TranslatorExporter(model, *tokenizers, 1, SEARCH)
    with pytest.raises(UserError, match=r"--fused-lstm: expected a classifier.* for translation"):
        TranslatorExporter(model, *tokenizers, MAX_LENGTH, SEARCH).with_fused_lstm()


TOLERANCE = Tolerance(summands=16, size=3.0)


def answer(tokens=(5, 3), score=-1.0, look=0.5, strings=()):
    return Answer(tokens, score, np.full((len(tokens), 2), look), strings)


def test_translations_of_the_same_score_are_ties():
    expected, received = [answer(), answer()], [answer(tokens=(6, 7, 3), score=-1.00001), answer()]
    assert compare("LiteRT", expected, received, TOLERANCE).ties == 1
    with pytest.raises(UserError, match="found others"):
        compare("LiteRT, a second call", expected, received, TOLERANCE, exact=True)


@pytest.mark.parametrize(
    ("received", "message"),
    [
        (answer(score=-1.1), "difference of 0.1"),
        (answer(tokens=(6, 3), score=-1.1), "difference of 0.1"),
        (answer(score=float("nan")), "finite"),
        (answer(look=float("nan")), "finite"),
        (answer(look=0.4), "found others"),
        (answer(strings=("another",)), "found others"),
    ],
)
def test_a_wrong_translation_is_noticed(received, message):
    with pytest.raises(UserError, match=message):
        compare("LiteRT", [answer()], [received], TOLERANCE)


@pytest.fixture(scope="module")
def check(model, tokenizers):
    return TranslatorCheck(model, *tokenizers, MAX_LENGTH, BEST, SOURCES, REFERENCES)


def test_another_translation_has_to_have_the_score_of_the_models(check):
    sources, right = check.sources[:2], check._expected(BEST, check.sources[:2])
    assert check._compare("right", BEST, sources, right).same == 2
    others = check._answers_given(BEST, sources, [(5, check.target_tokenizer.end_id)] * 2)
    assert all(abs(other.score - wanted.score) > 0.1 for other, wanted in zip(others, right, strict=True))
    claimed = [other._replace(score=wanted.score) for other, wanted in zip(others, right, strict=True)]
    blurred = [wanted._replace(alignment=wanted.alignment + 0.01) for wanted in right]
    for wrong in (others, claimed, blurred):
        with pytest.raises(UserError, match="expected the model's answers"):
            check._compare("wrong", BEST, sources, wrong)


def one_recurrent_weight(weights):
    return [value + 1e-2 * (np.arange(value.size).reshape(value.shape) == 7) if value.shape == (8, 32) else value for value in weights]


def one_word(weights):
    return [value * (np.arange(len(value)) != 260)[:, np.newaxis] if value.shape == (285, 8) else value for value in weights]


def gates_swapped(weights):
    return [np.roll(value, 8, axis=-1) if value.shape == (8, 32) else value for value in weights]


@pytest.mark.parametrize("change", [one_recurrent_weight, one_word, gates_swapped])
def test_an_export_of_another_model_is_noticed(exported, tokenizers, change):
    other = random_translator(*tokenizers)
    changed = change(other.get_weights())
    assert any(np.any(one != value) for one, value in zip(changed, other.get_weights(), strict=True))
    other.set_weights(changed)
    check = TranslatorCheck(other, *tokenizers, MAX_LENGTH, BEST, SOURCES, REFERENCES)
    with pytest.raises(UserError, match="SavedModel: expected the model's answers"):
        check.saved_model(SavedModelRunner(Path(exported.path)))
    with pytest.raises(UserError, match="LiteRT, greedy: expected the model's answers"):
        check.litert(LiteRTRunner(Path(exported.path) / "litert" / "model.tflite"))


@pytest.mark.parametrize("factor", [pytest.param(20, marks=pytest.mark.covering), 300])
def test_large_numbers_and_chaos_are_no_mistakes(factor, tokenizers, tmp_path):
    """As after a training that has diverged: what is exported answers as the model does, up to where that is unsure of itself."""
    model = random_translator(*tokenizers)
    model.set_weights([value * factor for value in model.get_weights()])
    report = export(TranslatorExporter(model, *tokenizers, MAX_LENGTH, SEARCH), tmp_path, samples=SOURCES)
    model.set_weights(gates_swapped(model.get_weights()))
    check = TranslatorCheck(model, *tokenizers, MAX_LENGTH, BEST, SOURCES, [])
    with pytest.raises(UserError, match="expected the model's answers"):
        check.saved_model(SavedModelRunner(Path(report.path)))


def test_a_state_crosses_a_signature_as_named_tensors():
    state = {"memory": tf.ones([2, 3, 4]), "visible": tf.constant([[True, False]]), "decoder": [tf.zeros([2, 4]), tf.ones([2, 4])]}
    parts = flat(state)
    assert {name: part.dtype for name, part in parts.items()} == {
        "memory": tf.float32,
        "visible": tf.int32,
        "decoder_0": tf.float32,
        "decoder_1": tf.float32,
    }
    tf.nest.map_structure(np.testing.assert_array_equal, nested(parts, state), state)


def test_exported_translators_answer_as_the_model_does(exported, expected):
    for folder, kind in ((Path(exported.path), SavedModelRunner), (Path(exported.path) / "litert", LiteRTRunner)):
        translator = open_artefact(folder).answerer
        assert isinstance(translator.runner, kind)
        for found, wanted in zip(translator.translate(SOURCES), expected, strict=True):
            assert found[:2] == wanted[:2]
            assert found.cropped == wanted.cropped
            [found], [wanted] = found.hypotheses, wanted.hypotheses
            assert (found.text, found.tokens) == (wanted.text, wanted.tokens)
            assert found.score == pytest.approx(wanted.score, abs=1e-4)  # single precision
            assert (found.alignment is None) == (wanted.alignment is None)
            if wanted.alignment is not None:
                np.testing.assert_allclose(found.alignment, wanted.alignment, rtol=0, atol=1e-5)  # single precision
        assert translator.translate([]) == []
        assert translator.translate(["two\ud800dogs"])[0].source == "two\ud800dogs"  # what no UTF-8 holds
        with pytest.raises(ValueError, match="`prefixes` must be None"):
            translator.translate(SOURCES, [""] * len(SOURCES))
        with pytest.raises(UserError, match=r"expected a signature among .*Received: score"):
            translator.score(["two dogs"], ["deux chiens"])


def test_the_litert_translator_needs_no_tensorflow(exported):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from toolkit.tasks.artefact import open_artefact\n"
        "print(len(open_artefact(Path(sys.argv[1])).answerer.translate(['two dogs', ''])), 'tensorflow' in sys.modules)\n"
    )
    command = [sys.executable, "-c", script, exported.path + "/litert"]
    assert subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout.split() == ["2", "False"]


@pytest.mark.parametrize("damaged", ["litert/model.tflite", "litert/target_tokenizer.model", "saved_model.pb"])
def test_a_damaged_file_is_named(exported, tmp_path, damaged):
    folder = shutil.copytree(exported.path, tmp_path / "1")
    (folder / damaged).write_bytes((folder / damaged).read_bytes()[:50])
    with pytest.raises(UserError, match=f"{damaged}: expected the file that was exported"):
        open_artefact((folder / damaged).parent)
