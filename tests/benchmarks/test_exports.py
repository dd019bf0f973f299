"""The benchmark of exports, on runs of small models that were never trained."""

import dataclasses

import numpy as np
import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks import exports
from benchmarks.exports_page import TRANSLATION, exports_page
from benchmarks.exports_quality import QUALITY, in_batches
from benchmarks.exports_speed import FORMATS, METHODS, tokens_per_second
from benchmarks.records import ExportRecord, SpeedRecord, load_records
from benchmarks.render import main as render
from toolkit.cli.recipes import find_recipe, open_run
from toolkit.errors import UserError
from toolkit.export import formats
from toolkit.export.formats.litert import FILES
from toolkit.models import TextClassifier
from toolkit.models.language_model import LanguageModel
from toolkit.models.translator import Translator
from toolkit.run_folder import RunFolder
from toolkit.tasks.translation.measures import evaluate_translations
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

TEXTS = ["one two three", "two", "three four one", "four"]
LABELS = ["no", "yes"]


def finished_run(folder, recipe, model, tokenizer, metrics, **settings) -> RunFolder:
    """Writes what training leaves behind, with weights that give different answers."""
    run = RunFolder(folder / "Mine")
    run.open(recipe, dataclasses.replace(find_recipe(recipe).presets["quick"], **settings))
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weights.shape) for weights in model.get_weights()])
    model.save(run.model)
    tokenizer.save(run.tokenizer)
    run.write_json(run.samples, TEXTS)
    run.write_json(run.metrics, metrics)
    return run


@pytest.fixture
def classifier(tmp_path):
    tokenizer = Tokenizer.train(TEXTS, 300)
    model = TextClassifier(tokenizer.vocabulary_size, LABELS, embedding_dim=4, units=3)
    return finished_run(tmp_path, "sentiment", model, tokenizer, {"test": {"label_names": LABELS}}, max_length=8)


def labelled(folder, labels) -> str:
    """Writes the texts with these labels, of two sources, and returns the file."""
    rows = [f"{text},{label},{source}" for text, label, source in zip(TEXTS, labels, "aabb", strict=True)]
    (folder / "test.csv").write_text("\n".join(["text,label,source", *rows]))
    return str(folder / "test.csv")


def other(label: str) -> str:
    return LABELS[1 - LABELS.index(label)]


def test_a_model_and_its_exports_are_measured(classifier, tmp_path):
    task, version = open_run(str(classifier.path)), tmp_path / "exported" / "1"
    for each in formats.FORMATS:
        each.write(task.exporter(), version, TEXTS)
    (version / "litert" / FILES["int8"]).unlink()  # as if it had been left out
    labels = task.predictor().predict(TEXTS).labels
    data = labelled(tmp_path, [*labels[:3], other(labels[3])])
    options = ["--data", data, "--out", str(tmp_path / "results")]
    (record,) = exports.main([str(classifier.path), str(version.parent), *options])
    assert load_records(tmp_path / "results") == [record]
    assert (record.name, record.settings) == ("exports-mine", {"test texts": 4})
    assert record.command == "python -m benchmarks.exports RUN VERSION --data test.csv --set Mine"
    assert list(record.rows) == ["Keras", "SavedModel", "LiteRT float32", "LiteRT float16", "LiteRT int8"]
    accuracies = {"accuracy %": 75.0, "accuracy %, a": 100.0, "accuracy %, b": 50.0}
    megabytes = (version / "litert" / "model.tflite").stat().st_size / 1e6
    assert record.rows["LiteRT float32"] == accuracies | {"same labels %": 100.0, "MB": pytest.approx(megabytes, rel=1e-4)}
    assert record.rows["Keras"] == accuracies | {"MB": record.rows["Keras"]["MB"]}
    without = sum(file.stat().st_size for file in version.rglob("*") if file.is_file() and file.parent.name != "litert")
    assert record.rows["SavedModel"]["MB"] == pytest.approx(without / 1e6, rel=1e-4)
    assert record.rows["LiteRT int8"] == {}


def test_other_labels_than_the_first_are_counted(classifier, tmp_path):
    task = open_run(str(classifier.path))
    before = task.predictor().predict(TEXTS).labels
    measure, _ = QUALITY["classification"](task, labelled(tmp_path, before))
    assert measure(task.predictor())["accuracy %"] == 100.0
    model = task.load_model()
    model.set_weights([-weights for weights in model.get_weights()])
    model.save(classifier.model)
    after = task.predictor().predict(TEXTS).labels
    same = 25.0 * sum(a == b for a, b in zip(before, after, strict=True))
    values = measure(task.predictor())
    assert values["same labels %"] == values["accuracy %"] == same < 100


