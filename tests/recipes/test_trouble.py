"""Trainings that go wrong, and texts that are unlike those of the examples, from the command line."""

import json
import random

import pytest

from tests.recipes.commands import call
from tests.recipes.reviews import write_reviews
from tests.recipes.sentences import write_sentences

pytestmark = pytest.mark.slow

CLASSIFIER = [
    *("--vocabulary-size=400", "--max-length=64", "--embedding-dim=16", "--units=8", "--segment-length=32", "--tokens-per-batch=1024"),
    *("--epochs=1", "--run-dir=runs/mine"),
]
TRANSLATOR = [
    *("--vocabulary-size=330", "--max-length=30", "--embedding-dim=16", "--units=16", "--encoder-layers=1", "--decoder-layers=1"),
    *("--epochs=2", "--batch-size=32", "--beam-width=2", "--run-dir=runs/mine"),
]
LANGUAGE_MODEL = [
    *("--embedding-dim=16", "--units=16", "--num-layers=1", "--batch-size=8", "--window=16", "--epochs=1", "--run-dir=runs/mine"),
]
NAMES = ["Anna", "Ben", "Carla", "David", "Eva"]
ENDINGS = [first + last for first in "abdeiklmnorst" for last in "aeinorst"]
WORDS = ["a", "film", "that", "stays", "with", "you", "<unk>", "N", "the", "story", "isn't", "told"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def valid_json(path):
    def refuse(name):
        raise ValueError(name)

    return json.loads(path.read_text("utf-8"), parse_constant=refuse)


def prose(line_feed="\n", lines=600):
    """Lines of words, with a space at the ends of each, as in a corpus that is often used."""
    generator = random.Random(0)
    return "".join(f" {' '.join(generator.choices(WORDS, k=generator.randint(4, 20)))} {line_feed}" for _ in range(lines))


@pytest.mark.parametrize(("recipe", "options"), [("translation", TRANSLATOR), ("language_model", [*LANGUAGE_MODEL, "--tokenizer=char"])])
def test_a_training_that_diverges_to_finite_nonsense_is_named(folder, capsys, recipe, options):
    (folder / "data").mkdir()
    write_sentences(folder / "data")
    data = ["--data", "data", "--source=en", "--target=fr"] if recipe == "translation" else ["--data", "data/train.en"]
    train = ["train", recipe, *data, *options, "--learning-rate=50", "--optimizer=sgd", "--global-clipnorm=1000", "--json"]
    code, out, err = call(capsys, *train)
    assert code == 2
    [line] = [line for line in err.splitlines() if "error" in line]
    assert "this training has diverged: the perplexity of held-out text is " in line
    assert "try a --learning-rate below 50" in line
    assert "nothing was exported, the run is kept in runs/mine" in line
    assert "Traceback" not in err
    assert not (folder / "saved_models").exists()
    metrics = valid_json(folder / "runs/mine/metrics.json")
    assert json.loads(out.splitlines()[-1])["test"] == metrics["test"]
    code, out, err = call(capsys, *train)  # the run is finished, and says the same again
    assert code == 2
    assert "finished" in out
    assert "has diverged" in err
    code, out, _ = call(capsys, "evaluate", "runs/mine", "--json")
    assert code == 0
    assert json.loads(out) == metrics["test"]


def test_a_classifier_that_gives_one_label_is_named_and_exported(folder, capsys):
    write_reviews(folder / "reviews.csv")
    code, out, err = call(capsys, "train", "sentiment", "--data", "reviews.csv", *CLASSIFIER, "--ngrams=0", "--learning-rate=1e-9")
    assert code == 2
    assert "this training has learned nothing from the texts: the model gives all of the" in err
    assert "more --epochs" in err
    assert "warning: this training has learned nothing" in out  # in the report of the export
    assert "learned nothing" in (folder / "saved_models/mine/1/README.md").read_text("utf-8")
    code, out, _ = call(capsys, "export", "runs/mine", "--json")
    assert code == 0
    assert "learned nothing" in json.loads(out)["remarks"][0]


def test_twenty_texts_and_three_of_a_rare_label_are_trained_on_and_it_is_said_what_that_means(folder, capsys):
    write_reviews(folder / "reviews.csv", 20)
    with (folder / "reviews.csv").open("a") as file:
        file.write("".join(f"what is it {number},none,a\n" for number in range(3)))
    code, out, err = call(capsys, "train", "sentiment", "--data", "reviews.csv", *CLASSIFIER)
    assert code == 0, err
    assert valid_json(folder / "runs/mine/metrics.json")["test"]["label_names"] == ["neg", "none", "pos"]
    report = valid_json(folder / "runs/mine/data_report.json")
    assert min(report["splits"]["train"]["labels"].values()) > 0
    card = (folder / "saved_models/mine/1/README.md").read_text("utf-8")
    for told in (out.partition("test split, after")[2], card):
        assert "95 % interval of the accuracy" in told
        assert "hardly tell a good model from a bad one" in told
        assert 'fewer than 10 training texts, so hardly learned: "neg"' in told
        assert '"none" (' in told
        assert "tf-idf + logistic regression" in told
    assert (folder / "runs/mine/plots/reliability.png").is_file()


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("prose", prose("\r\n"), ["--vocabulary-size=300"]),
        pytest.param("words", prose(), ["--tokenizer=word", "--vocabulary-size=20"], marks=pytest.mark.covering),
        ("one line", "to be or not " * 600, ["--vocabulary-size=270"]),
        pytest.param("names", "".join(f"{name}\n" for name in NAMES) * 40, ["--tokenizer=char"], marks=pytest.mark.covering),
        (
            "names, each a document",
            "".join(f"{name}{ending}\n" for name in NAMES for ending in ENDINGS),
            ["--tokenizer=char", "--documents=line"],
        ),
        pytest.param("dna", "".join(random.Random(0).choices("ACGT", k=3000)), ["--tokenizer=char"], marks=pytest.mark.covering),
        ("chinese", "".join(random.Random(0).choices("的一是在不了有和人这中大为上个国。", k=3000)), ["--tokenizer=char"]),
    ],
)
def test_texts_of_all_kinds_are_shown_and_exported(folder, capsys, caplog, name, text, options):
    (folder / "text.txt").write_bytes(text.encode())
    code, out, err = call(capsys, "train", "language_model", "--data", "text.txt", *LANGUAGE_MODEL, *options)
    assert code == 0, err
    assert (folder / "saved_models/mine/1/litert/model.tflite").is_file()
    assert "no predictions are shown" not in caplog.text
    prompts = [line.removeprefix("  > ") for line in out.splitlines() if line.startswith("  > ")]
    assert prompts
    known = {*text.split()}
    for prompt in prompts:  # whole words, or characters, of the text
        assert {*prompt.split()} <= known or prompt in text


def test_awd_lstm_as_in_the_docs_is_exported(folder, capsys):
    (folder / "text.txt").write_text(prose())
    options = ["--cell=lstm", "--num-layers=2", "--units=24", "--tokenizer=word", "--vocabulary-size=20", "--weight-drop=0.3"]
    options += ["--optimizer=asgd", "--learning-rate=10", "--schedule=constant", "--warmup-steps=0", "--global-clipnorm=0.25"]
    code, out, err = call(capsys, "train", "language_model", "--data", "text.txt", *LANGUAGE_MODEL, *options)
    assert code == 0, err
    assert "LiteRT float32" in out
