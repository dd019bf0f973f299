"""Which frames a sequence has, and what is on each, as files say it."""

import json

import numpy as np
import pytest
from PIL import Image

from toolkit.data.splits.splitting import SPLITS
from toolkit.errors import UserError
from toolkit.tasks.frames.corpus import read_corpus, read_measured
from toolkit.tasks.frames.files import Form, frame_files, read_listed


def write_frames(folder, *shades, size=(8, 8)):
    folder.mkdir(parents=True, exist_ok=True)
    for place, shade in enumerate(shades):
        Image.new("L", size, shade).save(folder / f"{place}.png")


@pytest.fixture
def folder(tmp_path):
    """Two sequences, of three frames and of one, as a table and as folders."""
    write_frames(tmp_path / "clips/a", 10, 20, 30)
    write_frames(tmp_path / "clips/b", 40, size=(5, 9))
    (tmp_path / "clips/a/labels.txt").write_text("x\n\ny\n")
    (tmp_path / "clips/b/labels.txt").write_text("y\n")
    rows = ["a\ta/0.png\tx", "b\tb/0.png\ty", "a\ta/1.png\t", "a\ta/2.png\ty"]
    (tmp_path / "clips/frames.tsv").write_text("\n".join(["sequence\timage\tlabel", *rows]) + "\n")
    lists = [{"sequence": "a", "image": ["a/0.png", "a/1.png", "a/2.png"], "label": ["x", None, "y"]}]
    lists.append({"sequence": "b", "image": "b/0.png", "label": "y"})
    (tmp_path / "clips/frames.json").write_text(json.dumps(lists))
    return tmp_path / "clips"


@pytest.mark.parametrize("name", ["frames.tsv", "frames.json", ""])
def test_tables_lists_and_folders_say_the_same(folder, name):
    listed = read_listed(folder / name, Form())
    assert [(each.name, each.labels) for each in listed] == [("a", ["x", "", "y"]), ("b", ["y"])]
    assert [file.relative_to(folder).as_posix() for each in listed for file in each.files] == ["a/0.png", "a/1.png", "a/2.png", "b/0.png"]


def test_frames_of_other_sizes_are_stretched_and_one_without_a_label_is_kept(folder):
    read = read_measured(str(folder), Form(), 4, 1)
    assert read.pixels.shape == (4, 4, 4, 1)
    np.testing.assert_array_equal(read.pixels[:, 0, 0, 0], [10, 20, 30, 40])
    assert read.lengths.tolist() == [3, 1]
    assert read.report().noted == {"sequences": 2, "frames without a label, which are seen and not learned from": 1}


def test_a_frame_that_cannot_be_read_is_left_out_of_its_sequence(folder):
    (folder / "a/1.png").write_bytes(b"no picture")
    (folder / "b/0.png").unlink()
    read = read_measured(str(folder / "frames.tsv"), Form(), 4, 1)
    assert (read.names, read.labels, read.lengths.tolist()) == (["a"], ["x", "y"], [2])
    assert dict(read.dropped) == {"an image that cannot be read": 2}


def test_frames_of_a_folder_are_sorted_as_a_person_would(tmp_path):
    for name in ("10.png", "2.PNG", "1.jpg", "labels.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"")
    assert [file.name for file in frame_files(tmp_path)] == ["1.jpg", "2.PNG", "10.png"]


def test_splits_that_are_missing_are_carved_out_and_lose_no_label(tmp_path):
    for number in range(30):
        write_frames(tmp_path / f"{number}", number, 2 * number)
        (tmp_path / f"{number}/labels.txt").write_text(f"x\n{'rare' if number == 7 else 'y'}\n")
    corpus = read_corpus(str(tmp_path), Form(), 4, 3)
    assert sorted(name for part in corpus.splits.values() for name in part.names) == sorted(map(str, range(30)))
    assert all(len(corpus.splits[split]) for split in SPLITS)
    assert corpus.splits["train"].known == {"x", "y", "rare"}
    assert corpus.splits["train"].pixels.shape[1:] == (4, 4, 3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.tsv", None, "none.tsv: expected a table of frames, or a folder with a folder for each sequence, found none"),
        ("a.png", "", "a.png: expected a table of frames, or a folder with a folder for each sequence, found another file"),
        ("a.tsv", "sequence\timage\tlabel\na\ta/0.png\t\n", "a.tsv: expected labels of the frames, found none"),
        ("a.tsv", "sequence\timage\tlabel\na\t\tx\n", "a.tsv:2: expected the file of a frame, found none"),
        (
            "a.tsv",
            "image\tlabel\na/0.png\tx\n",
            'expected a column with the sequence, found "image", "label"; say which with --sequence-column',
        ),
        ("a.json", '[{"sequence": "a", "image": ["a/0.png"], "label": "x"}]', 'found no list as "label", 1 as "image"'),
        ("a.json", '[{"sequence": "a", "image": ["a/0.png"], "label": ["x", "y"]}]', 'found 2 as "label", 1 as "image"'),
        ("a/labels.txt", "x\ny\n", "labels.txt: expected a label for each of the 3 frames, a line each, found 2"),
    ],
)
def test_a_mistake_is_named(folder, name, content, message):
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(UserError) as error:
        read_listed(folder if name.endswith(".txt") else folder / name, Form())
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_folders_without_labels_are_named(folder):
    (folder / "b/labels.txt").unlink()
    with pytest.raises(UserError, match=r"labels\.txt: expected a label for each of the 1 frames, a line each, found no such file"):
        read_listed(folder, Form())
    (folder / "a/labels.txt").unlink()
    with pytest.raises(UserError, match=r"expected a folder for each sequence, with its frames and labels\.txt in it, found none"):
        read_listed(folder, Form())


def test_absent_images_are_an_error_if_all_are(folder):
    for file in folder.rglob("*.png"):
        file.unlink()
    with pytest.raises(
        UserError, match=r"0\.png: expected an image file, found none; none of the 4 images .*; --images says where they are"
    ):
        read_measured(str(folder / "frames.tsv"), Form(), 4, 1)


def test_few_sequences_and_one_label_are_refused(folder):
    with pytest.raises(UserError, match="the sequences are too few to take a validation split out of them"):
        read_corpus(str(folder), Form(), 4, 1)
    (folder / "one.tsv").write_text("sequence\timage\tlabel\na\ta/0.png\tx\n")
    data = ",".join(f"{split}={folder}/one.tsv" for split in SPLITS)
    with pytest.raises(UserError, match='expected frames of at least two labels, found only "x"'):
        read_corpus(data, Form(), 4, 1)


def test_each_split_has_labels(tmp_path):
    for number in range(30):
        write_frames(tmp_path / f"{number}", number, 2 * number)
        (tmp_path / f"{number}/labels.txt").write_text("\n\n" if number else "x\ny\n")
    with pytest.raises(UserError, match=r"expected frames (with|of at least two) labels"):
        read_corpus(str(tmp_path), Form(), 4, 1)
