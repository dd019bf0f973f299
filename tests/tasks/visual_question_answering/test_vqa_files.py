"""Questions about images in files of all forms."""

import json

import pytest
from PIL import Image

from toolkit.errors import UserError
from toolkit.tasks.visual_question_answering.files import Form, Question, read_asked, read_questions


@pytest.fixture
def folder(tmp_path):
    """A folder of images as COCO and CLEVR name them, and easy-vqa."""
    coco = [f"{part}/COCO_{part}_000000000009.jpg" for part in ("train2014", "val2014")]
    for name in (*coco, "images/CLEVR_train_000001.png", "3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    return tmp_path


def write(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


ANSWERS = [{"answer": answer} for answer in ("Yes", "yes", "no", "yes ")]
VQA = {"data_subtype": "val2014", "questions": [{"question_id": 7, "image_id": 9, "question": "Is it?"}]}
ANNOTATIONS = {"annotations": [{"question_id": 7, "multiple_choice_answer": "yes", "answers": ANSWERS}]}


@pytest.mark.parametrize("swapped", [False, True])
def test_questions_and_annotations_of_vqa(folder, swapped):
    paths = [write(folder / "q.json", VQA), write(folder / "a.json", ANNOTATIONS)]
    questions, dropped = read_questions(paths[::-1] if swapped else paths, Form())
    image = folder / "val2014/COCO_val2014_000000000009.jpg"
    assert questions == [Question("Is it?", "yes", image, ("yes", "yes", "no", "yes"))]
    assert not dropped


def test_questions_of_clevr(folder):
    row = {"image_filename": "CLEVR_train_000001.png", "question": "How many?", "answer": "3"}
    questions, _ = read_questions([write(folder / "q.json", {"info": {}, "questions": [row]})], Form())
    assert questions == [Question("How many?", "3", folder / "images/CLEVR_train_000001.png")]


def test_questions_of_easy_vqa(folder):
    questions, _ = read_questions([write(folder / "q.json", [["what?", "Circle", 3]])], Form())
    assert questions == [Question("what?", "circle", folder / "3.png")]


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("t.tsv", "image\tquestion\tanswer\n3.png\twhat?\tA  Dog\n", Form()),
        ("t.csv", 'answer,image,question\nA  Dog,3.png,"what?"\n', Form()),
        ("t.jsonl", '{"image": "3.png", "question": "what?", "answer": "A  Dog"}\n', Form()),
        (
            "t.json",
            '{"image": "3.png", "question": "what?", "answer": "A  Dog"}\n{"image": "3.png", "question": "?", "answer": "b"}',
            Form(),
        ),
        ("t.json", '[{"image": "3.png", "question": "what?", "answer": "A  Dog"}]', Form()),
        ("t.tsv", "file\tasked\tsaid\n3.png\twhat?\tA  Dog\n", Form(None, "file", "asked", "said")),
    ],
)
def test_tables(folder, name, content, form):
    questions, _ = read_questions([write(folder / name, content)], form)
    assert questions == [Question("what?", "a dog", folder / "3.png")]


def test_an_answer_may_be_a_number(folder):
    path = write(folder / "t.jsonl", '{"image": "3.png", "question": "how many?", "answer": 2}\n')
    assert read_questions([path], Form())[0][0].answer == "2"


def test_rows_without_a_question_or_an_answer_are_counted(folder):
    path = write(folder / "t.tsv", "image\tquestion\tanswer\n3.png\t ? \tdog\n3.png\twhat?\t\n3.png\twhat?\tdog\n")
    questions, dropped = read_questions([path], Form())
    assert len(questions) == 1
    assert dropped == {"a question without words": 1, "no answer": 1}


def test_it_is_an_error_if_no_row_is_whole(folder):
    path = write(folder / "t.tsv", "image\tquestion\tanswer\n3.png\t \tdog\n")
    with pytest.raises(UserError, match=r"t\.tsv: expected questions with answers, found 1 with a question without words$"):
        read_questions([path], Form())


def test_answers_that_do_not_fit_are_refused(folder):
    more = {**VQA, "questions": [*VQA["questions"], {"question_id": 8, "image_id": 9, "question": "Is it?"}]}
    paths = [write(folder / "q.json", more), write(folder / "a.json", ANNOTATIONS)]
    with pytest.raises(UserError, match=r"a\.json: expected an answer to each question of .*, found none to 1 of 2, the first is .* 8$"):
        read_questions(paths, Form())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.json", VQA, "expected annotations beside these questions: --data train=QUESTIONS,ANNOTATIONS"),
        ("q.json", ANNOTATIONS, "expected questions beside these annotations: --data train=QUESTIONS,ANNOTATIONS"),
        ("q.json", "{", "JSON"),
        ("q.json", {"questions": [{"question": "x"}]}, 'expected "answer" in each of its objects'),
        ("q.json", [["x", "y", "z"]], "expected a question, its answer and the number of its image"),
        ("t.tsv", "image\tquestion\n3.png\twhat?\n", 'a column with the answer, found "image", "question"; say which with --answer-column'),
    ],
)
def test_something_else_is_refused_in_a_line(folder, name, content, message):
    with pytest.raises(UserError) as error:
        read_questions([write(folder / name, content)], Form())
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_files_and_folders_are_named(folder):
    with pytest.raises(UserError, match=r"none\.tsv: expected a file of questions about images, found none$"):
        read_questions([folder / "none.tsv"], Form())
    path = write(folder / "t.tsv", "image\tquestion\tanswer\n3.png\twhat?\tdog\n")
    with pytest.raises(UserError, match=r"^--images: .*nowhere: expected a folder of images, found none$"):
        read_questions([path], Form(str(folder / "nowhere")))


def test_a_table_to_answer_needs_no_answers(folder):
    path = write(folder / "asked.tsv", "image\tquestion\n3.png\twhat?\n")
    assert read_asked(path) == [(folder / "3.png", "what?")]
    path = write(folder / "asked.tsv", "image\tquestion\n3.png\twhat?\n3.png\t \n")
    with pytest.raises(UserError, match=r"asked\.tsv:3: expected a question, received one without words$"):
        read_asked(path)
