"""Images with captions of TFDS sets."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tests.data.images.picture_sets import SIDE, Pictures, picture
from toolkit.errors import UserError
from toolkit.tasks.captioning.corpus import NO_WORDS, read_corpus, read_measured
from toolkit.tasks.captioning.files import Form


class DescribedPictures(Pictures):
    """A set with the features and the splits of `coco_captions`."""

    features = {  # noqa: RUF012
        "image": tfds.features.Image(),
        "image/filename": tfds.features.Text(),
        "captions": tfds.features.Sequence({"text": np.str_, "id": np.int64}),
    }
    sizes = {"train": 20, "val": 4, "test": 3, "restval": 5}  # noqa: RUF012

    def example(self, split, number):
        texts = ["!", f"a café {number}", *[f"{split} again"] * (number % 3)]
        captions = [{"text": text, "id": place} for place, text in enumerate(texts)]
        return {"image": picture(number), "image/filename": f"{number}.jpg", "captions": captions}


class Titles(Pictures):
    features = {"image": tfds.features.Image(), "title": tfds.features.Text()}  # noqa: RUF012

    def example(self, split, number):
        return {"image": picture(number), "title": f"{split} {number}"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


def test_captions_and_splits_of_coco(data_dir):
    corpus = read_corpus("described_pictures", Form(data_dir=data_dir), SIDE)
    assert {split: len(part) for split, part in corpus.splits.items()} == {"train": 25, "validation": 4, "test": 3}
    assert corpus.images.pixels.shape == (32, SIDE, SIDE, 3)
    captions = sorted(each.captions for each in corpus.splits["validation"])
    assert captions == [("a café 0",), ("a café 1", "val again"), ("a café 2", "val again", "val again"), ("a café 3",)]
    assert corpus.report.splits["validation"].dropped == {NO_WORDS: 4}
    for each in corpus.splits["validation"]:
        seen = corpus.images.pixels[corpus.images.rows[each.image]]
        np.testing.assert_array_equal(seen, picture(int(each.captions[0].split()[-1])))


def test_a_caption_may_be_a_text_and_only_what_is_measured_is_read(data_dir):
    corpus = read_measured("titles", Form(data_dir=data_dir), SIDE)
    assert len(corpus.images.pixels) == 9
    assert {each.captions for each in corpus.splits["test"]} == {(f"test {number}",) for number in range(9)}


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("pictures", {}, r"pictures/1.0.0: expected Text, or a Sequence of it, among the features, found image \(Image\)"),
        ("titles", {"caption_column": "x"}, 'titles/1.0.0: expected a feature "x", found "title"; say which with --caption-column'),
        ("titles", {"images": "folder"}, '--images: expected none with the TFDS set "titles", which has images of its own'),
    ],
)
def test_what_does_not_fit_is_said(data_dir, name, options, message):
    with pytest.raises(UserError, match=message):
        read_corpus(name, Form(data_dir=data_dir, **options), SIDE)
