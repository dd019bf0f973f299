"""Questions and images in three splits."""

import pytest

from tests.recipes.shapes import write_shapes
from toolkit.errors import UserError
from toolkit.tasks.visual_question_answering.corpus import as_compared, read_visual
from toolkit.tasks.visual_question_answering.files import Form


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes")
    write_shapes(folder, 40)
    return folder


def test_an_image_is_in_one_split(folder):
    corpus = read_visual(str(folder / "table.tsv"), Form(), 16)
    images = {split: {question.image for question in questions} for split, questions in corpus.splits.items()}
    assert all(images.values())
    assert not images["train"] & images["validation"] | images["train"] & images["test"] | images["validation"] & images["test"]
    assert sum(map(len, images.values())) == 40
    assert corpus.images.pixels.shape == (40, 16, 16, 3)


def test_held_out_questions_occur_in_the_test_alone(folder):
    lines = (folder / "table.tsv").read_text().splitlines()
    more = [line.replace("is it red?", "is it really red?") for line in lines[1:] if "is it red?" in line]
    more += [line.replace("what color", "what, really, color") for line in lines[1:] if "what color" in line]
    (folder / "more.tsv").write_text("\n".join([*lines, *more]) + "\n")
    corpus = read_visual(str(folder / "more.tsv"), Form(), 16, held_out=20)
    asked = {split: {as_compared(question.text) for question in questions} for split, questions in corpus.splits.items()}
    assert asked["train"] == asked["validation"]
    [held] = asked["test"] - asked["train"]
    assert {*held.split()} <= {word for text in asked["train"] for word in text.split()}
    report = corpus.report.splits
    assert report["train"].dropped == {"a question held out of training": report["train"].read - report["train"].kept}
    assert report["test"].noted["questions that do not occur in train"] > 0


def test_questions_about_absent_images_are_counted(folder, caplog):
    text = (folder / "table.tsv").read_text()
    (folder / "absent.tsv").write_text(text + "nowhere.png\tis it red?\tno\nnowhere.png\tis it blue?\tno\n")
    corpus = read_visual(str(folder / "absent.tsv"), Form(), 16)
    assert sum(report.dropped.get("an image that cannot be read", 0) for report in corpus.report.splits.values()) == 2
    assert "nowhere.png: expected an image file, found none; it is left out" in caplog.text


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["a.png\twhat?\tx", "b.png\twhat?\ty"], "the 2 images can be read; --images says where they are"),
        (["0-0.png\twhat?\tx"], "the images are too few to take a"),
        ([f"0-{number}.png\twhat?\tx" for number in range(40)], 'expected at least two answers, received only "x"'),
    ],
)
def test_too_little_is_refused(folder, rows, message):
    (folder / "few.tsv").write_text("\n".join(["image\tquestion\tanswer", *rows]) + "\n")
    with pytest.raises(UserError, match=message):
        read_visual(str(folder / "few.tsv"), Form(), 16)


def test_the_default_data_come_with_a_package():
    pytest.importorskip("easy_vqa")
    from toolkit.tasks.visual_question_answering.corpus import _parts

    parts, dropped, name = _parts(None, Form())
    assert {split: len(questions) for split, questions in parts.items()} == {"train": 38575, "test": 9673}
    assert name == "easy-vqa"
    assert not any(dropped.values())
    assert all(question.image.is_file() for question in parts["test"][::100])
