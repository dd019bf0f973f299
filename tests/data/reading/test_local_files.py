from pathlib import Path

import pytest

from toolkit.data.reading.local_files import is_local, named_paths
from toolkit.errors import UserError


@pytest.mark.parametrize("data", ["a.csv", "x/a.tsv.gz", "./folder", "~/folder", "folder/", "/folder", "train=a,test=b", "a.parquet"])
def test_a_path_is_a_path_even_if_nothing_is_there(data):
    assert is_local(data)


@pytest.mark.parametrize("data", ["imdb_reviews", "glue/sst2", "imdb_reviews:1.0.0", "glue/sst2:2.0.0"])
def test_names_of_sets_are_no_paths(data):
    assert not is_local(data)


def test_what_exists_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "glue").mkdir()
    assert is_local("glue")


def test_several_named_files_per_split():
    paths = named_paths("train=a.en, a.de,dev=b.tsv", most=2)
    assert paths == {"train": [Path("a.en"), Path("a.de")], "validation": [Path("b.tsv")]}
    for data in ("train=a,b,c", "train=a,b,train=c", "train=a,,test=b", "train=,b", "train=a,other=b"):
        with pytest.raises(UserError, match="expected train=FILE,FILE,validation=FILE,FILE,test=FILE,FILE, each at most once"):
            named_paths(data, most=2)
