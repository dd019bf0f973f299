"""What an executor does is a function of a part of the input: whatever the parts, the answers are those of one process."""

import dataclasses
import itertools

import numpy as np
import pytest

from tests.cli.shell import ROOT
from toolkit.cli import main
from toolkit.cli.predict import parsed
from toolkit.data.reading.item_files import files_of, parts_of
from toolkit.engines.answering import Job
from toolkit.engines.columns import AnswerColumns
from toolkit.engines.predicting import part_size
from toolkit.errors import UserError
from toolkit.tasks.registry import TASKS, find_task

MODELS = ROOT / "saved_models"
LINES = ["a wonderful film", "", "dull\x85and far too\u2028long", "nul\0", "so 😀", *(f"film {number} was good" for number in range(300))]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    for number, lines in enumerate((LINES[:90], LINES[90:])):
        (folder / f"{number}.txt").write_bytes("\n".join(lines).encode() + b"\n")
    return folder


def work(model, texts, *options, size=1000):
    given = vars(parsed([str(model), "--input", str(texts), *options], {name: find_task(name).part("prediction")() for name in TASKS}))
    return Job(lambda: str(model), "", parts_of(files_of(str(texts)), size), given)


def in_one_process(capsys, model, texts, *options):
    assert main(["predict", str(model), "--input", str(texts), *options]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("output", ["text", "csv", "jsonl"])
@pytest.mark.parametrize("size", [500, 3000])
def test_in_order_the_answers_are_those_of_one_process(texts, capsys, output, size):
    model = MODELS / "sentiment/1/litert"
    spread = work(model, texts, "--format", output, "--batch-size", "50", size=size)
    counts = [spread.count(number).items for number in range(len(spread.parts))]
    assert sum(counts) == len(LINES)
    assert len(counts) > 1
    numbered = dataclasses.replace(spread, firsts=[0, *itertools.accumulate(counts)])
    answers = "".join(f"{text}\n" for number in range(len(counts)) for text in numbered.answers(number))
    assert answers == in_one_process(capsys, model, texts, "--format", output, "--batch-size", "50")


def test_without_an_order_each_part_stands_alone(texts):
    spread = work(MODELS / "sentiment/1/litert", texts, "--format", "csv")
    tables = [list(spread.answers(number)) for number in range(len(spread.parts))]
    assert sum(len(table) - 1 for table in tables) == len(LINES)
    assert {table[0] for table in tables} == {'"label","negative","positive","text"'}


def test_what_is_bad_is_counted_and_left_out(tmp_path):
    (tmp_path / "texts").write_bytes(b"good\nb\xffd\nfine\n" * 3)
    model = MODELS / "sentiment/1/litert"
    counted = work(model, tmp_path, "--skip-bad").count(0)
    assert (counted.items, counted.bad) == (6, 3)
    assert "texts:2: expected UTF-8" in str(counted.examples[0])
    assert len(list(work(model, tmp_path, "--skip-bad").answers(0))) == 6
    with pytest.raises(UserError, match="texts:2: expected UTF-8"):
        work(model, tmp_path).count(0)


def test_parts_are_neither_tiny_nor_huge():
    assert part_size(10, 2) == 1 << 16
    assert part_size(1 << 20, 2) == 1 << 17
    assert part_size(1 << 40, 100) == 1 << 22


def test_columns_are_those_of_the_table():
    columns = AnswerColumns.of(MODELS / "sentiment/1/litert", {})
    assert columns.schema == "`label` string, `negative` double, `positive` double, `text` string"
    found = columns.answers(np.array(["a wonderful film", None, "dull"], object))
    assert list(found["label"]) == ["positive", None, "negative"]
    assert found["text"][1] is None
    assert found["negative"][2] > 0.5
    assert [len(column) for column in columns.answers(np.array([None], object)).values()] == [1] * 4


def test_columns_of_several_rows_are_arrays():
    columns = AnswerColumns.of(MODELS / "language_model", {"next": 3})
    assert columns.many
    assert columns.schema == "`prompt` array<string>, `token` array<string>, `probability` array<double>"
    first, none = columns.answers(np.array(["the film", None], object))
    assert [len(first[name]) for name in first] == [3, 3, 3]
    assert [len(none[name]) for name in none] == [0, 0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"beam": 3}, "beam"), ({"batch_size": 0}, "batch_size")],
)
def test_columns_of_a_wrong_option_are_refused(options, message):
    with pytest.raises(UserError, match=message):
        AnswerColumns.of(MODELS / "sentiment/1/litert", options)
