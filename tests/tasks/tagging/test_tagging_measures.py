"""How good tags are, by counts made by hand."""

import json
import random

import pytest

from toolkit.tasks.tagging.measures import CHUNKS, MARKS, TAGS, TaggingResult, evaluate_tags, kind_of_tags
from toolkit.tasks.tagging.schemes import to_iob2


def test_a_chunk_is_right_if_its_kind_and_both_ends_are():
    true = [["B-NP", "I-NP", "O", "B-VP"], ["B-NP", "O", "B-NP", "I-NP"]]
    predicted = [["B-NP", "I-NP", "O", "B-NP"], ["B-NP", "O", "B-NP", "O"]]
    result = evaluate_tags(true, predicted, CHUNKS)
    # true NP 3, found NP 4, right 2; true VP 1, found none
    assert (result.precision, result.recall, result.f1) == (2 / 4, 2 / 4, 4 / 8)
    assert result.names["NP"] == {"precision": 2 / 4, "recall": 2 / 3, "f1": 4 / 7, "support": 3}
    assert result.names["VP"] == {"precision": 0, "recall": 0, "f1": 0, "support": 1}
    assert result.accuracy == 6 / 8
    assert result.score == result.f1


def test_capitals_and_marks_are_counted_one_by_one():
    true, predicted = [["Capital,", "lower", "UPPER."]], [["Capital", "lower,", "Capital."]]
    result = evaluate_tags(true, predicted, MARKS)
    assert {name: (row["precision"], row["recall"], row["support"]) for name, row in result.names.items()} == {
        "Capital": (1 / 2, 1, 1),
        "UPPER": (0, 0, 1),
        ",": (0, 0, 1),
        ".": (1, 1, 1),
    }
    assert result.f1 == 2 * 2 / (4 + 4)  # 2 right of 4 true and 4 found


def test_other_tags_are_measured_by_their_accuracy():
    result = evaluate_tags([["N", "V"], ["N"]], [["N", "N"], ["N"]], TAGS, [[True, False], [True]])
    assert result.score == result.accuracy == 2 / 3
    assert result.names["N"] == {"precision": 2 / 3, "recall": 1, "f1": 4 / 5, "support": 2}
    assert (result.unknown_words, result.unknown_accuracy) == (1, 0)
    assert "0.00% of 1 words that are not in the vocabulary" in str(result)


def test_f1_over_all_chunks_is_that_of_sets():
    """By another way to find chunks, which legal tags allow: each begins at a B."""
    chance = random.Random(0)
    draw = lambda: [to_iob2(chance.choices(["O", "B-X", "I-X", "B-Y", "I-Y"], k=9)) for _ in range(30)]  # noqa: E731

    def chunks(sentences):
        found = set()
        for number, tags in enumerate(sentences):
            for start in (place for place, tag in enumerate(tags) if tag[0] == "B"):
                end = next((place for place in range(start + 1, len(tags)) if tags[place][0] != "I"), len(tags))
                found.add((number, tags[start][2:], start, end))
        return found

    true, predicted = draw(), draw()
    right, result = len(chunks(true) & chunks(predicted)), evaluate_tags(true, predicted, CHUNKS)
    assert result.precision == right / len(chunks(predicted))
    assert result.recall == right / len(chunks(true))
    assert result.f1 == pytest.approx(2 * result.precision * result.recall / (result.precision + result.recall))


def test_a_result_survives_json():
    result = evaluate_tags([["O", "B-X"]], [["O", "O"]], CHUNKS)
    assert TaggingResult.from_dict(json.loads(json.dumps(result.as_dict()))) == result
    assert str(result).splitlines()[-1].split() == ["X", "0.00%", "0.00%", "0.00%", "1"]


@pytest.mark.parametrize(("tags", "kind"), [(["O", "B-X"], CHUNKS), (["lower", "Capital."], MARKS), (["NOUN", "VERB"], TAGS)])
def test_what_tags_stand_for(tags, kind):
    assert kind_of_tags(tags) == kind


@pytest.mark.parametrize(("true", "predicted"), [([["O"]], [["O", "O"]]), ([[]], [[]]), ([], [])])
def test_sentences_that_do_not_fit_are_refused(true, predicted):
    with pytest.raises(ValueError, match="the same number of tags"):
        evaluate_tags(true, predicted, CHUNKS)
