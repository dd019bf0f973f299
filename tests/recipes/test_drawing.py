"""The recipe that draws, from the command line: train, evaluate, predict, export, on a tiny setting."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.recipes.commands import assert_inspected, assert_refused, call, exact, verify_again
from tests.recipes.shapes import as_python_may_give, draw_shapes
from toolkit.cli import main

TINY = ["--glimpses=3", "--units=24", "--latent-dim=4", "--image-size=12", "--steps=60", "--learning-rate=0.01", "--batch-size=16"]
TRAINED = pytest.mark.slow
OPTIONS = ["--seed", "3"]


def write_halves(folder, number):
    """Writes images of which one half is white, each pixel of them as often as not."""
    folder.mkdir()
    for place in range(number):
        pixels = np.zeros((12, 12), np.uint8)
        pixels[:6] = 255
        Image.fromarray(np.ascontiguousarray(np.rot90(pixels, place % 4))).save(folder / f"{place}.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained on a folder of images without labels; the commands run in it."""
    folder = tmp_path_factory.mktemp("drawing")
    [*draw_shapes(folder / "shapes", 6, 0)]
    write_halves(folder / "halves", 80)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "drawing", "--run-dir", "runs/tiny", "--data", "halves", *TINY]) == 0
        yield folder


@TRAINED
def test_more_is_learned_than_how_often_pixels_are_white(folder):
    metrics = json.loads((folder / "runs/tiny/metrics.json").read_text())
    test = metrics["test"]
    assert test["bound"] < 0.8 * 144 * np.log(2)  # what images cost of which only that is known
    assert test["kl"] > 0.1
    assert test["bound"] == pytest.approx(test["reconstruction"] + test["kl"])
    assert test["kl"] == pytest.approx(sum(test["kl_per_step"]))
    assert test["bits_per_dimension"] == pytest.approx(test["bound"] / 144 / np.log(2))
    assert len(test["kl_per_step"]) == 3
    for name in ("reconstructions.png", "samples.png", "steps.png", "learning_curve.png", "drawing.gif"):
        with Image.open(folder / "runs/tiny/plots" / name) as picture:
            assert picture.width > 100
            assert getattr(picture, "n_frames", 1) == (4 if name.endswith(".gif") else 1)


@TRAINED
def test_inspections_see_what_is_inside(folder, tmp_path, capsys):
    assert_inspected(capsys, tmp_path)


@TRAINED
def test_evaluate_repeats_the_result_of_the_training_and_reads_other_images(folder, capsys):
    expected = json.loads((folder / "runs/tiny/metrics.json").read_text())["test"]
    assert json.loads(call(capsys, "evaluate", "runs/tiny", "--json")[1]) == expected
    [*draw_shapes(folder / "others", 7, 1)]
    drawn, grey = (
        json.loads(call(capsys, "evaluate", "runs/tiny", "--data", "others", "--json", *more)[1]) for more in ([], ["--binarize", "false"])
    )
    assert drawn["images"] == grey["images"] == 7
    assert drawn["bound"] != grey["bound"]


@TRAINED
@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1/litert"])
def test_an_export_draws_what_the_run_does(folder, capsys, export):
    for asked in (["halves/0.png", "halves/1.png"], ["--number", "3", "--temperature", "0.7"]):
        expected, received = (
            [*map(json.loads, call(capsys, "predict", place, *asked, *OPTIONS, "--json")[1].splitlines())]
            for place in ("runs/tiny", export)
        )
        assert [each["image"] for each in expected] == [each["image"] for each in received]
        for one, other in zip(expected, received, strict=True):
            assert np.abs(np.subtract(one["pixels"], other["pixels"])).max() <= 1
            assert one["bound"] == pytest.approx(other["bound"], abs=1e-3)