@pytest.fixture
def translation(tmp_path):
    """The task of a finished run."""
    tokenizer = Tokenizer.train(TEXTS, 300)
    model = Translator(tokenizer.vocabulary_size, embedding_dim=4, units=4, encoder_layers=1, decoder_layers=1)
    model.build(None)
    settings = {"max_length": 6, "beam_width": 2, "source": "en", "target": "de"}
    return open_run(str(finished_run(tmp_path, "translation", model, tokenizer, {}, **settings).path))


def test_a_translator_is_measured_as_its_run_has_it(translation, tmp_path):
    for language in ("en", "de"):
        (tmp_path / f"test.{language}").write_text("\n".join(TEXTS), "utf-8")
    measure, settings = QUALITY["translation"](translation, f"{tmp_path}/test.en,{tmp_path}/test.de")
    expected = evaluate_translations(TEXTS, [each.text for each in translation.predictor().translate(TEXTS)], TEXTS)
    assert settings == {"test sentences": 4, "beam of": 2, "BLEU is": expected.signatures["bleu"]}
    assert measure(translation.predictor()) == {"BLEU": expected.bleu}
    assert measure(translation.predictor()) == {"BLEU": expected.bleu, "same translations %": 100.0}


def test_searches_and_formats_take_turns(translation):
    case = tokens_per_second(translation.exporter(), TEXTS[:2], rounds=2)
    assert list(case) == [f"{search}, {form}" for search in METHODS for form in FORMATS]
    assert all(0 < values["least"] <= values["tokens per second"] for values in case.values())


def test_a_language_model_is_measured_on_what_it_knows(tmp_path):
    tokenizer = train_exact_tokenizer(TEXTS[:2])  # "f" and "u" are in the last two only
    model = LanguageModel(tokenizer.vocabulary_size, embedding_dim=4, units=4, num_layers=1, seed=0)
    model.build(None)
    run = finished_run(tmp_path, "language_model", model, tokenizer, {"continuous": True})
    task = open_run(str(run.path))
    measure, settings = QUALITY["language_model"](task, None)
    assert settings == {"held-out passages": 2, "tokens": sum(map(len, TEXTS[:2]))}  # a token is a character
    nats = sum(likelihood.nats for likelihood in task.predictor().score(TEXTS[:2]))
    assert measure(task.predictor()) == {"nats per token": nats / settings["tokens"]}
    with pytest.raises(UserError, match="expected none for a language model"):
        QUALITY["language_model"](task, "test.txt")


def test_batches_keep_the_order():
    texts = ["ab" * (7 * n % 50) for n in range(100)]
    sizes = []

    def answer(some):
        sizes.append(len(some))
        return [text.upper() for text in some]

    assert in_batches(answer, texts) == [text.upper() for text in texts]
    assert max(sizes) < 100


def records():
    values = {"name": "a", "what": "a model", "command": "run", "seed": 0, "minutes": 0.1}
    rows = {
        "Keras": {"BLEU": 30.1234, "MB": 2.0},
        "LiteRT float32": {"BLEU": 30.1, "same translations %": 99.5, "MB": 1.5},
        "LiteRT int8": {},
    }
    settings = {"test sentences": 1000, "BLEU is": "a|b"}
    case = {"greedy, int8": {"tokens per second": 1234.0, "least": 1200.0}}
    return [
        ExportRecord(**values, table="translation", settings=settings, rows=rows),
        SpeedRecord(**values | {"name": "b"}, table=TRANSLATION, measurements={"a": case}),
    ]


def test_the_page_has_all_forms_and_says_what_was_left_out(project):  # noqa: F811
    for record in records():
        record.save(project / "results")
    assert render(arguments(project)) == 0
    page = (project / "docs" / "exports.md").read_text("utf-8")
    assert "|  | BLEU | same translations % | MB |" in page
    assert "| Keras | 30.123 |  | 2 |" in page
    assert "| LiteRT float32 | 30.1 | 99.5 | 1.5 |" in page
    assert "Left out when it was exported, as it differs too much: LiteRT int8." in page
    assert "test sentences 1,000; BLEU is a b." in page
    assert "| greedy, int8 | 1,230 | 1,200 |" in page
    assert "greedy, int8" not in (project / "docs" / "speed.md").read_text("utf-8")
    assert exports_page([]).count("There is no record yet.") == 3
