import gzip
import json

import numpy as np
import pytest

from toolkit.data.labeled_texts.corpus import read_corpus, read_split
from toolkit.data.reading.reading import Reading
from toolkit.data.splits.splitting import split_of
from toolkit.errors import UserError


def write(path, rows):
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    return str(path)


def rows(count, prefix="text"):
    return [(f"{prefix} {number}", ["no", "yes", "maybe"][number % 3]) for number in range(count)]


def test_one_file_is_split_by_hash(tmp_path):
    corpus = read_corpus(write(tmp_path / "f.csv", rows(300)))
    assert corpus.label_names == ["maybe", "no", "yes"]
    assert sorted(text for split in corpus.splits.values() for text in split.texts) == sorted(text for text, _ in rows(300))
    for name, split in corpus.splits.items():
        assert all(split_of(text) == name for text in split.texts)
        assert split.labels.dtype == np.int32
        assert all(corpus.label_names[label] == dict(rows(300))[text] for text, label in zip(split.texts, split.labels, strict=True))
        assert len(split.sources) == len(split.texts)


def test_the_order_of_the_file_does_not_move_a_text(tmp_path):
    one = read_corpus(write(tmp_path / "a.csv", rows(300)))
    other = read_corpus(write(tmp_path / "b.csv", [*reversed(rows(300)), ("new", "no")]))
    assert all(set(one.splits[name].texts) <= set(other.splits[name].texts) for name in one.splits)


