"""Images and captions in files of all kinds."""

import json
import re

import pytest

from toolkit.errors import UserError
from toolkit.tasks.captioning.files import Captioned, Form, read_captioned


def write(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.jpg", "COCO_val2014_000000000007.jpg"):
        (tmp_path / "photos" / name).touch()
    return tmp_path


def expected(folder):
    return [Captioned(folder / "photos/a.jpg", ("one", "two, and more")), Captioned(folder / "photos/b.jpg", ("three",))]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.tsv", "image\tcaption\nphotos/a.jpg\tone\nphotos/b.jpg\tthree\nphotos/a.jpg\ttwo, and more\n"),
        ("c.csv", 'image,caption\na.jpg,one\na.jpg,"two, and more"\nb.jpg,three\n'),
        ("captions.txt", 'image,caption\na.jpg,one\na.jpg,"two, and more"\nb.jpg,three\n'),  # Flickr8k as Kaggle has it
        ("c.json", [{"image": "a.jpg", "caption": ["one", "two, and more"]}, {"image": "b.jpg", "caption": "three"}]),
        ("c.jsonl", '{"image": "a.jpg", "caption": ["one", "two, and more"]}\n{"image": "b.jpg", "caption": ["three"]}\n'),
        ("Flickr8k.token.txt", "a.jpg#0\tone\na.jpg#1\ttwo, and more\nb.jpg#0\tthree\n"),
    ],
)
def test_captions_of_an_image_are_put_together(folder, name, content):
    assert read_captioned(write(folder / name, content), Form()) == {"train": expected(folder)}


def test_columns_may_have_other_names(folder):
    path = write(folder / "c.tsv", "file\tcomment\na.jpg\tone\n")
    assert read_captioned(path, Form(image_column="file", caption_column="2"))["train"][0].captions == ("one",)


def test_lists_beside_flickr_say_the_splits(folder):
    path = write(folder / "Flickr8k.token.txt", "a.jpg#0\tone\nb.jpg#0\tthree\nx.jpg#0\tnobody wants it\n")
    write(folder / "Flickr_8k.trainImages.txt", "a.jpg\n")
    write(folder / "Flickr_8k.testImages.txt", "b.jpg\n")
    found = read_captioned(path, Form())
    assert {split: [each.image.name for each in part] for split, part in found.items()} == {"train": ["a.jpg"], "test": ["b.jpg"]}


def test_karpathys_file_says_the_splits(folder):
    rows = [
        {"filename": "a.jpg", "filepath": "val2014", "split": "restval", "sentences": [{"raw": "one"}]},
        {"filename": "b.jpg", "split": "val", "sentences": [{"tokens": ["two", "dogs"]}]},
    ]
    found = read_captioned(write(folder / "dataset.json", {"images": rows, "dataset": "coco"}), Form(images=str(folder)))
    assert found == {
        "train": [Captioned(folder / "photos/a.jpg", ("one",))],
        "validation": [Captioned(folder / "photos/b.jpg", ("two dogs",))],
    }


def test_coco_names_images_or_their_numbers(folder):
    annotations = [{"image_id": 1, "caption": "one"}, {"image_id": 7, "caption": "three"}, {"image_id": 1, "caption": "two"}]
    path = write(folder / "captions_val.json", {"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": annotations})
    assert read_captioned(path, Form())["train"] == [
        Captioned(folder / "photos/a.jpg", ("one", "two")),
        Captioned(folder / "photos/COCO_val2014_000000000007.jpg", ("three",)),
    ]


def test_a_folder_has_texts_beside_its_images_or_a_file_of_captions(folder):
    write(folder / "photos/a.txt", "one\ntwo, and more\n")
    write(folder / "photos/b.txt", "three\n")
    assert read_captioned(folder / "photos", Form()) == {"train": expected(folder)}
    write(folder / "photos/captions.csv", "image,caption\nb.jpg,four\n")
    assert read_captioned(folder / "photos", Form()) == {"train": [Captioned(folder / "photos/b.jpg", ("four",))]}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "c.tsv",
            "image\ttext\na.jpg\tone\n",
            'expected a column with the caption, found "image", "text"; say which with --caption-column',
        ),
        ("c.json", [{"image": "a.jpg", "caption": {"raw": "one"}}], 'expected a string as "caption", received an object'),
        ("c.txt", "a.jpg#0\tone\nb.jpg two\n", "c.txt:2: expected IMAGE#NUMBER, a tab and a caption, received 'b.jpg two'"),
        ("c.json", {"images": [{"filename": "a.jpg", "split": "dog", "sentences": []}]}, 'expected "split" to be one of'),
        ("c.json", {"images": [{"filename": "a.jpg", "sentences": []}]}, 'expected "split" in each of its objects, received'),
        ("c.json", {"annotations": [{"image_id": 1}]}, 'expected "caption" in each of its objects'),
        (
            "c.json",
            {"annotations": [{"image_id": "x", "caption": "one"}]},
            'expected an image with the id of each caption, found none with "x"',
        ),
    ],
)
def test_a_file_that_does_not_fit_is_one_line(folder, name, content, message):
    with pytest.raises(UserError, match=re.escape(message)):
        read_captioned(write(folder / name, content), Form())


def test_what_is_missing_is_one_line(folder):
    with pytest.raises(UserError, match=r"nowhere.tsv: expected a file of images and captions, found none"):
        read_captioned(folder / "nowhere.tsv", Form())
    with pytest.raises(UserError, match=r"photos: expected captions.txt, .* found none"):
        read_captioned(folder / "photos", Form())
