import resource

import numpy as np
import pytest
import tensorflow_datasets as tfds

from toolkit.data.corpus import read_corpus, read_split
from toolkit.data.splitting import split_of
from toolkit.errors import UserError


class Tiny(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")
    features = {"id": np.int32, "sentence": tfds.features.Text(), "mood": tfds.features.ClassLabel(names=["sad", "glad"])}  # noqa: RUF012
    sizes = {"train": 200, "test": 20, "unsupervised": 5}  # noqa: RUF012

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(self.features))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.sizes}

    def _generate_examples(self, split):
        for number in range(self.sizes[split]):
            yield number, self.example(split, number)

    def example(self, split, number):
        return {"id": number, "sentence": f"{split} {number} é", "mood": number % 2}


class TinySecret(Tiny):
    sizes = {"train": 200, "validation": 20, "test": 10}  # noqa: RUF012

    def example(self, split, number):
        return {"id": number, "sentence": f"{split} {number}", "mood": -1 if split == "test" else number % 2}


class TinyPair(Tiny):
    features = {"premise": tfds.features.Text(), "hypothesis": tfds.features.Text(), "mood": tfds.features.ClassLabel(num_classes=2)}  # noqa: RUF012

    def example(self, split, number):
        return {"premise": f"{split} {number}", "hypothesis": f"h {split} {number}", "mood": number % 2}


class TinyNumbers(Tiny):
    features = {"x": np.int32, "label": tfds.features.ClassLabel(num_classes=2)}  # noqa: RUF012


class TinyDownload(Tiny):
    url_infos = {  # noqa: RUF012
        "http://host.invalid/reviews.zip": tfds.download.checksums.UrlInfo(size=1, checksum="0" * 64, filename="reviews.zip")
    }


class TinyRace(Tiny):
    """A set that another process prepares while this one is at it."""

    overtaken = False

    def _generate_examples(self, split):
        if not TinyRace.overtaken:
            TinyRace.overtaken = True
            TinyRace(data_dir=self.data_dir_root).download_and_prepare()
        return super()._generate_examples(split)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


def test_a_set_without_validation(data_dir):
    corpus = read_corpus("tiny", data_dir=data_dir)
    assert corpus.name == "tiny/1.0.0"
    assert corpus.label_names == ["sad", "glad"]
    assert sorted(corpus.splits["test"].texts) == sorted(f"test {number} é" for number in range(20))
    assert all(split_of(text, 90, 10) == "validation" for text in corpus.splits["validation"].texts)
    assert all(
        int(text.split()[1]) % 2 == label for text, label in zip(corpus.splits["train"].texts, corpus.splits["train"].labels, strict=True)
    )
    assert corpus.report.notes[:1] == ["splits not used: unsupervised (5)"]


def test_reading_again_gives_the_same_order(data_dir):
    first, second = (read_corpus("tiny:1.0.0", data_dir=data_dir) for _ in range(2))
    assert first.splits["train"].texts == second.splits["train"].texts


def test_read_split_takes_the_test(data_dir):
    split = read_split("tiny", label_names=["sad", "glad"], data_dir=data_dir)
    assert len(split.texts) == 20


def test_secret_test_labels(data_dir):
    corpus = read_corpus("tiny_secret", data_dir=data_dir)
    assert {text.split()[0] for text in corpus.splits["test"].texts} == {"validation"}
    assert {text.split()[0] for text in corpus.splits["validation"].texts} == {"train"}
    assert corpus.report.notes[:1] == ["the test split has no labels: the validation split is used as the test"]


def test_several_texts_need_a_choice(data_dir):
    with pytest.raises(UserError, match=r'expected a column with the text, found "premise", "hypothesis"; say which with --text-column'):
        read_corpus("tiny_pair", data_dir=data_dir)
    corpus = read_corpus("tiny_pair", data_dir=data_dir, text_column="hypothesis")
    assert corpus.splits["train"].texts[0].startswith("h ")
    assert corpus.label_names == ["0", "1"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tiny_numbers", r"expected a Text and a ClassLabel among the features, found .*x \("),
        ("imdb_review", r'received "imdb_review"; did you mean .*imdb_reviews'),
        ("glue/sst", r'the TFDS set "glue" has no configuration "sst"; did you mean sst2'),
        ("imdb_reviews:9.9.9", r'expected version 1\.0\.0 of the TFDS set "imdb_reviews", received "imdb_reviews:9\.9\.9"'),
        ("", r'expected a file, a folder or a TFDS set .* received ""'),
        ("community:imdb", r'expected a file, a folder or a TFDS set .* received "community:imdb"'),
    ],
)
def test_bad_names(data_dir, name, message):
    with pytest.raises(UserError, match=message) as caught:
        read_corpus(name, data_dir=data_dir)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_no_network_is_known_before_the_download(data_dir):
    with pytest.raises(
        UserError, match=r"no connection to host\.invalid; check the network, or put http://host\.invalid/reviews\.zip into .*manual"
    ):
        read_corpus("tiny_download", data_dir=data_dir)


def test_a_file_put_there_by_hand_needs_no_network(data_dir, tmp_path):
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    (manual / "reviews.zip").touch()
    assert read_corpus("tiny_download", data_dir=str(tmp_path)).splits["test"].texts


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"tiny/1\.0\.0: cannot prepare it in .*choose another --data-dir"):
        read_corpus("tiny", data_dir=str(tmp_path / "file"))


def test_another_process_may_be_first(data_dir):
    corpus = read_corpus("tiny_race", data_dir=data_dir)
    assert TinyRace.overtaken
    assert len(corpus.splits["test"].texts) == 20


def test_a_full_disk(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))  # no file may grow beyond, which writers meet as they meet a full disk
    try:
        with pytest.raises(UserError, match=r"tiny/1\.0\.0: cannot prepare it in .*choose another --data-dir"):
            read_corpus("tiny", data_dir=str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert read_corpus("tiny", data_dir=str(tmp_path)).splits["test"].texts
