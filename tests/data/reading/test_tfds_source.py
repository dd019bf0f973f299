import resource

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tests.data.small_set import SmallSet
from toolkit.data.reading.tfds_source import find_set, read_features, text_features
from toolkit.errors import UserError


class Strings(SmallSet):
    features = {"id": np.int32, "sentence": tfds.features.Text(), "mood": tfds.features.ClassLabel(names=["sad", "glad"])}  # noqa: RUF012
    sizes = {"train": 200, "test": 20, "unsupervised": 5}  # noqa: RUF012

    def example(self, split, number):
        return {"id": number, "sentence": f"{split} {number} é", "mood": number % 3 - 1}


class StringsToDownload(Strings):
    url_infos = {  # noqa: RUF012
        "http://host.invalid/reviews.zip": tfds.download.checksums.UrlInfo(size=1, checksum="0" * 64, filename="reviews.zip")
    }


class StringsInARace(Strings):
    """A set that another process prepares while this one is at it."""

    overtaken = False

    def _generate_examples(self, split):
        if not StringsInARace.overtaken:
            StringsInARace.overtaken = True
            StringsInARace(data_dir=self.data_dir_root).download_and_prepare()
        return super()._generate_examples(split)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


def read(name, data_dir):
    return read_features(find_set(name, data_dir), ["sentence", "mood"])


def test_texts_and_classes_by_split(data_dir):
    parts, notes = read("strings", data_dir)
    assert list(parts) == ["train", "test"]
    texts, moods = parts["test"]
    assert sorted(zip(texts, moods, strict=True)) == sorted((f"test {n} é", ["", "sad", "glad"][n % 3]) for n in range(20))
    assert notes == ["splits not used: unsupervised (5)"]


def test_features_that_are_texts(data_dir):
    assert text_features(find_set("strings", data_dir)) == ["sentence"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("imdb_review", r'received "imdb_review"; did you mean .*imdb_reviews'),
        ("glue/sst", r'the TFDS set "glue" has no configuration "sst"; did you mean sst2'),
        ("imdb_reviews:9.9.9", r'expected version 1\.0\.0 of the TFDS set "imdb_reviews", received "imdb_reviews:9\.9\.9"'),
        ("", r'expected a file, a folder or a TFDS set .* received ""'),
        ("community:imdb", r'expected a file, a folder or a TFDS set .* received "community:imdb"'),
    ],
)
def test_bad_names(data_dir, name, message):
    with pytest.raises(UserError, match=message) as caught:
        read(name, data_dir)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_no_network_is_known_before_the_download(data_dir):
    with pytest.raises(
        UserError, match=r"no connection to host\.invalid; check the network, or put http://host\.invalid/reviews\.zip into .*manual"
    ):
        read("strings_to_download", data_dir)


def test_a_file_put_there_by_hand_needs_no_network(data_dir, tmp_path):
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    (manual / "reviews.zip").touch()
    parts, _ = read("strings_to_download", str(tmp_path))
    assert parts["test"][0]


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"strings/1\.0\.0: cannot prepare it in .*choose another --data-dir"):
        read("strings", str(tmp_path / "file"))


def test_another_process_may_be_first(data_dir):
    parts, _ = read("strings_in_a_race", data_dir)
    assert StringsInARace.overtaken
    assert len(parts["test"][0]) == 20


def test_a_full_disk(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))  # no file may grow beyond, which writers meet as they meet a full disk
    try:
        with pytest.raises(UserError, match=r"strings/1\.0\.0: cannot prepare it in .*choose another --data-dir"):
            read("strings", str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    parts, _ = read("strings", str(tmp_path))
    assert parts["test"][0]
