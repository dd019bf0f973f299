"""Measures of captions, on examples that are worked out by hand."""

import json
import math
from pathlib import Path

import pytest

from toolkit.tasks.captioning.files import Captioned
from toolkit.tasks.captioning.measures import CaptionResult, evaluate_captions

IMAGES = [
    Captioned(Path("dog.png"), ("A dog runs.", "the black dog is running")),
    Captioned(Path("cat.png"), ("A cat sleeps!",)),
]


def test_marks_and_capitals_make_no_difference():
    result = evaluate_captions(IMAGES, ["a dog runs", "A CAT SLEEPS."])
    assert result.bleu[:3] == pytest.approx([100] * 3)
    assert (result.exact_match, result.chrf, result.mistakes) == (1, pytest.approx(100), [])
    assert (result.images, result.references, result.different, result.length) == (2, 3, 2, 3)


def test_bleu_counts_ngrams_that_any_person_has_and_takes_the_closest_length():
    """`the black cat runs` beside the captions of a dog, and `a cat`: of 6 words 5 are right (not the first `cat`), of 4 pairs `the black`
    and `a cat`. The closest lengths are 5 or 3, of which the shorter one counts, and 3: as many as were written."""
    result = evaluate_captions(IMAGES, ["the black cat runs", "a cat"])
    assert result.bleu[0] == pytest.approx(100 * 5 / 6)
    assert result.bleu[1] == pytest.approx(100 * math.sqrt(5 / 6 * 2 / 4))
    assert result.bleu[2] == 0
    short = evaluate_captions(IMAGES, ["the dog", "a cat"])  # 4 words where people have 3 and 3
    assert short.bleu[0] == pytest.approx(100 * math.exp(1 - 6 / 4))


def test_what_does_not_occur_in_training_is_told_apart():
    result = evaluate_captions(IMAGES, ["a dog runs", "a dog runs"], {"a dog runs"})
    assert (result.unseen_images, result.unseen_exact_match, result.exact_match, result.copied) == (1, 0, 0.5, 1)
    assert (result.different, result.mistakes[0]["image"]) == (1, "cat.png")
    assert "0.0%  of the 1 images whose captions do not occur in training" in str(result)
    unknown = evaluate_captions(IMAGES, ["a dog runs", "a dog runs"])
    assert (unknown.unseen_images, unknown.unseen_exact_match, unknown.copied) == (None, None, None)


def test_a_result_survives_json():
    result = evaluate_captions(IMAGES, ["", "a dog"], {"a dog"})
    assert CaptionResult.from_dict(json.loads(json.dumps(result.as_dict()))) == result


@pytest.mark.parametrize(("images", "captions"), [([], []), (IMAGES, ["a"])])
def test_captions_that_do_not_fit_the_images_are_refused(images, captions):
    with pytest.raises(ValueError, match="must have the same length, and at least one item"):
        evaluate_captions(images, captions)
