import numpy as np
import pytest
from token_files import TOKENIZER, token_file

from toolkit.data.running_text.documents import Documents
from toolkit.data.running_text.token_file import TokenFile
from toolkit.errors import UserError
from toolkit.text.exact_tokenizer import train_exact_tokenizer

TEXTS = ["one text\n", "x", "another, with a comma"]


def encoded(texts=TEXTS):
    return TOKENIZER.encode(texts)


def test_ids_and_borders(tmp_path):
    tokens = token_file(tmp_path / "tokens" / "a.ids", TEXTS)
    np.testing.assert_array_equal(tokens.ids, np.concatenate(encoded()))
    assert tokens.ids.dtype == np.uint16
    assert tokens.lengths.tolist() == [len(ids) for ids in encoded()]
    assert (len(tokens), tokens.documents) == (sum(map(len, encoded())), 3)
    assert tokens.characters == tokens.bytes == sum(map(len, TEXTS))
    assert tokens.unknown == 1
    assert [entry.name for entry in (tmp_path / "tokens").iterdir()] == ["a.ids"]


def test_counts_of_ids(tmp_path, monkeypatch):
    tokens = token_file(tmp_path / "a.ids", TEXTS)
    wanted = np.bincount(np.concatenate(encoded()), minlength=TOKENIZER.vocabulary_size)
    for counted in (1 << 24, 4):
        monkeypatch.setattr("toolkit.data.running_text.token_file._COUNTED", counted)
        np.testing.assert_array_equal(tokens.counts(TOKENIZER.vocabulary_size), wanted)


def test_counts_of_bytes(tmp_path):
    tokens = token_file(tmp_path / "a.ids", ["aé", "b"])
    assert (tokens.characters, tokens.bytes) == (3, 4)


def test_documents_in_parts(tmp_path):
    documents = Documents([lambda: iter([["one", " text\n"], ["x" * 400_000] * 5, ["y"]])])
    tokens = TokenFile.make(tmp_path / "a.ids", documents, TOKENIZER)
    assert tokens.lengths.tolist() == [9, 2_000_000, 1]
    assert TOKENIZER.decode(tokens.ids[:12]) == "one text\nxxx"
    assert TOKENIZER.decode(tokens.ids[-2:]) == "xy"


def test_a_large_vocabulary_takes_four_bytes(tmp_path):
    characters = [chr(code) for code in range(0x3400, 0x9FFF)] + [chr(code) for code in range(0x20000, 0x2A6DF)]
    tokenizer = train_exact_tokenizer(characters)
    tokens = TokenFile.make(tmp_path / "a.ids", Documents([lambda: iter([characters])]), tokenizer)
    assert tokens.ids.dtype == np.uint32
    assert tokens.ids.max() == tokenizer.vocabulary_size - 1 >= 1 << 16


def test_the_same_text_and_tokenizer_are_not_encoded_again(tmp_path):
    before = token_file(tmp_path / "a.ids", TEXTS)
    stamp = (tmp_path / "a.ids").stat().st_mtime_ns
    again = token_file(tmp_path / "a.ids", TEXTS)
    assert (tmp_path / "a.ids").stat().st_mtime_ns == stamp
    assert again.fingerprint == before.fingerprint
    np.testing.assert_array_equal(again.ids, before.ids)


def test_another_text_or_tokenizer_is_encoded_anew(tmp_path):
    path = tmp_path / "a.ids"
    assert len(token_file(path, TEXTS)) == len(token_file(path, TEXTS[::-1])) == 31
    np.testing.assert_array_equal(TokenFile(path).ids, np.concatenate(encoded(TEXTS[::-1])))
    other = train_exact_tokenizer(["xyz"])
    assert TokenFile.make(path, Documents([lambda: iter([["zy"]])]), other).ids.tolist() == other.encode(["zy"])[0].tolist()


@pytest.mark.parametrize("size", [0, 3, 40, -1])
def test_a_damaged_file_is_refused_and_made_anew(tmp_path, size):
    path = tmp_path / "a.ids"
    token_file(path, TEXTS)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(UserError, match=r"a\.ids: expected the tokens of a run, but the file is missing or damaged"):
        TokenFile(path)
    assert token_file(path, TEXTS).documents == 3


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"a\.ids: expected the tokens of a run"):
        TokenFile(tmp_path / "a.ids")


def test_a_text_that_fails_leaves_no_file(tmp_path):
    def source():
        yield ["text"]
        if failing:
            raise UserError("a.txt: cannot read it")

    failing = False
    documents = Documents([source])
    failing = True
    with pytest.raises(UserError, match="cannot read it"):
        TokenFile.make(tmp_path / "a.ids", documents, TOKENIZER)
    assert list(tmp_path.iterdir()) == []
