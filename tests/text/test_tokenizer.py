"""The tokenizer: training, files of any origin, ids, and the way back to text."""

import logging
import os

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from text_samples import ODD_TEXTS, TEXTS, TOKENIZERS, foreign_model

from toolkit.arguments import InvalidArgument
from toolkit.errors import UserError
from toolkit.text.tokenizer import Tokenizer


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request):
    return TOKENIZERS[request.param]


def test_trained_ids_are_pad_unknown_begin_end(tokenizer):
    processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_proto)
    assert [processor.pad_id(), processor.unk_id(), processor.bos_id(), processor.eos_id()] == [0, 1, 2, 3]
    assert (tokenizer.pad_id, tokenizer.unk_id) == (0, 1)


@settings(deadline=None)  # two cores may be shared
@given(text=st.text())
@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_text_gives_int32_ids_that_are_never_special(model_type, text):
    tokenizer = TOKENIZERS[model_type]
    [ids] = tokenizer.encode([text])
    assert ids.dtype == np.int32
    assert ids.ndim == 1
    assert all(3 < index < tokenizer.vocabulary_size for index in ids)  # byte fallback: not even the unknown id


@settings(deadline=None)  # two cores may be shared
@given(text=st.text() | st.text(alphabet=" \n\t\u2581ae\u0301\0"))
def test_char_decodes_to_the_very_text(text):
    tokenizer = TOKENIZERS["char"]
    assert tokenizer.decode(tokenizer.encode([text])[0]) == text


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_char_decodes_odd_texts_whether_it_was_trained_on_them_or_not(text):
    trained_on_them = Tokenizer.train(ODD_TEXTS, 1000, "char")
    for tokenizer in (TOKENIZERS["char"], trained_on_them):
        assert tokenizer.decode(tokenizer.encode([text])[0]) == text


def test_char_has_one_id_per_character_it_was_trained_on():
    text = TEXTS[0]
    assert len(TOKENIZERS["char"].encode([text])[0]) == len(text)


@settings(deadline=None)  # two cores may be shared
@given(text=st.text() | st.text(alphabet=" \n\tA\u2581ae\u0301\ufb01\0"))
@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_split_says_which_part_of_the_very_text_each_id_stands_for(model_type, text):
    ids, parts = TOKENIZERS[model_type].split(text)
    assert ids.tolist() == TOKENIZERS[model_type].encode([text])[0].tolist()
    assert len(parts) == len(ids)
    assert "".join(parts) == (text if parts else "")


@pytest.mark.parametrize("model_type", ["bpe", "unigram"])
def test_decode_gives_the_words_back(model_type):
    tokenizer = TOKENIZERS[model_type]
    assert tokenizer.decode(tokenizer.encode(["the film is worth 10 stars 👍 ۞"])[0]) == "the film is worth 10 stars 👍 ۞"


def test_case_is_folded_by_default_and_kept_on_request():
    kept = Tokenizer.train(TEXTS, 1000, normalization="nmt_nfkc")
    assert TOKENIZERS["bpe"].decode(TOKENIZERS["bpe"].encode(["The FILM"])[0]) == "the film"
    assert kept.decode(kept.encode(["The FILM"])[0]) == "The FILM"


def test_without_byte_fallback_an_unseen_character_is_unknown():
    tokenizer = Tokenizer.train(["a b c"], 50, "char", byte_fallback=False)
    assert tokenizer.encode(["日"])[0].tolist() == [tokenizer.unk_id]


def test_decode_drops_special_ids(tokenizer):
    [ids] = tokenizer.encode(["good"])
    assert tokenizer.decode([2, *ids, 3, 0, 0]) == "good"


def test_decode_rejects_an_id_outside_of_the_vocabulary(tokenizer):
    with pytest.raises(ValueError, match=f"to {tokenizer.vocabulary_size - 1}. Received: {tokenizer.vocabulary_size}"):
        tokenizer.decode([4, tokenizer.vocabulary_size])


def test_encode_keeps_the_order_and_equals_one_by_one(tokenizer):
    texts = TEXTS[:20] + ODD_TEXTS
    for ids, text in zip(tokenizer.encode(texts), texts, strict=True):
        np.testing.assert_array_equal(ids, tokenizer.encode([text])[0])


