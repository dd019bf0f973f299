"""Training from Python, in the folders and with the answers of the command line."""

import json
import os
import signal

import keras
import numpy as np
import pandas
import pytest

import toolkit
from tests.recipes.reviews import write_reviews
from tests.recipes.sentences import pairs, write_sentences
from tests.recipes.shapes import write_captioned_shapes, write_shape_sequences, write_shapes
from tests.recipes.test_tagging import write_chunks
from toolkit.cli import main
from toolkit.json_text import to_json
from toolkit.training.progress import Progress

SENTIMENT = {
    **{"vocabulary_size": 400, "max_length": 64, "embedding_dim": 16, "units": 8, "tokens_per_batch": 1024, "epochs": 3},
    **{"learning_rate": 0.03, "embedding_dropout": 0.1},
}
TINY = {
    "sentiment": {"data": "reviews.csv", **SENTIMENT},
    "translation": {
        **{"data": "pairs", "source": "en", "target": "fr", "vocabulary_size": 330, "max_length": 30, "embedding_dim": 16, "units": 16},
        **{"encoder_layers": 1, "decoder_layers": 1, "epochs": 2, "batch_size": 32, "learning_rate": 0.02, "beam_width": 3},
    },
    "language_model": {
        **{"data": "text.txt", "tokenizer": "char", "embedding_dim": 16, "units": 16, "num_layers": 1, "batch_size": 8, "window": 16},
        **{"epochs": 1, "learning_rate": 0.02, "tokens_per_epoch": None, "validation_tokens": None},
    },
    "tagging": {
        **{"data": "train=train.txt,test=test.txt", "embedding_dim": 16, "units": 8, "character_dim": 8, "character_units": 8},
        **{"word_length": 8, "batch_size": 8, "epochs": 1, "learning_rate": 0.03, "max_length": 16},
    },
    "captioning": {
        **{"data": "captioned/captions.tsv", "image_size": 16, "filters": 4, "embedding_dim": 8, "units": 8, "batch_size": 8, "epochs": 1},
    },
    "visual_question_answering": {
        **{"data": "shapes/table.tsv", "image_size": 16, "filters": 4, "embedding_dim": 8, "units": 8, "batch_size": 8, "epochs": 1},
    },
    "frames": {
        **{"data": "sequences/frames.tsv", "image_size": 16, "filters": 2, "frame_units": 8, "units": 8, "batch_size": 8, "epochs": 1},
    },
    "glimpses": {"data": "shapes/labels.tsv", "image_size": 16, "glimpse_units": 8, "units": 8, "batch_size": 8, "epochs": 1},
    "drawing": {"data": "shapes", "image_size": 12, "glimpses": 2, "units": 8, "latent_dim": 3, "batch_size": 8, "epochs": 1},
}
TEXTS = {
    "sentiment": ["a superb film", "", "awful, and dull"],
    "translation": ["a red dog sleeps", "", "my sad cat sings"],
    "language_model": ["a red", "", "my"],
    "tagging": ["the old cat", "", "likes the river ."],
    "captioning": [f"captioned/0-{number}.png" for number in range(3)],
    "visual_question_answering": [{"image": "shapes/0-0.png", "question": text} for text in ("what color is it?", "is it?", "caf\u00e9")],
    "frames": ["sequences/0", "sequences/1", "sequences/2/2-0.png"],
    "glimpses": ["shapes/0-0.png", "shapes/0-1.png", "shapes/0-2.png"],
    "drawing": ["runs/drawing/example.png"] * 3,  # in black and white, of its size: a graph rounds no shades of grey
}
OPTIONS = {"language_model": {"temperature": 0, "max_tokens": 9}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of data; all runs in it."""
    folder = tmp_path_factory.mktemp("python")
    write_reviews(folder / "reviews.csv")
    (folder / "pairs").mkdir()
    write_sentences(folder / "pairs")
    (folder / "text.txt").write_text("\n".join(source for source, _ in pairs()) + "\n", "utf-8")
    write_chunks(folder / "train.txt")
    write_chunks(folder / "test.txt", 30)
    write_shapes(folder / "shapes")
    write_captioned_shapes(folder / "captioned")
    write_shape_sequences(folder / "sequences")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def runs(folder):
    """A run of each recipe that the test has asked for."""
    made = {}

    def run(name):
        if name not in made:
            made[name] = toolkit.train(name, run_dir=f"runs/{name}", **TINY[name])
        return made[name]

    return run


@pytest.fixture(scope="module")
def exported(runs):
    """The report of an export of each run that the test has asked for; they are in `exports`."""
    made = {}

    def export(name):
        if name not in made:
            made[name] = runs(name).export(name, directory="exports")
        return made[name]

    return export


@pytest.mark.parametrize(
    ("recipe", "settings", "message"),
    [
        ("sentimen", {}, '"sentimen" is no recipe; did you mean sentiment?'),
        (5, {}, "recipe: expected the name of a recipe, or a recipe, received 5"),
        ("sentiment", {"epoch": 3}, "unknown setting epoch; did you mean epochs?"),
        ("sentiment", {"epochs": "three"}, "epochs: expected a whole number, received 'three'"),
        ("sentiment", {"epochs": True}, "epochs: expected a whole number, received True"),
        ("sentiment", {"units": None}, "units: expected a whole number, received None"),
        ("sentiment", {"epochs": 0}, "epochs: expected at least 1, received 0"),
        ("sentiment", {"learning_rate": float("nan")}, "learning_rate: expected a finite number, received 'nan'"),
        ("sentiment", {"data": 5}, "data: expected a text, received 5"),
        ("sentiment", {"pooling": "maxx"}, "did you mean max?"),
        ("sentiment", {"preset": "quik"}, "preset: expected one of quick, full, received 'quik'; did you mean quick?"),
        ("sentiment", {"run_dir": 5}, "run_dir: expected a text, received 5"),
        ("sentiment", {"continue_from": "nowhere"}, "`continue_from`: nowhere: expected the folder of a training run"),
    ],
)
def test_a_setting_is_refused_with_the_sentence_of_the_command_line(recipe, settings, message):
    with pytest.raises(toolkit.UserError) as error:
        toolkit.train(recipe, **settings)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


# Their recipes' own tests do nearly the same.
OTHERS = {"language_model", "tagging", "captioning", "visual_question_answering", "frames", "glimpses", "drawing"}


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.covering if name in OTHERS else ()) for name in TINY])
def test_from_data_to_an_export_that_answers_the_same(folder, runs, exported, name, capfd):
    run, texts, options = runs(name), TEXTS[name], OPTIONS.get(name, {})
    answers = run.predict(texts, **options)
    assert len(answers) == len(texts)
    assert_same(run(texts, batch_size=1, **options), answers)
    assert run(texts[0], **options) == run([texts[0]], **options)[0]
    words = [word for option, value in options.items() for word in (f"--{option}", str(value))]
    capfd.readouterr()
    assert main(["predict", f"runs/{name}", *words_of(texts), *words, "--json"]) == 0
    assert [json.loads(line) for line in capfd.readouterr().out.splitlines()] == answers.to_dicts()
    assert json.loads(to_json(run.evaluate().as_dict())) == run.metrics["test"]
    capfd.readouterr()
    report = exported(name)
    assert [*filter(None, capfd.readouterr())] == []  # no library has said a word
    assert "exports" in report.path
    assert "<pre>" in report._repr_html_()
    for path in (f"exports/{name}", f"{report.path}/litert"):
        assert_same(toolkit.open(path)(texts, **options), answers)
    assert toolkit.open(f"runs/{name}")(texts, **options) == answers
    assert len({*run.model.get_config()}) > 1


def words_of(texts):
    """Returns items as a command line has them."""
    if isinstance(texts[0], dict):
        return [*(each["question"] for each in texts), "--image", texts[0]["image"]]
    return texts


def assert_same(answers, others):
    """Asserts that answers are equal up to the rounding of sums: other batches and other libraries add in another order."""
    ours, theirs = [*leaves(answers)], [*leaves(others)]
    numbers = [place for place, leaf in enumerate(theirs) if isinstance(leaf, float)]
    np.testing.assert_allclose([ours[place] for place in numbers], [theirs[place] for place in numbers], rtol=0, atol=1e-3)
    assert [leaf for leaf in ours if not isinstance(leaf, float)] == [leaf for leaf in theirs if not isinstance(leaf, float)]


def leaves(value):
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield value


@pytest.mark.slow
def test_the_command_exports_the_next_version(folder, runs, exported, capsys):
    exported("sentiment")
    versions = [int(path.name) for path in (folder / "exports" / "sentiment").iterdir()]
    capsys.readouterr()
    assert main(["export", "runs/sentiment", "--export-dir", "exports", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["path"].rpartition("/")[2] == str(max(versions) + 1)
    exact = {
        name: artefact["agreement"] for artefact in report["artefacts"] if (name := artefact["name"]) in ("SavedModel", "LiteRT float32")
    }
    assert len(exact) == 2
    assert max(agreement["difference"] for agreement in exact.values()) < 1e-4
    assert exact["SavedModel"]["quality"] == report["quality"]  # the accuracy on the held-out texts of the run


@pytest.mark.slow
def test_an_export_of_a_tagger_is_verified_again_without_its_run(exported, capsys):
    exported("tagging")
    capsys.readouterr()
    assert main(["export", "--verify", "exports/tagging", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    exact = [each["agreement"] for each in report["artefacts"] if each["name"] in ("SavedModel", "LiteRT float32")]
    assert [agreement["same"] for agreement in exact] == [exact[0]["compared"]] * 2
    assert all(each["agreement"] for each in report["artefacts"])
    assert report["not_compiled"] == {}


@pytest.mark.slow
def test_an_interrupted_training_goes_on_to_the_same_result(folder, runs, monkeypatch):
    keras.config.set_floatx("float64")
    before = signal.getsignal(signal.SIGINT)
    whole = runs("sentiment")
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "on_epoch_end", lambda *_: os.kill(os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt, match="goes on from it"):
            toolkit.train("sentiment", run_dir="runs/interrupted", **TINY["sentiment"])
    assert keras.config.floatx() == "float64"
    keras.config.set_floatx("float32")
    assert signal.getsignal(signal.SIGINT) is before
    assert not (folder / "runs/interrupted/in_use").exists()
    resumed = toolkit.open("runs/interrupted")
    assert "not finished" in repr(resumed)
    with pytest.raises(toolkit.UserError, match="not finished"):
        resumed(["text"])
    resumed = toolkit.train("sentiment", run_dir="runs/interrupted", **TINY["sentiment"])
    assert resumed.metrics["test"] == whole.metrics["test"]
    for one, other in zip(resumed.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_a_finished_run_is_returned_at_once_and_is_not_another_one(runs, capsys):
    run = runs("sentiment")
    again = toolkit.train("sentiment", run_dir=run.path, **TINY["sentiment"])
    assert again.metrics == run.metrics
    assert "this training is finished" in capsys.readouterr().out
    with pytest.raises(toolkit.UserError, match="other settings \\(epochs 3 → 4\\)"):
        toolkit.train("sentiment", run_dir=run.path, **TINY["sentiment"] | {"epochs": 4})
    further = toolkit.train("sentiment", continue_from=run.path, epochs=1)
    assert further.path.name == "sentiment-continued"
    assert further.settings.units == 8


@pytest.mark.slow
def test_a_run_shows_itself(runs):
    run = runs("sentiment")
    assert "sentiment" in repr(run)
    assert "accuracy" in repr(run)
    assert run._repr_html_().count("data:image/png;base64,") == len([*(run.path / "plots").glob("*.png")]) > 0
    assert "accuracy" in run.evaluate()._repr_html_()
    (run.path.parent / "other.csv").write_text("text,label\na superb great film,pos\nawful dull awful,neg\n")
    assert run.evaluate(run.path.parent / "other.csv").examples == 2
    with pytest.raises(toolkit.UserError, match=r"unknown option text_colum; did you mean text_column\?"):
        run.evaluate(text_colum="x")
    with pytest.raises(toolkit.UserError, match="name: expected the name of a folder"):
        run.export("a/b")


@pytest.mark.slow
@pytest.mark.parametrize("items", [tuple, np.array, pandas.Series, iter])
def test_items_come_in_any_form(runs, items):
    run, texts = runs("sentiment"), TEXTS["sentiment"]
    assert run(items(texts)) == run(texts)
