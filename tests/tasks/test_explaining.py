import sys
from argparse import Namespace
from types import SimpleNamespace

import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.inspection.explained import INTEGRATED, Attribution, Explained, Flip
from toolkit.tasks.explaining import needed_explainer, two_best, with_occlusion, without_each
from toolkit.tasks.told_explanation import by_word, coloured, most_telling, records_of_parts, shows_colours, told_below

PIECES, WEIGHTS = ["\u2581a", "\u2581su", "perb", "\u2581film"], np.array([0.5, 2.0, 1.0, -1.5])


def test_a_word_weighs_what_its_pieces_do():
    assert by_word("A Superb film", PIECES, WEIGHTS) == [("A", 0.5), ("Superb", 3.0), ("film", -1.5)]
    assert by_word("A superb long film", PIECES, WEIGHTS) == [("a", 0.5), ("superb", 3.0), ("film", -1.5)]  # the middle was not read
    assert by_word("a b", ["a", "b"], np.array([1.0, 2.0])) == [("a", 1.0), ("b", 2.0)]
    assert by_word("", [], np.zeros(0)) == []


def test_the_most_telling_words_come_first():
    assert most_telling(by_word("A Superb film", PIECES, WEIGHTS)) == "Superb +3.00, film -1.50, A +0.50"
    assert most_telling([("nothing", 0.0)]) == ""


def test_parts_of_an_answer_stand_below_each_other():
    words = [[("the", 0.5), ("cats", -1.0)], [("cats", 0.25)]]
    assert told_below(["le", "chat"], words, False) == ["  le    cats -1.00, the +0.50\n", "  chat  cats +0.25\n"]
    first, second = told_below(["le", "chat"], words, True)
    assert first == "  le    \x1b[38;5;16;48;5;208mcats\x1b[0m -1.00, \x1b[38;5;16;48;5;153mthe\x1b[0m +0.50\n"
    assert second == "  chat  \x1b[38;5;16;48;5;75mcats\x1b[0m +0.25\n"
    assert told_below([], [], True) == []


def test_parts_of_an_answer_as_records():
    weights = Attribution(INTEGRATED, np.array([1.0, 0.5]), 2.0, 16)
    [record] = records_of_parts([Explained("the cats", "word 1", "D", "N", 1.75, ["the", "cats"], [weights], [])])
    tokens = [{"token": "the", "weight": 1.0}, {"token": "cats", "weight": 0.5}]
    expected = {"method": INTEGRATED, "completeness_gap": 0.25, "score": 1.75, "tokens": tokens}
    assert record == {"answer": "D", "other": "N", **expected}


def test_words_are_coloured_by_what_they_weigh():
    strongest, weak, against, none = coloured([("x", 4.0), ("y", 0.3), ("z", -4.0), ("none", 0.1)]).split(" ")
    assert strongest == "\x1b[38;5;16;48;5;75mx\x1b[0m"
    assert weak == "\x1b[38;5;16;48;5;195my\x1b[0m"
    assert against == "\x1b[38;5;16;48;5;208mz\x1b[0m"
    assert none == "none"
    assert coloured([("a", 0.0), ("b", 0.0)]) == "a b"


@pytest.mark.parametrize(
    ("options", "variables", "shown"),
    [
        ({}, {}, True),
        ({"format": "csv"}, {}, False),
        ({"output": "answers.txt"}, {}, False),
        ({}, {"NO_COLOR": "1"}, False),
        ({}, {"NO_COLOR": ""}, True),
        ({}, {"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals(options, variables, shown, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    options = Namespace(**{"format": "text", "output": "-", **options})
    assert not shows_colours(options)  # what pytest captures is no terminal
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert shows_colours(options) is shown


def test_what_is_left_out_takes_from_the_score_and_may_change_the_answer():
    explained = Explained("a b", "", "yes", "no", 2.0, ["a", "b"], [], [])
    found = with_occlusion(explained, np.array([[1.0, 3.0, 0.0], [0.0, 0.5, 4.0]]), (1, 0), ["no", "yes", "none"].__getitem__)
    assert found.attributions[0].weights.tolist() == [0.0, 1.5]
    assert found.flips == [Flip("b", 1, "none")]


def test_a_model_that_cannot_be_explained_is_refused():
    training = SimpleNamespace(run=SimpleNamespace(path="runs/mine"))
    assert needed_explainer(training, len) is len
    with pytest.raises(UserError, match="explain`: expected a model that embeds what it reads in one layer, received that of runs/mine"):
        needed_explainer(training, None)


def test_the_two_best_and_what_is_left():
    assert two_best(np.array([0.0, 3.0, 1.0, 3.0])) == (1, 3)
    assert without_each(np.array([1, 2, 3])).tolist() == [[2, 3], [1, 3], [1, 2]]
