"""Tokenizers for language models: what is generated is text, so line feeds and repeated spaces have to come back."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from sentencepiece.sentencepiece_model_pb2 import ModelProto, NormalizerSpec

from toolkit.arguments import InvalidArgument, check_choice
from toolkit.errors import UserError
from toolkit.text.text_sample import TextSample
from toolkit.text.tokenizer import (
    COUNTS_UNKNOWN,
    SPACE_PIECE,
    Tokenizer,
    train_model,
    warn_of_small_vocabulary,
    with_literal_spaces,
)
from toolkit.text.well_formed import well_formed

EXACT_MODEL_TYPES = ("char", "bpe", "unigram", "word")

COUNTED = ("char", "word")
"""Those that take what is most frequent; the others learn from a sample."""

_SPECIAL = 4  # padding, unknown, begin, end
_BYTES = 256
_NO_CHARACTER = "\ufdd0"  # no text has it: it is for programs' own use
_SPACES_AS_THEY_ARE = {"add_dummy_prefix": False, "remove_extra_whitespaces": False, "escape_whitespaces": False}
_SPACES = [chr(code) for code in range(0x3001) if chr(code).isspace() and chr(code) not in " \n"]


def train_exact_tokenizer(
    texts: Iterable[str] | TextSample | Counter[str], model_type: str = "char", vocabulary_size: int | None = None
) -> Tokenizer:
    """Trains a tokenizer whose `decode(encode(text))` is the text, with its line feeds, tabs, repeated and leading spaces.

    That holds for every text with `"bpe"` and `"unigram"`, which write a character that they have not seen as its bytes, and for those of
    known characters with `"char"`. `"word"` gives back words with single spaces between them, and line feeds. A line feed is always a
    token of its own, and no token but a run of signs without a space goes beyond a word. Each character or word that is not in the
    vocabulary of `"char"` or `"word"` is one unknown id.

    The texts are read once. `"char"` and `"word"` count all of them; the others learn from a sample of 100 million characters if there are
    more, which is said in the log.

    Args:
        texts: The training split, in parts of any size; or what is learned of it: a `Counter` that `tokens_of` gives for `"char"` and
            `"word"`, a sample for the others.
        model_type: `"char"`, `"bpe"`, `"unigram"` or `"word"`: what stands between white space.
        vocabulary_size: Number of ids, the special ones included. `"char"` and `"word"` may do without: they take all that they find. With
            it they take the most frequent.

    Returns:
        The trained tokenizer.

    Raises:
        UserError: An argument is not one of those above, `vocabulary_size` is too small, or there is nothing in the texts.
    """
    check_choice("tokenizer", model_type, EXACT_MODEL_TYPES)
    reserved = _SPECIAL + _BYTES * (model_type in ("bpe", "unigram"))
    if vocabulary_size is None and model_type in ("bpe", "unigram"):
        raise InvalidArgument("vocabulary_size", f"a number for {model_type}; char and word do without", None)
    if vocabulary_size is not None and vocabulary_size <= reserved:
        raise InvalidArgument("vocabulary_size", f"above {reserved}, as the special ids and bytes take so many", vocabulary_size)
    if model_type in COUNTED:
        counts = texts if isinstance(texts, Counter) else tokens_of(texts, model_type)
        return (_char_tokenizer if model_type == "char" else _word_tokenizer)(counts, vocabulary_size)
    options = {"add_dummy_prefix": False, "remove_extra_whitespaces": False, "user_defined_symbols": ["\n"], "character_coverage": 1.0}
    proto = train_model(
        texts, vocab_size=vocabulary_size, model_type=model_type, normalization_rule_name="identity", byte_fallback=True, **options
    )
    tokenizer = Tokenizer(with_literal_spaces(proto))
    warn_of_small_vocabulary(tokenizer, vocabulary_size)
    return tokenizer


def tokens_of(texts: Iterable[str], model_type: str) -> Counter[str]:
    """Counts the characters or words of texts. Counts of parts of the texts may be added to each other.

    Args:
        texts: The texts.
        model_type: `"char"` or `"word"`.
    """
    counts: Counter[str] = Counter()
    for text in map(well_formed, texts):
        counts.update(text if model_type == "char" else _words(text))
    return counts


def _words(text: str) -> list[str]:
    return text.replace(SPACE_PIECE, " ").replace("\n", f" {_NO_CHARACTER} ").split()


def _char_tokenizer(counts: Counter[str], vocabulary_size: int | None) -> Tokenizer:
    # SentencePiece decodes its mark for a space to a space wherever it stands, so a text's own one goes by another name.
    aliases = {SPACE_PIECE: _NO_CHARACTER} if SPACE_PIECE in counts else {}
    characters = [aliases.get(character, character) for character in _most_frequent(counts, vocabulary_size)]
    return _tokenizer("char", characters, _SPACES_AS_THEY_ARE, aliases, {alias: character for character, alias in aliases.items()})


def _word_tokenizer(counts: Counter[str], vocabulary_size: int | None) -> Tokenizer:
    words = [SPACE_PIECE + word.replace(_NO_CHARACTER, "\n") for word in _most_frequent(counts, vocabulary_size)]
    spaces = {"add_dummy_prefix": True, "remove_extra_whitespaces": True, "escape_whitespaces": True}
    rules = {"\n": " \n ", **dict.fromkeys([SPACE_PIECE, *_SPACES], " ")}
    return _tokenizer("word", words, spaces, rules, {" \n ": "\n", " \n": "\n", "\n ": "\n"})


def _most_frequent(counts: Counter[str], vocabulary_size: int | None) -> list[str]:
    if not counts:
        raise UserError("a tokenizer needs texts to train on. Received: no text with any character in it")
    allowed = (token for token in counts if "\0" not in token)  # SentencePiece has no such piece
    ranked = sorted(allowed, key=lambda token: (-counts[token], token))
    return ranked if vocabulary_size is None else ranked[: vocabulary_size - _SPECIAL]


def _tokenizer(
    model_type: str, pieces: Iterable[str], spaces: Mapping[str, bool], rules: Mapping[str, str], inverse: Mapping[str, str]
) -> Tokenizer:
    """Makes a model of given pieces, which the trainer could not: it drops tabs and line feeds, and splits words at spaces alone.

    Args:
        model_type: `"char"` or `"word"`.
        pieces: The pieces, the most frequent first.
        spaces: What the model does about spaces before it looks for pieces.
        rules: What it replaces before that.
        inverse: What it replaces after decoding.
    """
    model = ModelProto.FromString(train_model(["a"], vocab_size=10, model_type=model_type, normalization_rule_name="identity"))
    del model.pieces[_SPECIAL:]
    for rank, piece in enumerate(pieces):
        model.pieces.add(piece=piece, score=-rank)
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.unk_surface = {"char": "\u2047", "word": " \u2047"}[model_type]
    model.normalizer_spec.name = COUNTS_UNKNOWN
    _set_rules(model.normalizer_spec, rules, spaces)
    if inverse:
        _set_rules(model.denormalizer_spec, inverse, _SPACES_AS_THEY_ARE)
    return Tokenizer(model.SerializeToString())


def _set_rules(spec: NormalizerSpec, rules: Mapping[str, str], spaces: Mapping[str, bool]) -> None:
    spec.precompiled_charsmap = _compiled(rules)
    for name, value in spaces.items():
        setattr(spec, name, value)


def _compiled(rules: Mapping[str, str]) -> bytes:
    """Returns replacements in the form of SentencePiece, which compiles them from a file."""
    if not rules:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rules.tsv"
        file.write_text("".join(f"{_codes(old)}\t{_codes(new)}\n" for old, new in rules.items()), "ascii", newline="\n")
        proto = train_model(["a"], vocab_size=10, model_type="char", normalization_rule_tsv=str(file))
    return ModelProto.FromString(proto).normalizer_spec.precompiled_charsmap


def _codes(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)
