"""The recipe that looks at images, from the command line: train, evaluate, predict, export, on a tiny setting."""

import base64
import json

import numpy as np
import pytest
from PIL import Image

from tests.recipes.commands import assert_inspected, assert_refused, call, exact, verify_again
from toolkit.cli import main

TINY = ["--glimpse-units=32", "--units=48", "--steps=260", "--learning-rate=0.004", "--glimpses=3", "--train-shift=0", "--train-scale=0"]
TRAINED = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained on digits; the commands run in it."""
    folder = tmp_path_factory.mktemp("glimpses")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "glimpses", "--run-dir", "runs/tiny", *TINY]) == 0
        yield folder


@pytest.fixture(scope="module")
def files(folder):
    """The held-out images that the run keeps, as files, in one of each mode."""
    samples = json.loads((folder / "runs/tiny/samples.json").read_text())
    names = []
    for place, sample in enumerate(samples[:6]):
        (folder / f"{place}.png").write_bytes(base64.b64decode(sample))
        with Image.open(folder / f"{place}.png") as picture:
            picture.convert(("L", "RGB", "RGBA", "P", "1", "LA")[place]).save(folder / f"{place}.png")
        names.append(f"{place}.png")
    return names


@TRAINED
def test_digits_are_learned(folder):
    metrics = json.loads((folder / "runs/tiny/metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.6
    assert metrics["test"]["images"] == np.sum(metrics["test"]["confusion"])
    samples = json.loads((folder / "runs/tiny/samples.json").read_text())
    assert len(samples) == 100
    assert (folder / "runs/tiny/example.png").read_bytes() == base64.b64decode(samples[0])
    tested = json.loads((folder / "runs/tiny/report.json").read_text("utf-8"))["tested"]
    assert tested["scores"][0]["value"] == pytest.approx(metrics["test"]["accuracy"])
    for name in ("glimpses.png", "confusion_matrix.png", "learning_curve.png"):
        with Image.open(folder / "runs/tiny/plots" / name) as picture:
            assert picture.width > 300


@TRAINED
def test_inspections_see_what_is_inside(folder, tmp_path, capsys):
    assert_inspected(capsys, tmp_path)


@TRAINED
def test_evaluate_repeats_the_result_of_the_training_and_measures_harder_images(folder, capsys):
    expected = json.loads((folder / "runs/tiny/metrics.json").read_text())["test"]
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json")
    assert json.loads(out) == expected
    for harder in (["--shift", "8"], ["--scale", "60"], ["--clutter", "4"]):
        _, out, _ = call(capsys, "evaluate", "runs/tiny", "--json", *harder)
        assert json.loads(out)["accuracy"] < expected["accuracy"]


@TRAINED
def test_evaluate_reads_other_images_and_refuses_labels_that_are_not_known(folder, files, capsys):
    labels = [each[0] for each in json.loads((folder / "runs/tiny/references.json").read_text())[:6]]
    rows = [f"{file},{label}" for file, label in zip(files, labels, strict=True)]
    (folder / "some.csv").write_text("\n".join(["image,label", *rows]) + "\n")
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "some.csv", "--json")
    assert json.loads(out)["images"] == 6
    assert call(capsys, "evaluate", "runs/tiny", "--shift", "-1")[2] == "toolkit: error: --shift: expected at least 0, received -1\n"
    (folder / "wrong.csv").write_text(f"image,label\n{files[0]},x\n")
    code, _, err = call(capsys, "evaluate", "runs/tiny", "--data", "wrong.csv")
    assert code == 2
    assert 'wrong.csv: expected the labels of training, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, found "x"' in err


@TRAINED
@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1/litert"])
def test_an_export_answers_as_the_run_does(folder, files, capsys, export):
    expected, received = (call(capsys, "predict", place, *files, "--json")[1].splitlines() for place in ("runs/tiny", export))
    assert len(expected) == len(files)
    for one, other in zip(map(json.loads, expected), map(json.loads, received), strict=True):
        assert (one["image"], one["label"]) == (other["image"], other["label"])
        assert one["score"] == pytest.approx(other["score"], abs=1e-4)  # single precision
        np.testing.assert_allclose(one["glimpses"], other["glimpses"], atol=1e-3)


@TRAINED
def test_images_come_as_words_and_lines_and_python_takes_what_stands_for_one(folder, files, capsys):
    import toolkit

    (folder / "files.txt").write_text("".join(f"{file}\n" for file in files))
    outputs = [call(capsys, "predict", "runs/tiny", *words) for words in (files, ["--input", "files.txt"])]
    assert outputs[0][:2] == outputs[1][:2]
    assert len(outputs[0][1].splitlines()) == len(files)
    run, path = toolkit.open("runs/tiny"), folder / files[1]
    with Image.open(path) as picture:
        pixels = picture.convert("RGB")
    answers = run.predict([str(path), path, path.read_bytes(), {"image": np.asarray(pixels)}, {"image": pixels}])
    assert len({(answer["label"], answer["score"]) for answer in answers}) == 1
    assert run(path)["label"] == answers[0]["label"]
    with pytest.raises(toolkit.UserError, match='expected a dict with "image", received'):
        run([{"picture": path}])


@TRAINED
def test_several_objects_are_named_in_a_row(folder, capsys):
    small = ["--glimpse-units=8", "--units=8", "--steps=8", "--glimpses=2", "--objects=2", "--canvas=60", "--clutter=1", "--colors", "true"]
    assert call(capsys, "train", "glimpses", "--run-dir", "runs/two", *small)[0] == 0
    metrics = json.loads((folder / "runs/two/metrics.json").read_text())
    assert np.sum(metrics["test"]["confusion"]) == 2 * metrics["test"]["images"]
    _, out, _ = call(capsys, "predict", "saved_models/two", "runs/two/example.png", "--json")
    answer = json.loads(out)
    assert len(answer["label"].split()) == len(answer["objects"]) == 2
    assert len(answer["glimpses"]) == 4


@TRAINED
def test_an_export_is_verified_again_without_its_run(folder, capsys):
    agreements = exact(verify_again(capsys))
    assert [agreement["same"] for agreement in agreements] == [agreements[0]["compared"]] * 2


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "./nowhere"], "nowhere: expected a folder of images, IDX files or a table, found none"),
        (["--data", "nowhere"], '--data: expected a file, a folder or a TFDS set (NAME, NAME/CONFIG or NAME:1.0.0), received "nowhere"'),
        (["--image-size", "4"], "--image-size: expected at least 8, received 4"),
        (["--glimpses", "0"], "--glimpses: expected at least 1, received 0"),
        (["--canvas", "20"], "--canvas: expected at least 28, received 20"),
        (["--objects", "2", "--canvas", "40"], "--canvas: expected at least 56, received 40"),
        (["--scale", "95"], "--scale: expected at most 90, received 95"),
        (["--clutter-size", "30"], "--clutter-size: expected at most 28, the side of the images, received 30"),
        (["--glimpse-size", "30"], "--glimpse-size: expected at most 28, the side of the images, received 30"),
        (["--location-deviation", "0"], "--location-deviation: expected a positive"),
        (["--data", "test.tsv"], 'test.tsv: expected a column with the label, found "image", "kind"; say which with --label-column'),
        (["--data", "test.tsv", "--label-column", "kind"], "a.png: expected an image file, found none"),
        (["--data", "test.tsv", "--images", "nowhere"], "--images: nowhere: expected a folder of images, found none"),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test.tsv").write_text("image\tkind\na.png\tx\n")
    assert_refused(capsys, message, "train", "glimpses", *argv)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "test.tsv"]