def test_the_same_content_in_every_format_is_the_same_corpus(tmp_path):
    csv_corpus = read_corpus(write(tmp_path / "f.csv", rows(200)))
    lines = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows(200))
    (tmp_path / "f.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    json_corpus = read_corpus(str(tmp_path / "f.jsonl.gz"))
    assert all(csv_corpus.splits[name].texts == json_corpus.splits[name].texts for name in csv_corpus.splits)


def test_report_counts_what_was_dropped(tmp_path):
    corpus = read_corpus(write(tmp_path / "f.csv", [*rows(200), *rows(50), ("text 0", "yes"), ("unlabeled", "")]))
    reports = corpus.report.splits.values()
    assert sum(report.read for report in reports) == 252
    assert sum(report.kept for report in reports) == 200
    assert sum(report.dropped.get("repeated", 0) for report in reports) == 50
    assert sum(report.dropped.get("repeated with another label", 0) for report in reports) == 1
    assert sum(report.dropped.get("no label", 0) for report in reports) == 1
    assert all(report.read == report.kept + sum(report.dropped.values()) for report in reports)
    assert all(sum(report.labels.values()) == report.kept for report in reports)


def test_given_splits_are_kept_whole_and_leaks_are_counted(tmp_path):
    train = write(tmp_path / "train.csv", rows(100))
    test = write(tmp_path / "test.csv", [*rows(3), *rows(30, "new"), *rows(30, "new")])
    corpus = read_corpus(f"train={train},test={test}")
    assert len(corpus.splits["test"].texts) == 63
    assert corpus.report.splits["test"].noted["repeated"] == 30
    leaked = sum(text in corpus.splits["train"].texts for text, _ in rows(3))
    assert corpus.report.splits["test"].noted.get("also in train", 0) == leaked > 0
    assert len(corpus.splits["train"].texts) + len(corpus.splits["validation"].texts) == 100


def test_a_test_without_labels_gives_way_to_validation(tmp_path):
    write(tmp_path / "train.csv", rows(100))
    write(tmp_path / "dev.csv", rows(9, "dev"))
    write(tmp_path / "test.csv", [("secret", "")])
    corpus = read_corpus(str(tmp_path))
    assert len(corpus.splits["test"].texts) == 9
    assert len(corpus.splits["validation"].texts) > 0
    assert corpus.report.notes[0] == "the test split has no labels: the validation split is used as the test"


def test_numeric_labels_are_names_in_numeric_order(tmp_path):
    corpus = read_corpus(write(tmp_path / "f.csv", [(f"text {number}", number % 11) for number in range(300)]))
    assert corpus.label_names == [str(number) for number in range(11)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([(f"text {number}", "yes") for number in range(100)], r'expected at least two labels in training, received only "yes"'),
        ([(f"text {number}", "") for number in range(100)], r"expected labels in the train split, found \d+ texts and no label"),
        (rows(3), r"f\.csv: expected at least 10 different texts to take a \w+ split out of, received 3; give 100 or more"),
        ([("text 1", "")] * 50 + rows(5), r"different texts .*, received 5 \(55 texts were read\)"),
        ([("the same", ["no", "yes"][number % 2]) for number in range(100)], r"different texts .*, received 1 \(100 texts were read\)"),
        ([("", ["no", "yes"][number % 2]) for number in range(100)], r"different texts .*, received 1 \(100 texts were read\)"),
        ([(f"{number}", f"{number}") for number in range(30)], r"have a text to spare .*, received 30 labels for 30 texts; give"),
    ],
)
def test_bad_sets(tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        read_corpus(write(tmp_path / "f.csv", content))


def test_a_label_unseen_in_training_says_where(tmp_path):
    train = write(tmp_path / "train.csv", rows(100))
    test = write(tmp_path / "test.csv", [("a", "yes"), ("b", "perhaps")])
    with pytest.raises(
        UserError, match=r'test\.csv:3: the label "perhaps" \(1\) does not occur in training, which has "maybe", "no", "yes"'
    ):
        read_corpus(f"train={train},test={test}")


def test_a_set_without_training_is_refused(tmp_path):
    with pytest.raises(UserError, match="expected a training split, found test"):
        read_corpus(f"test={write(tmp_path / 'f.csv', rows(9))}")


def test_read_split_keeps_everything_with_a_label(tmp_path):
    split = read_split(
        write(tmp_path / "f.csv", [("a", "1"), ("a", "1"), ("b", "0"), ("c", ""), ("d", "neg")]), label_names=["negative", "positive"]
    )
    assert split.texts == ["a", "a", "b", "d"]
    assert split.labels.tolist() == [1, 1, 0, 0]
    assert split.report.dropped == {"no label": 1}


def test_read_split_takes_the_test_of_a_folder(tmp_path):
    write(tmp_path / "train.csv", rows(10))
    write(tmp_path / "test.csv", rows(4, "test"))
    assert read_split(str(tmp_path), label_names=["maybe", "no", "yes"]).texts == [f"test {number}" for number in range(4)]


def test_read_split_takes_the_validation_of_a_set_with_a_secret_test(tmp_path):
    for split, content in [("train", rows(10)), ("dev", rows(4, "dev")), ("test", [("secret", "")])]:
        write(tmp_path / f"{split}.csv", content)
    assert read_split(str(tmp_path), label_names=["maybe", "no", "yes"]).texts == [f"dev {number}" for number in range(4)]


def test_read_split_refuses_what_the_model_does_not_know(tmp_path):
    with pytest.raises(UserError, match=r'f\.csv:2: the label "maybe" \(1\) does not occur in training'):
        read_split(write(tmp_path / "f.csv", [("a", "maybe")]), label_names=["no", "yes"])
    with pytest.raises(UserError, match="expected texts with labels in test, found 1 texts and no label"):
        read_split(f"test={write(tmp_path / 'f.csv', [('a', '')])}", label_names=["no", "yes"])


def notes_of(corpus, *words):
    return [note for note in corpus.report.notes if all(word in note for word in words)]


@pytest.mark.parametrize("number", range(12))
def test_a_split_that_is_made_here_leaves_no_label_out_of_training(tmp_path, number):
    """Whatever the hash of the only text of a label says."""
    rare = f"arrived late but works {number}"
    corpus = read_corpus(write(tmp_path / "f.csv", [*rows(100), (rare, "mixed")]))
    assert rare in corpus.splits["train"].texts
    assert corpus.label_names == ["maybe", "mixed", "no", "yes"]
    assert notes_of(corpus, "not in the test split", '"mixed"')
    assert bool(notes_of(corpus, "moved", '"mixed" (1)')) == (split_of(rare) != "train")
    assert all(report.read == report.kept + sum(report.dropped.values()) for report in corpus.report.splits.values())
    for name, split in corpus.splits.items():
        assert all(split_of(text) == name for text in split.texts if text != rare)


def test_a_rare_label_with_repeated_texts_is_in_no_two_splits(tmp_path):
    rare = next(f"rare {number}" for number in range(100) if split_of(f"rare {number}") == "test")
    corpus = read_corpus(write(tmp_path / "f.csv", [*rows(100), (rare, "mixed"), (rare, "mixed")]))
    assert [name for name, split in corpus.splits.items() for text in split.texts if text == rare] == ["train"]


def test_forty_texts_are_enough_and_it_is_said_what_a_score_is_worth(tmp_path):
    for seed in range(20):
        content = [(f"{seed} text {number}", ["no", "yes"][number % 2]) for number in range(40)]
        corpus = read_corpus(write(tmp_path / "f.csv", content))
        sizes = {name: len(split.texts) for name, split in corpus.splits.items()}
        assert sum(sizes.values()) == 40
        assert min(sizes.values()) >= 1
        [note] = notes_of(corpus, "95 % interval")
        assert note.startswith(f"the test split has {sizes['test']} text")


@pytest.mark.parametrize("frequent", [10, 20, 40, 300])
@pytest.mark.parametrize(("labels", "rare"), [(2, 0), (2, 1), (2, 2), (2, 3), (15, 0)])
def test_a_set_of_any_size_keeps_each_label_in_training(tmp_path, frequent, labels, rare):
    for seed in range(5):
        content = [(f"{seed} text {number}", f"label {number % labels}") for number in range(max(frequent, labels + 5))]
        content += [(f"{seed} rare {number}", "rare") for number in range(rare)]
        corpus = read_corpus(write(tmp_path / "f.csv", content))
        assert set(corpus.label_names) == {label for _, label in content}
        assert min(corpus.splits["train"].report.labels.values()) > 0
        assert min(len(split.texts) for split in corpus.splits.values()) > 0
        assert sorted(text for split in corpus.splits.values() for text in split.texts) == sorted(text for text, _ in content)
        few = {label for label, number in corpus.splits["train"].report.labels.items() if number < 10}
        named = " ".join(notes_of(corpus, "fewer than 10 training texts, so hardly learned"))
        assert all((f'"{label}" (' in named) == (label in few) for label in corpus.label_names) or " more" in named


def test_a_small_set_is_split_the_same_way_in_any_order(tmp_path):
    content = rows(12, "few")
    one, other = (read_corpus(write(tmp_path / "f.csv", content)) for content in (content, content[::-1]))
    assert all(set(one.splits[name].texts) == set(other.splits[name].texts) for name in one.splits)


def test_whole_numbers_with_fractions_are_the_same_label(tmp_path):
    content = [(f"text {number}", ["0", "0.0", "1", "1.0"][number % 4]) for number in range(100)]
    corpus = read_corpus(write(tmp_path / "f.csv", content))
    assert corpus.label_names == ["0", "1"]
    assert corpus.report.notes[0] == 'labels with a fraction of zero are whole numbers: "0.0" (25), "1.0" (25)'


def test_labels_in_two_spellings_are_named(tmp_path):
    content = [(f"text {number}", ["negative", "Positive", "negative ", "positive"][number % 4]) for number in range(100)]
    corpus = read_corpus(write(tmp_path / "f.csv", content))
    assert corpus.label_names == ["Positive", "negative", "positive"]
    [note] = notes_of(corpus, "differ in case")
    assert '"Positive" (25), "positive" (25)' in note
    corpus = read_corpus(write(tmp_path / "f.csv", content), reading=Reading(label_map="Positive=positive"))
    assert corpus.label_names == ["negative", "positive"]


def test_missing_labels_are_no_label(tmp_path):
    content = [(f"text {number}", ["negative", "positive", "nan"][number % 3]) for number in range(120)]
    corpus = read_corpus(write(tmp_path / "f.csv", content))
    assert corpus.label_names == ["negative", "positive"]
    assert sum(report.dropped.get("no label", 0) for report in corpus.report.splits.values()) == 40
    assert notes_of(corpus, '"nan" (40)', "--label-missing")
    assert read_corpus(write(tmp_path / "f.csv", content), reading=Reading(label_missing="?")).label_names == ["?", "negative", "positive"]


def test_a_column_of_other_things_is_refused(tmp_path):
    content = [(f"text {number}", number / 7) for number in range(100)]
    with pytest.raises(UserError, match=r"expected labels that occur again and again, received \d+ different ones"):
        read_corpus(write(tmp_path / "f.csv", content))


@pytest.mark.parametrize("spelled", ["{}", "__label__{}", "{}.0"])
def test_read_split_matches_what_is_certain_and_says_it(tmp_path, spelled):
    names = ["1 star", "5 stars"]
    split = read_split(write(tmp_path / "f.csv", [("a", spelled.format(5)), ("b", spelled.format(1))]), label_names=names)
    assert split.labels.tolist() == [1, 0]
    [note] = split.notes
    assert f'"{spelled.format(1)}" (1) as "1 star", "{spelled.format(5)}" (1) as "5 stars"' in note


def test_read_split_lists_all_that_the_model_does_not_know(tmp_path):
    path = write(tmp_path / "f.csv", [("a", "yes"), ("b", "x"), ("c", "3"), ("d", "3")])
    with pytest.raises(UserError, match=r'f\.csv:3: 2 labels, "3" \(2\), "x" \(1\), do not occur in training, which has "no", "yes"; '):
        read_split(path, label_names=["no", "yes"])
    assert read_split(path, label_names=["no", "yes"], reading=Reading(label_map="x=no,3=yes")).labels.tolist() == [1, 0, 1, 1]


def test_splits_that_spell_labels_otherwise_are_matched(tmp_path):
    train = write(tmp_path / "train.csv", rows(100))
    test = write(tmp_path / "test.csv", [("a", "YES"), ("b", "No")])
    corpus = read_corpus(f"train={train},test={test}")
    assert [corpus.label_names[label] for label in corpus.splits["test"].labels] == ["yes", "no"]
    assert notes_of(corpus, '"YES" (1) as "yes"')


def test_a_test_file_of_three_rows_needs_no_header_if_training_has_none(tmp_path):
    (tmp_path / "train.tsv").write_text("".join(f"{label}\t{text}\n" for text, label in rows(100)))
    (tmp_path / "test.tsv").write_text("yes\tnew\nno\told\nmaybe\tx\n")
    assert read_corpus(str(tmp_path)).splits["test"].texts == ["new", "old", "x"]
