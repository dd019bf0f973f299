"""From files to splits, and to batches of images with the captions about them."""

import dataclasses

import numpy as np
import pytest

from tests.recipes.shapes import write_captioned_shapes
from toolkit.errors import UserError
from toolkit.tasks.captioning.captions import MARKS, Captions
from toolkit.tasks.captioning.corpus import NO_CAPTION, NO_WORDS, UNREADABLE, read_corpus, read_measured
from toolkit.tasks.captioning.files import Captioned, Form
from toolkit.text.words import UNKNOWN, Vocabulary

SIDE = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes")
    write_captioned_shapes(folder / "all", 40)
    return folder / "all"


def test_splits_are_carved_by_image_and_everything_is_counted(folder):
    rows = (folder / "captions.tsv").read_text()
    (folder / "more.tsv").write_text(f"{rows}absent.png\ta dog\n0-0.png\t?!\n")
    corpus = read_corpus(str(folder / "more.tsv"), Form(), SIDE)
    images = {split: {each.image for each in part} for split, part in corpus.splits.items()}
    assert all(images.values())
    assert not images["train"] & images["test"]
    assert sum(map(len, images.values())) == 40
    dropped = [part.dropped for part in corpus.report.splits.values()]
    assert sum(part.get(NO_WORDS, 0) for part in dropped) == 1
    assert sum(part.get(UNREADABLE, 0) for part in dropped) == 1
    assert sum(part.read for part in corpus.report.splits.values()) == 82
    assert "no captions" not in str(corpus.report)
    assert NO_CAPTION not in str(corpus.report)


def test_a_file_for_each_split_and_for_a_test(folder):
    table = folder / "captions.tsv"
    corpus = read_corpus(f"train={table},test={table}", Form(), SIDE)
    assert len(corpus.splits["test"]) == 40
    assert len(corpus.splits["train"]) + len(corpus.splits["validation"]) == 40
    assert [*read_measured(str(table), Form(), SIDE).splits] == ["test"]


def test_captions_without_words_alone_are_refused(folder):
    (folder / "none.tsv").write_text("image\tcaption\n0-0.png\t!\n")
    with pytest.raises(UserError, match=r"none.tsv: expected images with captions, found 1 captions without words and no others"):
        read_corpus(str(folder / "none.tsv"), Form(), SIDE)


def test_absent_images_alone_are_refused(folder):
    (folder / "absent.tsv").write_text("image\tcaption\nx.png\ta dog\ny.png\ta cat\n")
    with pytest.raises(
        UserError, match=r"x.png: expected an image file, found none; none of the 2 images can be read; --images says where"
    ):
        read_corpus(str(folder / "absent.tsv"), Form(), SIDE)


@pytest.fixture(scope="module")
def data(folder):
    corpus = read_corpus(str(folder / "captions.tsv"), Form(), SIDE)
    return Captions(corpus, Vocabulary([*MARKS, "a", "there", "is", "red", "green", "blue", "circle"]))


def batches_of(data, **changes):
    options = {"max_length": 9, "captions_at_once": 2, "batch_size": 4, "seed": 0, "replicas": 1, **changes}
    return data.batches("train", **options)


def test_a_caption_is_read_from_its_begin_and_said_to_its_end(data):
    found = []
    for inputs, labels, weights in batches_of(data).batches(0):
        assert inputs["tokens"].shape == labels.shape == weights.shape == (4, 2, 7)
        for read, said, counted in zip(*(np.reshape(part, (-1, 7)) for part in (inputs["tokens"], labels, weights)), strict=True):
            if not counted.any():
                continue
            words = [number for number in said if number]
            assert (read[0], words[-1]) == (2, 3)
            assert [*read[1 : len(words)]] == words[:-1]
            assert not read[len(words) :].any()
            np.testing.assert_array_equal(counted > 0, (said != 0) & (said != UNKNOWN))  # "here" and "square" are not to be learned
            found.append(" ".join(data.vocabulary.words[number - 2] if number > 1 else "?" for number in words[:-1]))
    assert len(found) == 2 * len(data.corpus.splits["train"])
    assert {"a red circle", "there is a blue ? ?"} <= {*found}


def test_a_long_caption_loses_its_end_and_one_at_a_time_shows_each_image_twice(data):
    batches = batches_of(data, max_length=3, captions_at_once=1)
    [(inputs, labels, _), *_] = batches.batches(0)
    assert labels.shape == (4, 1, 4)
    assert len(batches.plan.lengths) == 2 * len(data.corpus.splits["train"])
    assert [2, 5, 6, 4] in inputs["tokens"].numpy()[:, 0].tolist()


def test_a_batch_has_no_room_for_captions_that_few_images_have(data):
    first, *others = data.corpus.splits["train"]
    train = [Captioned(first.image, first.captions * 4), *others]
    changed = dataclasses.replace(data, corpus=dataclasses.replace(data.corpus, splits={"train": train}))
    batches = batches_of(changed, captions_at_once=8)
    assert {labels.shape[1] for _, labels, _ in batches.batches(0)} == {2}
    assert len(batches.plan.lengths) == 4 + len(others)
    assert {labels.shape[1] for _, labels, _ in batches_of(data, captions_at_once=8).batches(0)} == {2}
