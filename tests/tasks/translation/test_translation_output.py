import csv
import io
import json
from argparse import Namespace
from types import SimpleNamespace

import numpy as np
import pytest

from toolkit.inspection.explained import INTEGRATED, Attribution, Explained
from toolkit.tasks.records import write_answers
from toolkit.tasks.translation.command import Translating
from toolkit.tasks.translation.output import answer_of, with_explanations
from toolkit.tasks.translation.text_translator import Hypothesis, Translation, empty_translation

LOOKS = np.array([[0.123456, 0.876544]], "float32")
TRANSLATIONS = [
    Translation("one", ["\u2581one", "</s>"], [Hypothesis("un", -0.5, ["\u2581un"], LOOKS), Hypothesis('dit "un"', -1.25, ["x"], LOOKS)]),
    empty_translation(""),
    Translation("a\rb\u2028c", ["a", "</s>"], [Hypothesis("deux\ttrois", float("-inf"), ["y"], None)]),
]


def written(output_format, n_best=1):
    file = io.StringIO()
    answers = (answer_of(translation, number, n_best) for number, translation in enumerate(TRANSLATIONS, start=1))
    write_answers(answers, Translating().columns(None, Namespace(score=None, explain=False)), file, output_format)
    return file.getvalue()


def test_text_has_one_line_for_each_source():
    assert written("text").split("\n") == ["un", "", "deux\ttrois", ""]


def test_several_hypotheses_have_the_number_of_their_source():
    lines = written("text", n_best=2).splitlines()
    assert lines == ["1 ||| un ||| -0.5000", '1 ||| dit "un" ||| -1.2500', "2 |||  ||| 0.0000", "3 ||| deux\ttrois ||| -inf"]


def test_json_lines_read_back():
    first, empty, last = [json.loads(line, parse_constant=pytest.fail) for line in written("jsonl").splitlines()]
    assert first == {
        "source": "one",
        "translation": "un",
        "score": -0.5,
        "tokens": ["\u2581un"],
        "alignment": [[0.1235, 0.8765]],
        "source_tokens": ["\u2581one", "</s>"],
    }
    assert (empty["translation"], empty["tokens"], empty["alignment"]) == ("", [], None)
    assert (last["source"], last["score"]) == ("a\rb\u2028c", None)
    both = json.loads(written("jsonl", n_best=2).splitlines()[0])["hypotheses"]
    assert [best["translation"] for best in both] == ["un", 'dit "un"']


def test_csv_reads_back():
    rows = list(csv.reader(io.StringIO(written("csv", n_best=2), newline="")))
    assert rows[0] == ["source", "translation", "score"]
    assert [row[:2] for row in rows[1:]] == [["one", "un"], ["one", 'dit "un"'], ["", ""], ["a\rb\u2028c", "deux\ttrois"]]


def test_each_translation_is_explained_by_words_of_the_source():
    def explained(answer):
        weights = Attribution(INTEGRATED, np.array([0.5, 1.0, -0.25]), 1.25, 16)
        return Explained("One", "token 1", answer, "\u2581le", 1.0, ["\u2581o", "ne", "</s>"], [weights], [])

    options = Namespace(format="text", output="answers", n_best=2)
    for most, lines in [(1, ["un\n"]), (2, ["1 ||| un ||| -0.5000\n", '1 ||| dit "un" ||| -1.2500\n'])]:
        parts = [[explained("\u2581un")], [explained("x")]][:most]
        answer = with_explanations(answer_of(TRANSLATIONS[0], 1, most), parts, options)
        below = ["  un  One +1.50, </s> -0.25\n", "  x  One +1.50, </s> -0.25\n"]
        assert answer.text == [line for pair in zip(lines, below, strict=False) for line in pair]
        assert [row[-1] for row in answer.rows] == ["un: One +1.50, </s> -0.25", "x: One +1.50, </s> -0.25"][:most]
        assert answer["explanation"][0]["tokens"][1] == {"token": "ne", "weight": 1.0}
    assert [each["explanation"][0]["answer"] for each in answer["hypotheses"]] == ["\u2581un", "x"]
    empty = with_explanations(answer_of(TRANSLATIONS[1], 2), [[]], options)
    assert (empty["explanation"], empty.rows[0][-1], empty.text) == ([], "", ["\n"])


def test_scores(tmp_path):
    (tmp_path / "targets").write_text("un\n\u2028\n", encoding="utf-8")
    translator = SimpleNamespace(score=lambda sources, targets: [-1.23456, -2.0])
    options = Namespace(score=str(tmp_path / "targets"), explain=False)
    files = {output_format: io.StringIO() for output_format in ("text", "jsonl", "csv")}
    for output_format, file in files.items():
        answers = Translating().answers(translator, [["one", ""]], options)
        write_answers(answers, Translating().columns(translator, options), file, output_format)
    assert files["text"].getvalue() == "-1.2346\n-2.0000\n"
    assert json.loads(files["jsonl"].getvalue().splitlines()[0]) == {"source": "one", "target": "un", "score": -1.2346}
    files["csv"].seek(0)
    assert list(csv.reader(files["csv"])) == [["source", "target", "score"], ["one", "un", "-1.2346"], ["", "\u2028", "-2.0"]]
