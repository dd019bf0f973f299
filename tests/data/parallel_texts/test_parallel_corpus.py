import subprocess
import sys

import pytest

from toolkit.data.parallel_texts.parallel_corpus import read_parallel, read_parallel_split
from toolkit.data.parallel_texts.parallel_filters import text_filters
from toolkit.data.splits.splitting import split_of
from toolkit.errors import UserError


def write(folder, name, pairs):
    """Writes pairs as two aligned files, and returns what `--data` calls them."""
    for language, texts in zip(("en", "de"), zip(*pairs, strict=True), strict=True):
        (folder / f"{name}.{language}").write_text("".join(f"{text}\n" for text in texts))
    return f"{folder / name}.en,{folder / name}.de"


def pairs(count, prefix="s"):
    return [(f"{prefix} {number}", f"t {number}") for number in range(count)]


def pairs_of(split):
    return list(zip(split.sources, split.targets, strict=True))


def test_a_whole_is_split_by_the_hash_of_the_source(tmp_path):
    corpus = read_parallel(write(tmp_path, "a", [*pairs(200), *((source, f"other {target}") for source, target in pairs(200))]))
    assert list(corpus.splits) == ["train", "validation", "test"]
    assert sum(len(split.sources) for split in corpus.splits.values()) == 400
    assert all(split_of(source) == name for name, split in corpus.splits.items() for source in split.sources)
    assert all(target.endswith(source[1:]) for split in corpus.splits.values() for source, target in pairs_of(split))
    assert (corpus.source_language, corpus.target_language) == ("en", "de")


def test_files_and_tables_give_the_same_corpus(tmp_path):
    data = write(tmp_path, "a", pairs(100))
    (tmp_path / "a.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in pairs(100)))
    first, second = read_parallel(data), read_parallel(str(tmp_path / "a.tsv"))
    assert all(pairs_of(first.splits[split]) == pairs_of(second.splits[split]) for split in first.splits)


def test_filters_drop_from_training_alone(tmp_path):
    odd = [("s 0", "t 0"), ("same", "same"), ("", "t"), ("s", ""), ("a rather long sentence", "t")]
    write(tmp_path, "train", [*pairs(100), *odd])
    write(tmp_path, "dev", [*odd, *odd])
    write(tmp_path, "test", odd)
    corpus = read_parallel(str(tmp_path), source="en", filters=text_filters(max_characters=10))
    reports = corpus.report.splits
    assert pairs_of(corpus.splits["train"]) == pairs(100)
    assert reports["train"].dropped == {"empty side": 2, "identical sides": 1, "longer than 10 characters": 1, "repeated": 1}
    assert pairs_of(corpus.splits["test"]) == [odd[0], odd[1], odd[4]]
    assert reports["test"].dropped == {"empty side": 2}
    assert reports["test"].noted == {"identical sides": 1, "source also in train": 1}
    assert reports["validation"].noted == {"identical sides": 2, "repeated": 2, "source also in train": 2}
    assert all(report.read == report.kept + sum(report.dropped.values()) for report in reports.values())


def test_a_test_split_is_read_as_it_is(tmp_path):
    write(tmp_path, "train", pairs(10))
    write(tmp_path, "test", [("b", "c"), ("b", "c"), ("", "x"), ("d", "d")])
    split = read_parallel_split(str(tmp_path), source="en", target="de")
    assert pairs_of(split) == [("b", "c"), ("b", "c"), ("d", "d")]
    assert split.report.dropped == {"empty side": 1}


def test_a_validation_split_stands_in_for_a_test(tmp_path):
    write(tmp_path, "train", pairs(10))
    write(tmp_path, "val", pairs(3, "v"))
    assert pairs_of(read_parallel_split(str(tmp_path), source="en")) == pairs(3, "v")


def test_all_of_a_set_without_splits_is_evaluated(tmp_path):
    assert pairs_of(read_parallel_split(write(tmp_path, "a", pairs(3)))) == pairs(3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pairs(3), r"too few pairs to take a \w+ split out of them by hash: it is empty; give at least 100"),
        ([(text, text) for text, _ in pairs(100)], r"expected pairs in the train split, but all \d+ were dropped \(\d+ identical sides\)"),
    ],
)
def test_bad_sets(tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        read_parallel(write(tmp_path, "a", content))


def test_a_set_without_training_is_refused(tmp_path):
    with pytest.raises(UserError, match="expected a training split, found test"):
        read_parallel(f"test={write(tmp_path, 'a', pairs(3))}")


def test_files_are_read_without_tensorflow(tmp_path):
    data = write(tmp_path, "a", pairs(100))
    read = f"from toolkit.data.parallel_texts.parallel_corpus import read_parallel; read_parallel({data!r})"
    code = f"import sys; {read}; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_few_pairs_are_split_so_that_no_split_is_empty(tmp_path):
    for number in range(10):
        corpus = read_parallel(write(tmp_path, "few", pairs(12, f"s{number}")))
        assert all(len(split.sources) for split in corpus.splits.values())
        assert sorted(pair for split in corpus.splits.values() for pair in pairs_of(split)) == sorted(pairs(12, f"s{number}"))
        moved = sum("would be empty otherwise" in note for note in corpus.report.notes)
        assert moved == sum(split_of(source) != name for name, split in corpus.splits.items() for source in split.sources)


def test_no_more_is_held_out_of_many_pairs_than_needed(tmp_path):
    corpus = read_parallel(write(tmp_path, "a", pairs(50_000)))
    sizes = {name: len(split.sources) for name, split in corpus.splits.items()}
    assert sizes == {"train": pytest.approx(46_000, rel=0.01), **dict.fromkeys(("validation", "test"), pytest.approx(2_000, rel=0.1))}
    assert all(split_of(source, 92, 4) == name for name, split in corpus.splits.items() for source in split.sources)