@TRAINED
def test_drawings_are_files_and_depend_on_the_seed_alone(folder, capsys):
    outputs = [
        call(capsys, "predict", "runs/tiny", "--number", "3", "--output-dir", place, "--batch-size", size, "--seed", seed)[1].splitlines()
        for place, size, seed in (("one", "64", "1"), ("two", "2", "1"), ("three", "64", "2"))
    ]
    assert outputs[0] == [f"one/{number}-drawing.png" for number in (1, 2, 3)]
    files = [[(folder / path).read_bytes() for path in paths] for paths in outputs]
    assert files[0] == files[1] != files[2]
    with Image.open(folder / outputs[0][0]) as picture:
        assert (picture.size, picture.mode) == ((12, 12), "L")
    with Image.open(folder / "one/1-drawing.gif") as picture:
        assert picture.n_frames > 1
    assert "shapes" not in call(capsys, "predict", "runs/tiny", "shapes/0-0.png")[1]  # characters


@TRAINED
def test_python_takes_what_stands_for_an_image_and_none_for_a_new_one(folder):
    import toolkit

    run = toolkit.open("runs/tiny")
    for place, item in enumerate(as_python_may_give(folder / "shapes/0-2.png")):
        answer = run([{"image": item} if place > 2 else item])[0]
        assert answer["pixels"] == run(["shapes/0-2.png"])[0]["pixels"]
    stretched = run({"image": Image.new("RGB", (30, 7), "white")})["pixels"]
    assert (len(stretched), len(stretched[0])) == (12, 12)
    new = run.predict(number=2, seed=5)
    assert new == run([None, None], seed=5)
    assert new[0] == run(None, seed=5)
    assert new[0]["bound"] is None
    mixed = run([None, "shapes/0-2.png"], seed=5)
    assert mixed[0] == new[0]
    assert mixed[1]["bound"] == pytest.approx(mixed[1]["reconstruction"] + sum(mixed[1]["kl"]), abs=1e-2)
    still = run([None, None], temperature=0)
    assert still[0]["pixels"] == still[1]["pixels"]


@TRAINED
@pytest.mark.covering
def test_an_export_is_verified_again_without_its_run(folder, capsys):
    report = verify_again(capsys)
    assert all(agreement["same"] + agreement["ties"] == agreement["compared"] for agreement in exact(report))
    assert {*report["compiled"]} == {"draw_1", "reconstruct_1"}


@TRAINED
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--number", "0"], "--number: expected an integer of at least 1, received 0"),
        (["--number", "2", "shapes/0-0.png"], "--number: expected no images with it, which draws new ones, received both"),
        (["--number", "2", "--temperature", "-1"], "--temperature: expected a finite number of at least 0, received -1.0"),
        (["--number", "2", "--seed", "-1"], "--seed: expected an integer of at least 0, received -1"),
        (["shapes/nothing.png"], "shapes/nothing.png: expected an image file, found none"),
        (["--number", "1", "--output-dir", "shapes/0-0.png"], "shapes/0-0.png/1-drawing.png: cannot be written"),
    ],
)
def test_a_mistake_in_what_is_asked_is_one_line(folder, capsys, argv, message):
    assert_refused(capsys, message, "predict", "runs/tiny", *argv)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "./nowhere"], "nowhere: expected a folder of images, IDX files or a table, found none"),
        (["--data", "empty"], "empty: expected .png, .jpg, .jpeg, .webp, .gif in it or in its folders, found none"),
        (["--data", "one"], "one: the images are too few to take a validation split out of them; give more, or a folder per split"),
        (["--data", "table.csv"], 'table.csv: expected a column with the image, found "1", "2"; say which with --image-column'),
        (["--data", "table.csv", "--image-column", "picture"], "a.png: expected an image file, found none"),
        (["--image-size", "1"], "--image-size: expected at least 2, received 1"),
        (["--glimpses", "0"], "--glimpses: expected at least 1, received 0"),
        (["--read-size", "1"], "--read-size: expected at least 2, received 1"),
        (["--write-size", "29"], "--write-size: expected at most 28, the side of the images, received 29"),
        (["--monitor", "accuracy"], "--monitor: expected one of loss, reconstruction, kl, received 'accuracy'"),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").mkdir()
    Image.new("RGBA", (30, 7)).save(tmp_path / "one/single.png")
    (tmp_path / "table.csv").write_text("picture,kind\na.png,x\n")
    before = sorted(tmp_path.rglob("*"))
    assert_refused(capsys, message, "train", "drawing", *argv)
    assert sorted(tmp_path.rglob("*")) == before
