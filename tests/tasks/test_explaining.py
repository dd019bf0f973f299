import sys
from argparse import Namespace

import numpy as np
import pytest

from toolkit.tasks.explaining import two_best, without_each
from toolkit.tasks.told_explanation import by_word, coloured, most_telling, shows_colours

PIECES, WEIGHTS = ["\u2581a", "\u2581su", "perb", "\u2581film"], np.array([0.5, 2.0, 1.0, -1.5])


def test_a_word_weighs_what_its_pieces_do():
    assert by_word("A Superb film", PIECES, WEIGHTS) == [("A", 0.5), ("Superb", 3.0), ("film", -1.5)]
    assert by_word("A superb long film", PIECES, WEIGHTS) == [("a", 0.5), ("superb", 3.0), ("film", -1.5)]  # the middle was not read
    assert by_word("a b", ["a", "b"], np.array([1.0, 2.0])) == [("a", 1.0), ("b", 2.0)]
    assert by_word("", [], np.zeros(0)) == []


def test_the_most_telling_words_come_first():
    assert most_telling(by_word("A Superb film", PIECES, WEIGHTS)) == "Superb +3.00, film -1.50, A +0.50"
    assert most_telling([("nothing", 0.0)]) == ""


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


def test_the_two_best_and_what_is_left():
    assert two_best(np.array([0.0, 3.0, 1.0, 3.0])) == (1, 3)
    assert without_each(np.array([1, 2, 3])).tolist() == [[2, 3], [1, 3], [1, 2]]
