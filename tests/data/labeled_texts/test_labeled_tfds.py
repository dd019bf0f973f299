import numpy as np
import pytest
import tensorflow_datasets as tfds

from tests.data.small_set import SmallSet
from toolkit.data.labeled_texts.corpus import read_corpus, read_split
from toolkit.data.splits.splitting import split_of
from toolkit.errors import UserError


class Tiny(SmallSet):
    features = {"id": np.int32, "sentence": tfds.features.Text(), "mood": tfds.features.ClassLabel(names=["sad", "glad"])}  # noqa: RUF012
    sizes = {"train": 200, "test": 20, "unsupervised": 5}  # noqa: RUF012

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


def test_a_set_without_texts(data_dir):
    with pytest.raises(UserError, match=r"expected a Text and a ClassLabel among the features, found .*x \("):
        read_corpus("tiny_numbers", data_dir=data_dir)
