import numpy as np
import pytest
import tensorflow_datasets as tfds

from toolkit.data.parallel_texts.parallel_corpus import read_parallel, read_parallel_split
from toolkit.data.splits.splitting import split_of
from toolkit.errors import UserError


class ParallelTiny(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")
    features = tfds.features.Translation(languages=("en", "fr"))
    supervised = ("fr", "en")
    sizes = {"train": 200, "validation": 9, "extra": 3}  # noqa: RUF012

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=self.features, supervised_keys=self.supervised)

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.sizes}

    def _generate_examples(self, split):
        for number in range(self.sizes[split]):
            yield number, {key: f"{key} {split} {number} é" for key in self.features}


class ParallelTinyTexts(ParallelTiny):
    features = tfds.features.FeaturesDict({key: tfds.features.Text() for key in ("sw", "en")})
    supervised = None


class ParallelTinyThree(ParallelTinyTexts):
    features = tfds.features.Translation(languages=("de", "en", "fr"))


class ParallelTinyNumbers(ParallelTinyTexts):
    features = tfds.features.FeaturesDict({"x": np.int32, "text": tfds.features.Text()})


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("tfds"))


def test_supervised_keys_are_the_direction(data_dir):
    corpus = read_parallel("parallel_tiny", data_dir=data_dir)
    assert corpus.name == "parallel_tiny/1.0.0"
    assert (corpus.source_language, corpus.target_language) == ("fr", "en")
    assert corpus.report.notes == ["splits not used: extra (3)"]
    assert {name: len(split.sources) for name, split in corpus.splits.items() if name == "validation"} == {"validation": 9}
    assert all(split_of(source, 90, 0) == "test" for source in corpus.splits["test"].sources)
    for split in corpus.splits.values():
        assert [source.replace("fr", "en") for source in split.sources] == split.targets


def test_the_other_direction(data_dir):
    corpus = read_parallel("parallel_tiny", source="en", data_dir=data_dir)
    assert (corpus.source_language, corpus.target_language) == ("en", "fr")
    assert all(source.startswith("en ") for source in corpus.splits["train"].sources)


def test_two_texts_are_read_in_their_order(data_dir):
    corpus = read_parallel("parallel_tiny_texts", data_dir=data_dir)
    assert (corpus.source_language, corpus.target_language) == ("sw", "en")


def test_a_split_to_evaluate_on(data_dir):
    split = read_parallel_split("parallel_tiny", source="en", target="fr", data_dir=data_dir)
    assert sorted(split.sources) == [f"en validation {number} é" for number in range(9)]


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("parallel_tiny", {"source": "de"}, r'parallel_tiny/1\.0\.0: there is no source "de", only "en", "fr"; change --source'),
        ("parallel_tiny_three", {}, r'expected a source and a target, found "de", "en", "fr"; choose two with --source and --target'),
        ("parallel_tiny_numbers", {}, r"expected a Text per language among the features, found .*text \(Text\)"),
        ("parallel_tny", {}, r'received "parallel_tny"; did you mean parallel_tiny'),
    ],
)
def test_bad_sets(data_dir, name, asked, message):
    with pytest.raises(UserError, match=message):
        read_parallel(name, data_dir=data_dir, **asked)
