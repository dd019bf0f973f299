"""Emoji as captioned drawings: their names, sentences made from them, and combinations that are held out."""

import itertools

import numpy as np
import pytest

from toolkit.tasks.captioning.corpus import read_corpus
from toolkit.tasks.captioning.emoji_drawings import Emoji, read_drawing, read_emoji_drawings
from toolkit.tasks.captioning.files import Form
from toolkit.tasks.data_report import licence_of
from toolkit.text.words import words_of


@pytest.fixture(scope="module")
def drawings():
    return read_emoji_drawings()


@pytest.mark.parametrize(
    ("name", "captions"),
    [
        ("carrot", ["carrot"]),
        ("thumbs up medium-dark skin tone", ["thumbs up, medium-dark skin tone", "thumbs up with medium-dark skin"]),
        ("woman running", ["woman running", "a woman is running"]),
        ("man bouncing ball light skin tone", ["man bouncing ball, light skin tone", "a man with light skin is bouncing a ball"]),
        ("woman dark skin tone red hair", ["woman with red hair, dark skin tone", "woman with red hair and dark skin"]),
        ("person in manual wheelchair", ["person in manual wheelchair", "a person is in a manual wheelchair"]),
        (
            "women holding hands dark skin tone medium-light skin tone",
            [
                "women holding hands, dark skin tone, medium-light skin tone",
                "two women with dark and medium-light skin are holding hands",
            ],
        ),
        (
            "kiss woman man light skin tone medium skin tone",
            ["kiss, woman and man, light skin tone, medium skin tone", "kiss, woman and man with light and medium skin"],
        ),
    ],
)
def test_a_name_becomes_captions(name, captions):
    assert list(Emoji.of(name).captions()) == captions


def test_a_name_has_parts():
    assert Emoji.of("woman running medium skin tone").parts() == (("who", "woman"), ("what", "running"), ("tone 0", "medium"))
    assert Emoji.of("deaf man dark skin tone").parts() == (("who", "man"), ("what", "deaf"), ("tone 0", "dark"))
    assert Emoji.of("kiss woman man").parts() == (("who", "woman and man"), ("what", "kiss"))
    assert Emoji.of("kiss man man").parts() == (("who", "men"), ("what", "kiss"))
    assert Emoji.of("woman and man holding hands").parts() == (("who", "woman and man"), ("what", "holding hands"))
    assert Emoji.of("carrot").parts() == (("what", "carrot"),)


def test_what_is_held_out_is_put_together_from_what_training_has(drawings):
    captions = {split: {caption for each in part for caption in each.captions} for split, part in drawings.items()}
    words = {split: {word for caption in some for word in words_of(caption)} for split, some in captions.items()}
    names = {split: [_named(each) for each in part] for split, part in drawings.items()}
    smaller = {subset for emoji in itertools.chain(*names["train"]) for subset in _subsets(emoji.parts(), len(emoji.parts()))}
    for split, others in (("validation", "test"), ("test", "validation")):
        assert 100 < len(drawings[split]) < len(drawings["train"]) / 10
        assert not captions[split] & (captions["train"] | captions[others])
        assert words[split] <= words["train"]
        for emoji in itertools.chain(*names[split]):
            assert emoji.tones
            assert set(_subsets(emoji.parts(), len(emoji.parts()) - 1)) <= smaller
    assert {"carrot", "woman running", "flag of France"} <= captions["train"]


def _named(drawing):
    """Returns the emoji that a drawing stands for, from the captions that begin with a name."""
    return [Emoji.of(caption.replace(",", "")) for caption in drawing.captions if caption.endswith("skin tone")]


def _subsets(parts, most):
    return itertools.chain.from_iterable(itertools.combinations(parts, number) for number in range(1, most + 1))


def test_drawings_are_told_apart_and_drawn_on_white(drawings):
    every = [each.image for part in drawings.values() for each in part]
    assert len({path.read_bytes() for path in every}) == len(every)
    by_caption = {caption: each.image for part in drawings.values() for each in part for caption in each.captions}
    pixels = read_drawing(by_caption["thumbs up, dark skin tone"], 48)
    assert (pixels.shape, pixels.dtype) == ((48, 48, 3), np.uint8)
    assert (pixels[0] == 255).all()
    lighter = read_drawing(by_caption["thumbs up, light skin tone"], 48)
    changed = (pixels != lighter).any(-1)
    assert 0.05 < changed.mean() < 0.6
    assert pixels[changed].mean() < lighter[changed].mean() - 50


def test_a_drawing_shows_no_more_skin_tones_than_its_captions_say(drawings):
    [bunnies] = [each for each in drawings["train"] if "people with bunny ears" in each.captions]
    assert not any("skin" in caption for caption in bunnies.captions)  # the same file is that of many pairs of skin tones, too


@pytest.mark.slow
def test_the_default_is_drawn_and_reported():
    corpus = read_corpus(None, Form(), 16)
    assert corpus.images.pixels.shape == (3738, 16, 16, 3)
    assert not corpus.images.skipped
    assert "CC BY-SA 4.0" in licence_of(corpus.report.name)
    assert "validation and test: combinations of who, what and skin tone that training does not have" in str(corpus.report)
    assert corpus.report.splits["test"].noted["captions that do not occur in train"] == corpus.report.splits["test"].kept
