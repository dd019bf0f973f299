"""Images with labels of TFDS sets."""

import io

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tests.data.images.picture_sets import LABELS, SIDE, Pictures, picture
from toolkit.data.images.image_corpus import NO_LABEL, UNREADABLE, ImageForm, read_image_corpus, read_measured_images
from toolkit.errors import UserError


class DamagedPictures(Pictures):
    def example(self, split, number):
        damaged = io.BytesIO(b"no image") if number == 5 else picture(number)
        return {"image": damaged, "label": number % 2}


class Masks(Pictures):
    features = {"before": tfds.features.Image(), "after": tfds.features.Image(), "kind": tfds.features.ClassLabel(names=LABELS)}  # noqa: RUF012

    def example(self, split, number):
        return {"before": picture(number), "after": 255 - picture(number), "kind": number % 2}


class Heights(Pictures):
    features = {"image": tfds.features.Image(shape=(2, 2, 1), dtype=np.float32), "label": tfds.features.ClassLabel(names=LABELS)}  # noqa: RUF012


class Numbers(Pictures):
    features = {"x": np.int64}  # noqa: RUF012


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


def labeled(name, data_dir, **options):
    return read_image_corpus(name, ImageForm(SIDE, 3, data_dir=data_dir, **options))


def test_images_are_those_of_files_and_validation_comes_from_training(data_dir):
    corpus = labeled("pictures", data_dir)
    assert corpus.report.name == "pictures/1.0.0"
    assert corpus.report.notes == ["splits not used: extra (2)"]
    sizes = {split: len(part) for split, part in corpus.splits.items()}
    assert (sizes["train"] + sizes["validation"], sizes["test"]) == (60, 6)
    assert corpus.splits["test"].dropped == {NO_LABEL: 3}  # the label -1
    expected = {
        np.asarray(Image.fromarray(picture(n, SIDE + n % 2)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)).tobytes(): LABELS[n % 2]
        for n in range(60)
    }
    for split in ("train", "validation"):
        part = corpus.splits[split]
        assert {image.tobytes(): label for image, label in zip(part.pixels, part.labels, strict=True)}.items() <= expected.items()


def test_only_what_is_measured_is_read(data_dir):
    images = read_measured_images("pictures:1.0.0", ImageForm(SIDE, 1, data_dir=data_dir))
    assert images.pixels.shape == (6, SIDE, SIDE, 1)


def test_images_without_labels_are_all_kept(data_dir):
    with_labels, without = labeled("pictures", data_dir), labeled("pictures", data_dir, labeled=False)
    assert len(without.splits["test"]) == len(with_labels.splits["test"]) + 3  # the label -1
    assert set(without.splits["test"].labels) == {""}


def test_an_image_that_cannot_be_read_is_named_and_left_out(data_dir, caplog):
    corpus = labeled("damaged_pictures", data_dir)
    assert sum(part.dropped[UNREADABLE] for part in corpus.splits.values()) == 2
    assert "damaged_pictures/1.0.0[test]/" in caplog.text
    assert "expected PNG, JPEG, WebP or GIF, found something else; it is left out" in caplog.text


def test_features_are_chosen_by_their_names(data_dir):
    message = 'masks/1.0.0: expected a feature with the image, found "before", "after"; say which with --image-column'
    with pytest.raises(UserError, match=message):
        labeled("masks", data_dir)
    before, after = (labeled("masks", data_dir, image_column=name).splits["test"].pixels for name in ("before", "after"))
    np.testing.assert_array_equal(before, 255 - after)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("picture", {}, r'expected a file, a folder or a TFDS set .*, received "picture"'),
        ("pictures", {"images": "folder"}, '--images: expected none with the TFDS set "pictures", which has images of its own'),
        ("pictures", {"label_column": "x"}, 'pictures/1.0.0: expected a feature "x", found "label"; say which with --label-column'),
        ("heights", {}, 'heights/1.0.0: expected images of uint8 as "image", found float32'),
        ("numbers", {}, r"numbers/1.0.0: expected Image among the features, found x \("),
    ],
)
def test_what_does_not_fit_is_said(data_dir, name, options, message):
    with pytest.raises(UserError, match=message):
        labeled(name, data_dir, **options)