def test_dropout_cuts_words_apart_in_other_ways_for_each_seed():
    tokenizer, texts = TOKENIZERS["bpe"], [*TEXTS, ""]
    whole, drawn = tokenizer.encode(texts), tokenizer.encode(texts, dropout=0.3, seed=1)
    assert [tokenizer.decode(ids) for ids in drawn] == [tokenizer.decode(ids) for ids in whole]
    assert sum(map(len, drawn)) > sum(map(len, whole))
    for seed in (2, 1):
        again = tokenizer.encode(texts, dropout=0.3, seed=seed)
        assert all(map(np.array_equal, again, drawn)) == (seed == 1)
    assert all(map(np.array_equal, tokenizer.encode(texts), whole))


def test_dropout_needs_merges():
    with pytest.raises(InvalidArgument, match="`dropout` must be"):
        TOKENIZERS["bpe"].encode(["text"], dropout=1.0)
    with pytest.raises(ValueError, match="`dropout` must be 0 for a tokenizer without merges"):
        TOKENIZERS["char"].encode(["text"], dropout=0.1)


def test_encode_of_no_texts_and_of_a_bare_string(tokenizer):
    assert tokenizer.encode([]) == []
    with pytest.raises(TypeError, match="sequence of strings"):
        tokenizer.encode("a bare string")


def test_encode_takes_a_lone_surrogate_and_a_megabyte(tokenizer):
    assert len(tokenizer.encode(["a\ud800b"])[0]) > 0
    assert len(tokenizer.encode(["good film " * 100_000])[0]) >= 200_000
    assert len(tokenizer.encode(["x" * 1_000_000])[0]) > 0


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_training_gives_the_same_bytes_however_many_cores(model_type):
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    try:
        again = Tokenizer.train(iter(TEXTS), 1000, model_type)
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
    assert again.model_proto == TOKENIZERS[model_type].model_proto
    assert again.fingerprint == TOKENIZERS[model_type].fingerprint


def test_training_prints_nothing(capfd):
    Tokenizer.train(TEXTS[:20], 400, "unigram")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("model_type", TOKENIZERS)
def test_training_reads_very_long_texts(model_type):
    # Given to the trainer as they stand, these repetitions would take unigram minutes.
    text = "x" * 300_000 + "\0\n" + "a good film " * 20_000 + "\u03b6" * 5000 + "\ud800"
    tokenizer = Tokenizer.train([text], 300, model_type)
    processor = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_proto)
    assert all(processor.piece_to_id(character) != tokenizer.unk_id for character in "xgdf\u03b6")  # from all of the text


@pytest.mark.parametrize("model_type", ["bpe", "unigram"])
def test_a_vocabulary_larger_than_the_texts_is_cut_and_reported(model_type, caplog):
    with caplog.at_level(logging.WARNING):
        tokenizer = Tokenizer.train(["a few words, a few tokens"], 16000, model_type)
    assert 260 < tokenizer.vocabulary_size < 400
    assert caplog.messages == [f"`vocabulary_size` is 16000, but the texts give only {tokenizer.vocabulary_size} tokens"]


def test_a_char_vocabulary_is_all_characters_or_the_most_frequent(caplog):
    assert Tokenizer.train(["aaabbc"], 1000, "char").vocabulary_size == 4 + 256 + len("abc")
    small = Tokenizer.train(["aaabbc"], 4 + 256 + 2, "char")
    assert [len(ids) for ids in small.encode(["a", "b", "c", "é"])] == [1, 1, 1, 2]
    assert small.encode(["c"])[0].tolist() == [4 + ord("c")]  # its byte
    assert not caplog.messages


@pytest.mark.parametrize("model_type", ["bpe", "unigram"])
def test_a_vocabulary_too_small_names_the_smallest_that_works(model_type):
    with pytest.raises(InvalidArgument, match=r"`vocabulary_size` must be at least \d+, .* Received: vocabulary_size=270$") as error:
        Tokenizer.train(TEXTS, 270, model_type)
    needed = int(error.value.expected.split()[2].rstrip(","))
    assert Tokenizer.train(TEXTS, needed, model_type).vocabulary_size == needed


