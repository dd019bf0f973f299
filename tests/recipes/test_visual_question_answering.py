"""The recipe that answers questions about images, from the command line: train, evaluate, predict, export, on a tiny setting."""

import base64
import json

import pytest
from PIL import Image

from tests.recipes.commands import assert_inspected, assert_refused, call, exact, verify_again
from tests.recipes.shapes import as_python_may_give, write_shapes
from toolkit.cli import main

TINY = [
    *("--image-size=16", "--filters=8", "--units=16", "--embedding-dim=8", "--batch-size=8", "--epochs=12", "--questions-at-once=2"),
    "--learning-rate=0.003",
]
QUESTIONS = ["What color is it?", "what shape is it", "is it red?", "is it, perhaps, caf\u00e9?"]
TRAINED = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the recipe was trained; the commands run in it."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "images").mkdir()
    write_shapes(folder / "images/train", 300)
    write_shapes(folder / "images/test", 30, seed=1)
    data = ["--data", "train=images/train/table.tsv,test=images/test/table.tsv"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["train", "visual_question_answering", *data, "--run-dir", "runs/tiny", *TINY]) == 0
        yield folder


@TRAINED
def test_colours_and_shapes_are_learned(folder):
    metrics = json.loads((folder / "runs/tiny/metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.85
    assert metrics["test"]["question_alone"] < 0.65
    assert metrics["test"]["unseen_questions"] == 0
    samples = json.loads((folder / "runs/tiny/samples.json").read_text())
    assert len(samples) == 90
    assert (folder / "runs/tiny/example.png").read_bytes() == base64.b64decode(samples[0]["image"])
    for name in ("attention.png", "learning_curve.png"):
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
    _, out, _ = call(capsys, "evaluate", "runs/tiny", "--data", "images/test/table.tsv", "--json")
    assert json.loads(out)["accuracy"] == expected["accuracy"]


@TRAINED
@pytest.mark.parametrize("export", ["saved_models/tiny", "saved_models/tiny/1", "saved_models/tiny/1/litert"])
def test_an_export_answers_as_the_run_does(folder, capsys, export):
    image = str(folder / "runs/tiny/example.png")
    expected, received = (
        call(capsys, "predict", place, *QUESTIONS, "--image", image, "--json")[1].splitlines() for place in ("runs/tiny", export)
    )
    assert len(expected) == len(QUESTIONS)
    for one, other in zip(map(json.loads, expected), map(json.loads, received), strict=True):
        assert (one["question"], one["answer"]) == (other["question"], other["answer"])
        assert one["score"] == pytest.approx(other["score"], abs=1e-4)  # single precision


@TRAINED
def test_questions_come_as_words_options_lines_and_tables(folder, capsys):
    image = "images/test/1-0.png"
    (folder / "lines.txt").write_text("is it red?\nwhat shape is it?\n")
    (folder / "asked.csv").write_text(f"image,question\n{image},is it red?\n{image},what shape is it?\n")
    asked = ["is it red?", "what shape is it?"]
    outputs = [
        call(capsys, "predict", "runs/tiny", *asked, "--image", image),
        call(capsys, "predict", "runs/tiny", "--question", asked[0], "--question", asked[1], "--image", image),
        call(capsys, "predict", "runs/tiny", "--input", "lines.txt", "--image", image),
        call(capsys, "predict", "runs/tiny", "--input", "asked.csv"),
    ]
    assert [code for code, _, _ in outputs] == [0] * 4
    assert len({out for _, out, _ in outputs}) == 1
    assert len(outputs[0][1].splitlines()) == 2
    _, out, _ = call(capsys, "predict", "runs/tiny", "--input", "asked.csv", "--format", "csv")
    assert out.splitlines()[0] == '"image","question","answer","score"'


@TRAINED
def test_python_takes_paths_bytes_arrays_and_pictures(folder):
    import toolkit

    run, path = toolkit.open("runs/tiny"), folder / "images/test/1-0.png"
    images = as_python_may_give(path)
    answers = run.predict([{"image": image, "question": "is it red?"} for image in images])
    assert len({(answer["answer"], answer["score"]) for answer in answers}) == 1
    assert run({"image": path, "question": "is it red?"})["answer"] == answers[0]["answer"]


@TRAINED
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["is it red?"], "--image: expected the image that the questions are about, received none"),
        (["", "--image", "images/test/1-0.png"], "expected a question, received one without words"),
        (["is it red?", "--image", "nowhere.png"], "nowhere.png: expected an image file, found none"),
        (["is it red?", "--image", "images/test/table.tsv"], "expected PNG, JPEG, WebP or GIF, found something else"),
        (["--input", "nowhere.csv"], "nowhere.csv: expected a table of images and questions, found none"),
    ],
)
def test_a_mistake_in_what_is_asked_is_one_line_and_code_2(folder, capsys, argv, message):
    assert_refused(capsys, message, "predict", "runs/tiny", *argv)


@TRAINED
def test_an_export_is_verified_again_without_its_run(folder, capsys):
    agreements = exact(verify_again(capsys))
    assert [agreement["same"] for agreement in agreements] == [agreements[0]["compared"]] * 2


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--data", "nowhere.tsv"], "nowhere.tsv: expected a file of questions about images, found none"),
        (["--image-size", "8"], "--image-size: expected at least 16, received 8"),
        (["--answer-count", "1"], "--answer-count: expected at least 2, received 1"),
        (["--attention-hops", "0"], "--attention-hops: expected at least 1, received 0"),
        (["--data", "test.tsv", "--images", "nowhere"], "--images: nowhere: expected a folder of images, found none"),
        (["--data", "test.tsv", "--answer-column", "said"], 'expected a column "said", found "image", "question", "answer"'),
    ],
)
def test_a_users_mistake_is_one_line_and_code_2(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test.tsv").write_text("image\tquestion\tanswer\na.png\twhat?\tx\n")
    assert_refused(capsys, message, "train", "visual_question_answering", *argv)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "test.tsv"]
