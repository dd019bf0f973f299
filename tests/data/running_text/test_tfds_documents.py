import numpy as np
import pytest
import tensorflow_datasets as tfds

from toolkit.data.running_text.documents import read_document_split, read_documents
from toolkit.data.splits.splitting import split_of
from toolkit.errors import UserError

BOOK = "An old book,\n\n  with lines. " * 100


class TinyBook(tfds.core.GeneratorBasedBuilder):
    """Like `tiny_shakespeare`: one example per split."""

    VERSION = tfds.core.Version("1.0.0")
    features = {"text": tfds.features.Text()}  # noqa: RUF012
    splits = ("train", "validation", "test")

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(self.features))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.splits}

    def _generate_examples(self, split):
        yield 0, {"text": f"{split}: {BOOK}"}


class TinySentences(TinyBook):
    """Like `lm1b`: many examples, no validation."""

    splits = ("train", "test")

    def _generate_examples(self, split):
        for number in range(300):
            yield number, {"text": f"{split} {number} é"}


class TinyTitles(TinyBook):
    features = {"title": tfds.features.Text(), "abstract": tfds.features.Text()}  # noqa: RUF012

    def _generate_examples(self, split):
        yield 0, {"title": "a title", "abstract": f"{split} of an abstract"}


class TinyCounts(TinyBook):
    features = {"x": np.int32}  # noqa: RUF012


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


def texts_of(documents):
    return ["".join(document) for document in documents]


def test_a_set_of_one_text_per_split(data_dir):
    corpus = read_documents("tiny_book", data_dir=data_dir)
    assert corpus.name == "tiny_book/1.0.0"
    assert {split: texts_of(documents) for split, documents in corpus.splits.items()} == {
        split: [f"{split}: {BOOK}"] for split in ("train", "validation", "test")
    }
    assert corpus.continuous
    assert texts_of(read_document_split("tiny_book", data_dir=data_dir)) == [f"test: {BOOK}"]


def test_a_set_of_many_texts(data_dir):
    corpus = read_documents("tiny_sentences", data_dir=data_dir)
    train, validation = texts_of(corpus.splits["train"]), texts_of(corpus.splits["validation"])
    assert sorted(train + validation) == sorted(f"train {number} é" for number in range(300))
    assert all(split_of(text, 90, 10) == "validation" for text in validation)
    assert sorted(texts_of(corpus.splits["test"])) == sorted(f"test {number} é" for number in range(300))
    assert texts_of(corpus.splits["train"]) == train
    assert not corpus.continuous


def test_the_feature_is_chosen_if_there_are_several(data_dir):
    with pytest.raises(UserError, match=r'expected a column with the text, found "title", "abstract"; say which with --text-column'):
        read_documents("tiny_titles", data_dir=data_dir)
    corpus = read_documents("tiny_titles", text_column="abstract", data_dir=data_dir)
    assert texts_of(corpus.splits["train"]) == ["train of an abstract"]


def test_a_set_without_text_is_refused(data_dir):
    with pytest.raises(UserError, match=r"tiny_counts/1\.0\.0: expected a Text among the features, found x \("):
        read_documents("tiny_counts", data_dir=data_dir)
