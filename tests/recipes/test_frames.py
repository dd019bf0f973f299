"""The recipe that tags frames, from the command line: train, evaluate, predict, export, on a tiny setting."""

import base64
import json

import numpy as np
import pytest
from PIL import Image

from tests.recipes.commands import assert_inspected, assert_refused, call, exact, verify_again
from tests.recipes.shapes import as_python_may_give, write_shape_sequences
from toolkit.cli import main

TINY = [
    *("--image-size=16", "--filters=4", "--frame-units=16", "--units=8", "--batch-size=8", "--epochs=10", "--dropout=0"),
    "--learning-rate=0.01",
]
TRAINED = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained; the commands run in it."""
    folder = tmp_path_factory.mktemp("frames")
    write_shape_sequences(folder / "clips", 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "frames", "--data", "clips/frames.tsv", "--run-dir", "runs/tiny", *TINY]) == 0
        yield folder


@TRAINED
def test_shapes_are_learned(folder):
    metrics = json.loads((folder / "runs/tiny/metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.8
    assert metrics["test"]["alone"] > 0.6
    assert metrics["test"]["frames"] == np.sum(metrics["test"]["confusion"])
    samples = json.loads((folder / "runs/tiny/samples.json").read_text())
    assert (folder / "runs/tiny/example/01.png").read_bytes() == base64.b64decode(samples[0][0])
    assert len([*(folder / "runs/tiny/example").iterdir()]) == len(samples[0])
    for name in ("frames.png", "accuracy_by_position.png", "confusion_matrix.png", "learning_curve.png"):
        with Image.open(folder / "runs/tiny/plots" / name) as picture:
            assert picture.width > 300


@TRAINED
def test_inspections_see_what_is_inside(folder, tmp_path, capsys):
    assert_inspected(capsys, tmp_path)


@TRAINED
def test_evaluate_repeats_the_result_reads_other_sequences_and_refuses_labels_that_are_not_known(folder, capsys):
    expected = json.loads((folder / "runs/tiny/metrics.json").read_text())["test"]
    assert json.loads(call(capsys, "evaluate", "runs/tiny", "--json")[1]) == expected
    assert json.loads(call(capsys, "evaluate", "runs/tiny", "--data", "clips", "--json")[1])["sequences"] == 100
    (folder / "wrong.csv").write_text("sequence,image,label\na,clips/0/0-0.png,x\n")
    assert_refused(
        capsys, 'wrong.csv: expected the labels of training, circle, square, found "x"', "evaluate", "runs/tiny", "--data", "wrong.csv"
    )
    (folder / "absent.csv").write_text("sequence,image,label\na,absent.png,circle\n")
    assert_refused(capsys, "absent.png: expected an image file, found none", "evaluate", "runs/tiny", "--data", "absent.csv")


@TRAINED
@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1/litert"])
def test_an_export_answers_as_the_run_does(folder, capsys, export):
    items = ["clips/0", "clips/1", "clips/2/2-0.png", "runs/tiny/example"]
    expected, received = (call(capsys, "predict", place, *items, "--json")[1].splitlines() for place in ("runs/tiny", export))
    assert len(expected) == len(items)
    for one, other in zip(map(json.loads, expected), map(json.loads, received), strict=True):
        assert (one["sequence"], one["labels"]) == (other["sequence"], other["labels"])
        np.testing.assert_allclose(one["scores"], other["scores"], atol=1e-4)  # single precision


@TRAINED
def test_sequences_come_as_folders_animations_lines_and_what_python_has(folder, capsys):
    import toolkit

    paths = sorted((folder / "clips/0").glob("*.png"))
    pictures = [Image.open(path).convert("RGB") for path in paths]
    pictures[0].save(folder / "clip.png", save_all=True, append_images=pictures[1:])
    (folder / "lines.txt").write_text("clips/0\nclip.png\n")
    outputs = [call(capsys, "predict", "runs/tiny", *words) for words in (["clips/0", "clip.png"], ["--input", "lines.txt"])]
    assert outputs[0][:2] == outputs[1][:2]
    [first, second] = outputs[0][1].splitlines()
    assert first == second
    assert len(first.split()) == len(paths)
    run, forms = toolkit.open("runs/tiny"), zip(*map(as_python_may_give, paths), strict=True)
    answers = run.predict([{"images": list(form)} for form in forms])
    assert {tuple(answer["labels"]) for answer in answers} == {tuple(first.split())}
    assert run(folder / "clips/0")["labels"] == first.split()
    assert run([folder / "clips/0"]).columns == ("sequence", "frame", "label", "score")
    for wrong in ({"image": paths[0]}, {"images": []}):
        with pytest.raises(toolkit.UserError, match=r"items\[0\]: expected the path of a folder of frames .* received"):
            run(wrong)


@TRAINED
@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("nowhere", "nowhere: expected an image file, found none"),
        ("runs", "runs: expected the frames of a sequence, .png, .jpg, .jpeg, .webp, .gif, found none"),
        ("clips/frames.tsv", "clips/frames.tsv: expected PNG, JPEG, WebP or GIF, found something else"),
    ],
)
def test_a_mistake_in_what_is_asked_is_one_line_and_code_2(folder, capsys, item, message):
    assert_refused(capsys, message, "predict", "runs/tiny", item)


@TRAINED
def test_an_export_is_verified_again_without_its_run(folder, capsys):
    agreements = exact(verify_again(capsys))
    assert [agreement["same"] for agreement in agreements] == [agreements[0]["compared"]] * 2


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "nowhere"], "nowhere: expected a table of frames, or a folder with a folder for each sequence, found none"),
        (["--image-size", "8"], "--image-size: expected at least 16, received 8"),
        (["--num-layers", "-1"], "--num-layers: expected at least 0, received -1"),
        (["--max-length", "1"], "--max-length: expected at least 2, received 1"),
        (["--sequences", "5"], "--sequences: expected at least 10, received 5"),
        (["--data", "test.tsv"], 'expected a column with the sequence, found "clip", "image", "label"; say which with --sequence-column'),
        (["--data", "test.tsv", "--sequence-column", "clip"], "a.png: expected an image file, found none; --images says where they are"),
        (["--data", "test.tsv", "--sequence-column", "clip", "--images", "nowhere"], "nowhere: expected a folder of images, found none"),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test.tsv").write_text("clip\timage\tlabel\n1\ta.png\tx\n")
    assert_refused(capsys, message, "train", "frames", *argv)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "test.tsv"]
