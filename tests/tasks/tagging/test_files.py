"""Files of tagged sentences, and what is wrong with some."""

import re

import pytest

from toolkit.errors import UserError
from toolkit.tasks.tagging.corpus import read_sentences, read_tagged
from toolkit.tasks.tagging.files import GIANT, Form, read_file

CONLL_U = """\
# sent_id = 1
# text = Don't go.
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_
2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_
2.1\tgone\tgo\tVERB\tVB\t_\t_\t_\t_\t_
3\t1 000\tgo\tNUM\tCD\t_\t1\txcomp\t_\t_

"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="train.txt"):
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path / name

    return write


def read(path, **form):
    return [(list(each.words), list(each.tags)) for each in read_file(path, Form(**form))]


def test_columns_of_conll_2000(file):
    path = file("He PRP B-NP\nreckons VBZ B-VP\n\n\n# # B-NP\n1 CD I-NP\n")
    assert read(path) == [(["He", "reckons"], ["B-NP", "B-VP"]), (["#", "1"], ["B-NP", "I-NP"])]
    assert read(path, tag_column="2")[0] == (["He", "reckons"], ["PRP", "VBZ"])
    assert read_file(path, Form())[1].place(1) == f"{path}:6"


def test_marks_between_documents_are_no_words(file):
    assert read(file("-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\r\n\r\n")) == [(["EU"], ["I-ORG"])]


def test_conll_u_without_comments_ranges_and_empty_nodes(file):
    path = file(CONLL_U)
    assert read(path) == [(["Do", "n't", "1\u00a0000"], ["AUX", "PART", "NUM"])]
    assert read(path, tag_column="xpos", token_column="lemma") == [(["do", "not", "go"], ["VBP", "RB", "CD"])]


def test_json_lines(file):
    path = file('{"tokens": ["a", "b c"], "tags": ["X", "Y"]}\n\n{"tokens": [], "tags": []}\n')
    assert read(path) == [(["a", "b\u00a0c"], ["X", "Y"])]
    assert read(file('{"words": ["a"], "pos": ["X"]}\n'), token_column="words", tag_column="pos") == [(["a"], ["X"])]


def test_another_encoding(file):
    assert read(file("caf\xe9 X\n".encode("latin-1")), encoding="latin-1") == [(["caf\xe9"], ["X"])]


@pytest.mark.parametrize(
    ("text", "form", "message"),
    [
        ("a DT O\nb O\n", {}, ":2: expected 3 columns, as in line 1, received 2"),
        ("a\nb\n", {}, ':1: expected a word and its tag in columns, with spaces or a tab between them, received "a"'),
        ("a X\n", {"tag_column": "3"}, ':1: there is no column "3"; expected a number from 1 to 2; change --tag-column'),
        (CONLL_U, {"token_column": "word"}, ':3: there is no column "word"; expected a number from 1 to 10, or one of id, form'),
        ("a\tX\nb\t\n", {}, ":2: expected a word and its tag, received nothing in column 2"),
        ("\n\n", {}, ": expected sentences, a word and its tag on each line, found none in 2 lines"),
        ("a X\n" * (GIANT + 1), {}, f":1: expected an empty line after each sentence, found one of {GIANT + 1} words"),
        ('{"tokens": ["a"], "tags": []}\n', {}, ":1: expected a tag for each token, received 1 tokens and 0 tags"),
        ('{"tokens": ["a"], "tags": [1]}\n', {}, ':1: expected an array of strings as "tags", received a number in it'),
        ('{"tokens": ["a"]}\n', {}, ":1: expected \"tags\", an array of strings, received 'tokens'"),
        ('{"tokens": ["a"], "tags": ["X"]}\nno\n', {}, ":2: expected one JSON object per line, but this is not JSON"),
        (b"caf\xe9 X\n", {}, ":1: expected UTF-8, received byte 0xe9"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(file, text, form, message):
    path = file(text)
    with pytest.raises(UserError, match=f"^{re.escape(f'{path}{message}')}") as error:
        read_file(path, Form(**form))
    assert "\n" not in str(error.value)


def write_many(file, name, number, tags=("B-X", "I-X", "O")):
    return file("".join("".join(f"w{place}{line} {tag}\n" for place, tag in enumerate(tags)) + "\n" for line in range(number)), name)


def test_one_file_is_split_by_hash(file):
    corpus = read_tagged(str(write_many(file, "all.txt", 200)), Form())
    sizes = {name: len(sentences) for name, sentences in corpus.splits.items()}
    assert sum(sizes.values()) == 200
    assert 140 < sizes["train"] < 180  # 160 expected; three standard deviations are 17
    assert corpus.tag_names == ["B-X", "I-X", "O"]
    again = read_tagged(str(write_many(file, "again.txt", 200)), Form())
    assert [each.words for each in again.splits["test"]] == [each.words for each in corpus.splits["test"]]


def test_splits_by_name_are_kept_whole(file):
    train, test = write_many(file, "a.txt", 50), write_many(file, "b.txt", 7)
    corpus = read_tagged(f"train={train},test={test}", Form())
    assert len(corpus.splits["test"]) == 7
    assert corpus.report.splits["test"].noted["also in train"] > 0
    assert len(read_sentences(f"train={train},test={test}", Form())[0]) == 7
    assert len(read_sentences(str(train), Form())[0]) == 50


@pytest.mark.parametrize(
    ("number", "tags", "scheme", "message"),
    [
        (1, ("B-X", "O"), None, "1 sentences are too few to take a validation split out of them"),
        (100, ("X", "X"), None, 'expected at least two tags, received only "X"; change --tag-column'),
        (100, ("NOUN", "O"), "iob2", 'expected tags of chunks with --scheme iob2, such as B-NP, received "NOUN"'),
        (100, ("O", "I-X", "B-Y", "I-X"), None, "is not IOB1; 100 of 400 tags are not, and 200 are not IOB2"),
    ],
)
def test_data_that_teach_nothing_are_refused(file, number, tags, scheme, message):
    path = write_many(file, "all.txt", number, tags)
    with pytest.raises(UserError) as error:
        read_tagged(str(path), Form(), scheme)
    assert message in str(error.value)