@pytest.mark.parametrize("model_type", TOKENIZERS)
@pytest.mark.parametrize("texts", [[], [""], ["", "\n"]])
def test_training_needs_text(model_type, texts):
    with pytest.raises(UserError, match="needs texts to train on"):
        Tokenizer.train(texts, 1000, model_type)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model_type": "wordpiece"}, "`model_type` must be one of bpe, unigram, char. Received: model_type='wordpiece'"),
        ({"normalization": "lower"}, "`normalization` must be one of .*identity. Received: normalization='lower'"),
        ({"vocabulary_size": 260}, "`vocabulary_size` must be above 260, .* Received: vocabulary_size=260"),
        ({"vocabulary_size": 0, "byte_fallback": False}, "`vocabulary_size` must be above 4, .* Received: vocabulary_size=0"),
    ],
)
def test_train_rejects_other_settings(options, message):
    with pytest.raises(InvalidArgument, match=message):
        Tokenizer.train(TEXTS, **{"vocabulary_size": 1000, **options})


def test_save_and_load(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.model")
    loaded = Tokenizer.load(tmp_path / "tokenizer.model")
    assert loaded.fingerprint == tokenizer.fingerprint
    assert loaded.model_type == tokenizer.model_type
    assert loaded.vocabulary_size == tokenizer.vocabulary_size
    for ids, expected in zip(loaded.encode(ODD_TEXTS), tokenizer.encode(ODD_TEXTS), strict=True):
        np.testing.assert_array_equal(ids, expected)


@pytest.mark.parametrize("model_type", ["bpe", "unigram", "char", "word"])
def test_a_model_without_padding_gets_it_at_zero(model_type, tmp_path):
    path = tmp_path / "foreign.model"
    path.write_bytes(foreign_model(model_type=model_type))
    before = path.read_bytes()
    original, tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(path)), Tokenizer.load(path)
    assert original.pad_id() == -1
    assert tokenizer.vocabulary_size == original.get_piece_size() + 1
    assert tokenizer.unk_id == original.unk_id() + 1
    assert tokenizer.model_type == model_type
    for text in TEXTS[:10] + ODD_TEXTS:
        [ids] = tokenizer.encode([text])
        assert ids.tolist() == [index + 1 for index in original.encode(text)]
        assert tokenizer.decode(ids) == original.decode(original.encode(text))
    assert path.read_bytes() == before


@pytest.mark.parametrize("options", [{"pad_id": 3}, {"pad_id": 7, "pad_piece": "[PAD]", "unk_id": 5, "bos_id": -1}])
def test_padding_elsewhere_moves_to_zero_and_other_pieces_keep_their_order(options):
    original = sentencepiece.SentencePieceProcessor(model_proto=foreign_model(**options))
    tokenizer = Tokenizer(original.serialized_model_proto())
    moved = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_proto)
    pieces = [original.id_to_piece(index) for index in range(original.get_piece_size())]
    padding = pieces.pop(options["pad_id"])
    assert [moved.id_to_piece(index) for index in range(moved.get_piece_size())] == [padding, *pieces]
    assert (moved.pad_id(), moved.bos_id()) == (0, -1 if "bos_id" in options else 2)
    for text in TEXTS[:10]:
        assert moved.encode(text, out_type=str) == original.encode(text, out_type=str)
    assert Tokenizer(tokenizer.model_proto).model_proto == tokenizer.model_proto


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"a,b\n" * 1000, TOKENIZERS["bpe"].model_proto[:5000], TOKENIZERS["bpe"].model_proto[:-1]]
)
def test_load_rejects_other_files_by_name(content, tmp_path):
    path = tmp_path / "broken.model"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"broken\.model: expected a SentencePiece model file"):
        Tokenizer.load(path)


def test_load_names_a_missing_file(tmp_path):
    with pytest.raises(UserError, match=r"absent\.model: .*No such file"):
        Tokenizer.load(tmp_path / "absent.model")


def test_constructor_rejects_other_bytes():
    with pytest.raises(ValueError, match="`model_proto` must be a SentencePiece model"):
        Tokenizer(b"hello")


def test_pieces_have_ids(tokenizer):
    ids = tokenizer.encode(["a text \U0001f600"])[0]
    assert tokenizer.ids_of(tokenizer.pieces(ids)).tolist() == ids.tolist()
    assert tokenizer.ids_of(["no such piece"]).tolist() == [tokenizer.unk_id]
    assert tokenizer.ids_of([]).tolist() == []


def test_score_adds_the_pieces():
    processor = sentencepiece.SentencePieceProcessor(model_proto=TOKENIZERS["unigram"].model_proto)
    [ids] = TOKENIZERS["unigram"].encode(["a good film"])
    assert TOKENIZERS["unigram"].score(ids) == sum(processor.get_score(int(index)) for index in ids) < 0
