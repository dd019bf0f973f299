"""The recipe that writes captions, from the command line: train, evaluate, predict, export, on a tiny setting."""

import base64
import json

import numpy as np
import pytest
from PIL import Image

from tests.recipes.commands import assert_inspected, assert_refused, call, verify_again
from tests.recipes.shapes import as_python_may_give, write_captioned_shapes
from toolkit.cli import main

TINY = [
    *("--image-size=16", "--filters=8", "--units=16", "--embedding-dim=8", "--batch-size=8", "--epochs=15", "--learning-rate=0.005"),
    *("--max-length=8", "--beam-width=2"),
]
TRAINED = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained; the commands run in it."""
    folder = tmp_path_factory.mktemp("captions")
    (folder / "images").mkdir()
    write_captioned_shapes(folder / "images/train", 300)
    write_captioned_shapes(folder / "images/test", 30, seed=1)
    data = ["--data", "train=images/train/captions.tsv,test=images/test/captions.tsv"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "captioning", *data, "--run-dir", "runs/tiny", *TINY]) == 0
        assert main(["export", "runs/tiny", "--name", "tiny"]) == 0
        yield folder


@TRAINED
def test_colours_and_shapes_are_described(folder):
    metrics = json.loads((folder / "runs/tiny/metrics.json").read_text())
    assert metrics["test"]["exact_match"] > 0.6
    assert metrics["test"]["bleu"][0] > 85
    assert metrics["test"]["different"] >= 5  # of three colours and two shapes
    assert metrics["history"][-1]["val_cider"] > 10 * metrics["test"]["exact_match"]
    samples = json.loads((folder / "runs/tiny/samples.json").read_text())
    assert (folder / "runs/tiny/example.png").read_bytes() == base64.b64decode(samples[0])
    for name in ("captions.png", "worst_captions.png", "learning_curve.png"):
        with Image.open(folder / "runs/tiny/plots" / name) as picture:
            assert picture.width > 300


@TRAINED
def test_inspections_see_what_is_inside(folder, tmp_path, capsys):
    assert_inspected(capsys, tmp_path)


@TRAINED
def test_evaluate_repeats_the_result_of_the_training(folder, capsys):
    expected = json.loads((folder / "runs/tiny/metrics.json").read_text())["test"]
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json")
    assert json.loads(out) == expected
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "images/test/captions.tsv", "--json")
    assert json.loads(out) == {**expected, "unseen_images": None, "unseen_exact_match": None, "copied": None}


@TRAINED
@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1", "saved_models/tiny/1/litert"])
def test_an_export_writes_what_the_run_does(folder, capsys, export):
    images = [str(folder / f"images/test/1-{number}.png") for number in range(3)]
    expected, received = (call(capsys, "predict", place, *images, "--json")[1].splitlines() for place in ("runs/tiny", export))
    assert len(expected) == len(images)
    for one, other in zip(map(json.loads, expected), map(json.loads, received), strict=True):
        assert (one["image"], one["caption"], one["words"]) == (other["image"], other["caption"], other["words"])
        np.testing.assert_allclose(one["attention"], other["attention"], atol=2e-2)  # a resize in the graph is another one, by a few shades
        assert one["score"] == pytest.approx(other["score"], abs=2e-2)


@TRAINED
def test_images_come_as_words_and_lines_and_are_drawn(folder, capsys):
    (folder / "lines.txt").write_text("images/test/1-0.png\nimages/test/1-1.png\n")
    code, out, _ = call(capsys, "predict", "runs/tiny", "images/test/1-0.png", "images/test/1-1.png", "--pictures", "looked")
    assert code == 0
    assert len(out.splitlines()) == 2
    assert call(capsys, "predict", "runs/tiny", "--input", "lines.txt")[1] == out
    assert sorted(path.name for path in (folder / "looked").iterdir()) == ["1-1-0.png", "2-1-1.png"]
    _, out, _ = call(capsys, "predict", "runs/tiny", "--input", "lines.txt", "--greedy", "--format", "csv")
    assert out.splitlines()[0] == '"image","caption","score"'


@TRAINED
def test_python_takes_paths_bytes_arrays_and_pictures(folder):
    import toolkit

    run, path = toolkit.open("runs/tiny"), folder / "images/test/1-0.png"
    images = as_python_may_give(path)
    answers = run.predict(images)
    assert len({(answer["caption"], answer["score"]) for answer in answers}) == 1
    assert run(path)["caption"] == run(str(path))["caption"] == answers[0]["caption"]
    with pytest.raises(toolkit.UserError, match="put it into a list"):
        run(images[3])


@TRAINED
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["nowhere.png"], "nowhere.png: expected an image file, found none"),
        (["images/test/captions.tsv"], "expected PNG, JPEG, WebP or GIF, found something else"),
        (
            ["images/test/1-0.png", "--greedy", "--beam-width", "3"],
            "--beam-width: expected a beam search with it, received --greedy search",
        ),
    ],
)
def test_a_mistake_in_what_is_asked_is_one_line_and_code_2(folder, capsys, argv, message):
    assert_refused(capsys, message, "predict", "runs/tiny", *argv)


@TRAINED
def test_an_export_is_verified_again_without_its_run(folder, capsys):
    verify_again(capsys)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "nowhere.tsv"], "nowhere.tsv: expected a file of images and captions, found none"),
        (["--image-size", "8"], "--image-size: expected at least 16, received 8"),
        (["--beam-width", "0"], "--beam-width: expected at least 1, received 0"),
        (["--doubly-stochastic", "-1"], "--doubly-stochastic: expected a finite number of at least 0, received -1"),
        (["--attention", "none", "--doubly-stochastic", "1"], "--doubly-stochastic: expected 0 with attention none, received 1"),
        (["--data", "test.tsv", "--images", "nowhere"], "--images: nowhere: expected a folder of images, found none"),
        (["--data", "test.tsv", "--caption-column", "said"], 'expected a column "said", found "image", "caption"'),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test.tsv").write_text("image\tcaption\na.png\ta dog\n")
    assert_refused(capsys, message, "train", "captioning", *argv)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "test.tsv"]
