"""Text to token ids and back, over SentencePiece model files."""

import hashlib
import io
import logging
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import sentencepiece
from google.protobuf.message import DecodeError
from sentencepiece.sentencepiece_model_pb2 import ModelProto, TrainerSpec
from sentencepiece.sentencepiece_pb2 import SentencePieceText

from toolkit.arguments import InvalidArgument, check_choice, check_rate, option
from toolkit.errors import UserError
from toolkit.text.text_sample import TextSample
from toolkit.text.well_formed import well_formed

MODEL_TYPES = ("bpe", "unigram", "char")
NORMALIZATIONS = ("nmt_nfkc_cf", "nmt_nfkc", "nfkc_cf", "nfkc", "identity")

SPACE_PIECE = "\u2581"
"""SentencePiece's mark for a space."""

COUNTS_UNKNOWN = "counts_unknown"
"""Name of the normalization of a char or word model in which each unknown character or word is an id; else a run of them is one."""

_WORD = re.compile(rf"[\s{SPACE_PIECE}]*[^\s{SPACE_PIECE}]+")  # with the spaces before it

_log = logging.getLogger(__name__)


class Tokenizer:
    """A SentencePiece model whose id 0 is padding.

    `Tokenizer.train` makes one from texts, with the ids padding 0, unknown 1, begin 2 and end 3. `Tokenizer.load` reads any SentencePiece
    file; if it keeps padding at another id or has none, padding becomes id 0 in memory, the pieces that stood before it move up by one, and
    `save` writes the model in that order. No text is encoded to the padding, begin or end ids: those are for batches and decoders.

    Args:
        model_proto: A serialized SentencePiece `ModelProto`.

    Attributes:
        model_proto: The model in bytes, padding first.
        model_type: `"bpe"`, `"unigram"`, `"char"` or `"word"`.
        counts_unknown: Whether, in a `"char"` or `"word"` model, each of several unknown characters or words in a row has its own id. In
            other models of SentencePiece they share one.
        pad_id: 0.

    Raises:
        ValueError: `model_proto` is not a whole SentencePiece model.

    Source: Kudo & Richardson 2018, "SentencePiece: A simple and language independent subword tokenizer and detokenizer for neural text
    processing".
    """

    pad_id = 0

    def __init__(self, model_proto: bytes):
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            model = ModelProto.FromString(model_proto)
            self.model_proto = _with_padding_first(model)
            self._processor.LoadFromSerializedProto(self.model_proto)
        except (DecodeError, RuntimeError) as error:
            raise ValueError(
                f"Argument `model_proto` must be a SentencePiece model. Received: {len(model_proto)} bytes ({error})"
            ) from error
        self.model_type = TrainerSpec.ModelType.Name(model.trainer_spec.model_type).lower()
        self.counts_unknown = model.normalizer_spec.name == COUNTS_UNKNOWN

    @classmethod
    def train(
        cls,
        texts: Iterable[str] | TextSample,
        vocabulary_size: int,
        model_type: str = "bpe",
        normalization: str | None = None,
        byte_fallback: bool = True,
    ) -> "Tokenizer":
        """Trains a tokenizer; the same texts give the same bytes on any machine.

        Args:
            texts: The training split, and nothing else, or the test score is too good, or what is learned of it. What is repeated word for
                word counts once.
            vocabulary_size: Number of ids, the special ones and the 256 bytes included. It is a limit: texts that hold fewer tokens give a
                smaller vocabulary, which `"bpe"` and `"unigram"` report by a warning in the log.
            model_type: `"bpe"`, `"unigram"`, or `"char"`, for which, as it is here, `decode(encode(text)) == text`.
            normalization: SentencePiece's name of the rule applied to each text before it is split: `"nmt_nfkc_cf"` (the default:
                compatibility characters unified, case folded), `"nmt_nfkc"`, `"nfkc_cf"`, `"nfkc"`, or `"identity"` (that of `"char"`).
            byte_fallback: Whether a character outside the vocabulary becomes its UTF-8 bytes, which decode to it, and not the unknown id.

        Returns:
            The trained tokenizer.

        Raises:
            UserError: An argument is not one of those above, `vocabulary_size` is below what the characters of the texts need, or the texts
                are empty.
        """
        if normalization is None:
            normalization = "identity" if model_type == "char" else "nmt_nfkc_cf"
        check_choice("model_type", model_type, MODEL_TYPES)
        check_choice("normalization", normalization, NORMALIZATIONS)
        reserved = 4 + 256 * byte_fallback
        if vocabulary_size <= reserved:
            raise InvalidArgument("vocabulary_size", f"above {reserved}, as the special ids and bytes take so many", vocabulary_size)
        options = {
            "vocab_size": vocabulary_size,
            "model_type": model_type,
            "normalization_rule_name": normalization,
            "byte_fallback": byte_fallback,
        }
        if model_type == "char":
            proto = train_model(texts, **options, character_coverage=1.0, add_dummy_prefix=False, remove_extra_whitespaces=False)
            return cls(with_literal_spaces(proto))
        tokenizer = cls(train_model(texts, **options))
        warn_of_small_vocabulary(tokenizer, vocabulary_size)
        return tokenizer

    @classmethod
    def load(cls, path: str | os.PathLike, needs_ends: bool = False) -> "Tokenizer":
        """Reads a SentencePiece `.model` file of any origin.

        Args:
            path: The file; it is not changed.
            needs_ends: Whether it must have ids for the begin and the end of a text, as what writes texts needs them.

        Returns:
            The tokenizer, whose id 0 is padding whatever the file has.

        Raises:
            UserError: The file cannot be read, is cut short or is not a SentencePiece model, or lacks an id.
        """
        try:
            tokenizer = cls(Path(path).read_bytes())
        except OSError as error:
            raise UserError(f"{path}: expected a SentencePiece model file; {error.strerror}") from error
        except ValueError as error:
            raise UserError(
                f"{path}: expected a SentencePiece model file, but it is cut short or of another format; train or copy it again"
            ) from error
        if needs_ends and min(tokenizer.begin_id, tokenizer.end_id) < 0:
            raise UserError(f"{path}: expected a tokenizer with ids for the begin and the end of a text (<s>, </s>), found none")
        return tokenizer

    def save(self, path: str | os.PathLike) -> None:
        """Writes the model as one file that `load`, and any other SentencePiece reader, takes."""
        Path(path).write_bytes(self.model_proto)

    def encode(self, texts: Sequence[str], *, dropout: float = 0.0, seed: int = 0) -> list[np.ndarray]:
        """Turns texts into ids, on all cores; with dropout on one.

        Args:
            texts: Any strings. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
            dropout: Share of the merges that are left out at random, so that words come apart in other ways (BPE-dropout, Provilkov et al.
                2020). Of `"bpe"` only.
            seed: Of the dropout; the same one gives the same ids.

        Returns:
            One int32 array per text; an empty one for an empty text.

        Raises:
            ValueError: The dropout is out of range, or the model has no merges.
        """
        if isinstance(texts, str):
            raise TypeError(f"Argument `texts` must be a sequence of strings. Received: the string {texts[:40]!r}")
        texts = [well_formed(text) for text in texts]
        cut = self._drawn(texts, dropout, seed) if dropout else self._processor.encode(texts)
        encoded = [np.array(ids, dtype="int32") for ids in cut]
        if self.counts_unknown:
            for place, ids in enumerate(encoded):
                if self.unk_id in ids:
                    encoded[place] = np.repeat(ids, self._units(self._processor.encode(texts[place], out_type=str), ids))
        return encoded

    def _drawn(self, texts: list[str], dropout: float, seed: int) -> list[list[int]]:
        check_rate("dropout", dropout)
        if self.model_type != "bpe":
            raise ValueError(f"Argument `dropout` must be 0 for a tokenizer without merges. Received: {dropout} for {self.model_type}")
        sentencepiece.set_random_generator_seed(seed)  # each call has threads of its own, which read it
        return self._processor.encode(texts, enable_sampling=True, alpha=dropout, nbest_size=-1, num_threads=1)

    def _units(self, pieces: Sequence[str], ids: np.ndarray) -> list[int]:
        """Returns how many characters or words each piece stands for: unknown ones in a row are given as one piece."""
        unit = SPACE_PIECE if self.model_type == "word" else ""
        return [
            (piece.count(unit) if unit else len(piece)) if index == self.unk_id else 1 for piece, index in zip(pieces, ids, strict=True)
        ]

    def split(self, text: str) -> tuple[np.ndarray, list[str]]:
        """Turns a text into ids, and says which part of it each of them stands for.

        Args:
            text: Any string, as for `encode`.

        Returns:
            The ids, and as many strings, which put together are the text, whatever the tokenizer does to spaces and capitals. Of a
            character that is written as its bytes the last one has it; the others are empty.
        """
        text = well_formed(text)
        cut = SentencePieceText.FromString(self._processor.encode(text, out_type="serialized_proto")).pieces
        ids = np.array([piece.id for piece in cut], "int32")
        encoded, place, parts = text.encode(), 0, []
        for piece in cut:
            end = max(place, piece.end)
            parts.append(encoded[place:end].decode())
            place = end
        if parts:
            parts[-1] += encoded[place:].decode()
        if self.counts_unknown and self.unk_id in ids:
            units = self._units([piece.piece for piece in cut], ids)
            return np.repeat(ids, units), [part for whole, unit in zip(parts, units, strict=True) for part in self._apart(whole, unit)]
        return ids, parts

    def _apart(self, whole: str, units: int) -> list[str]:
        """Cuts what several unknown characters or words in a row stand for."""
        first = (_WORD.findall(whole) if self.model_type == "word" else list(whole))[: units - 1]
        return [*first, *[""] * (units - 1 - len(first)), whole[sum(map(len, first)) :]]

    def ids_without_text(self, ends: bool) -> tuple[int, ...]:
        """Returns the ids that are never to be written: padding, unknown and begin, and the end if texts have none.

        Args:
            ends: Whether texts have an end.
        """
        ids = (self.pad_id, self.unk_id, self.begin_id, -1 if ends else self.end_id)
        return tuple(index for index in ids if index >= 0)

    def decode(self, ids: Iterable[int]) -> str:
        """Turns the ids of one text into the text; padding, begin and end ids leave no trace.

        Raises:
            ValueError: An id is outside of the vocabulary.
        """
        return self._processor.decode([self._checked(index) for index in ids])

    def _checked(self, index: int) -> int:
        if not 0 <= int(index) < self.vocabulary_size:
            raise ValueError(f"Argument `ids` must hold ids from 0 to {self.vocabulary_size - 1}. Received: {index}")
        return int(index)

    def score(self, ids: Iterable[int]) -> float:
        """Returns the sum of the scores of the pieces, in a unigram model the log probability of this segmentation."""
        return sum(self._processor.get_score(int(index)) for index in ids)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids."""
        return self._processor.get_piece_size()

    @property
    def unk_id(self) -> int:
        """The id of what is not in the vocabulary."""
        return self._processor.unk_id()

    @property
    def begin_id(self) -> int:
        """The id that begins what a decoder reads; -1 if a loaded model has none."""
        return self._processor.bos_id()

    @property
    def end_id(self) -> int:
        """The id that ends a sequence; -1 if a loaded model has none."""
        return self._processor.eos_id()

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """Returns the pieces of ids, as they stand in the vocabulary: U+2581 is a space.

        Raises:
            ValueError: An id is outside of the vocabulary.
        """
        return [self._processor.id_to_piece(self._checked(index)) for index in ids]

    def ids_of(self, pieces: Iterable[str]) -> np.ndarray:
        """Returns the ids of pieces, int32 `[pieces]`, as `pieces` gives them; of what is no piece the unknown id."""
        return np.array([self._processor.piece_to_id(piece) for piece in pieces], np.int32)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of `model_proto`, in hexadecimal."""
        return hashlib.sha256(self.model_proto).hexdigest()


def warn_of_small_vocabulary(tokenizer: Tokenizer, vocabulary_size: int) -> None:
    """Says in the log if a tokenizer has fewer ids than it was asked for."""
    if tokenizer.vocabulary_size < vocabulary_size:
        _log.warning("%s is %d, but the texts give only %d tokens", option("vocabulary_size"), vocabulary_size, tokenizer.vocabulary_size)


def train_model(texts: Iterable[str] | TextSample, **options) -> bytes:
    """Trains a model with the special ids padding 0, unknown 1, begin 2 and end 3.

    Args:
        texts: What to train on.
        **options: Of SentencePiece's trainer, `vocab_size` among them.

    Returns:
        The serialized `ModelProto`.

    Raises:
        UserError: The vocabulary is too small for the characters, or the texts are empty.
    """
    sample = texts if isinstance(texts, TextSample) else TextSample(texts)
    if sample.level:
        _log.warning("the tokenizer learns from a sample of %s of the %s characters", f"{sample.characters:,}", f"{sample.read:,}")
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sample),
            model_writer=model,
            pad_id=0,
            unk_id=1,
            bos_id=2,
            eos_id=3,
            hard_vocab_limit=False,
            num_threads=1,  # the sums of unigram, and so its model, depend on this number
            minloglevel=2,
            **options,
        )
    except RuntimeError as error:
        if needed := re.search(r"smaller than required_chars\. \d+ vs (\d+)", str(error)):
            expected = f"at least {needed[1]}, which the characters of these texts need"
            raise InvalidArgument("vocabulary_size", expected, options["vocab_size"]) from error
        if "sentences_.empty()" in str(error) or "all_chars_count" in str(error):
            raise UserError("a tokenizer needs texts to train on. Received: no text with any character in it") from error
        raise
    return model.getvalue()


def with_literal_spaces(model_proto: bytes) -> bytes:
    """Returns a model that reads a space as itself, so that U+2581, SentencePiece's mark for a space, stays U+2581.

    The trainer cannot do this: it refuses to train a model without the mark.
    """
    model = ModelProto.FromString(model_proto)
    model.normalizer_spec.escape_whitespaces = False
    for piece in model.pieces:
        piece.piece = piece.piece.replace(SPACE_PIECE, " ")
    return model.SerializeToString()


def _with_padding_first(model: ModelProto) -> bytes:
    spec, control = model.trainer_spec, ModelProto.SentencePiece.CONTROL
    if all(piece.piece != spec.pad_piece for piece in model.pieces):
        model.pieces.add(piece=spec.pad_piece, type=control, score=0.0)
    model.pieces.sort(key=lambda piece: piece.piece != spec.pad_piece)
    model.pieces[0].type = control
    places = {piece.piece: place for place, piece in enumerate(model.pieces)}
    for name in ("unk", "bos", "eos", "pad"):
        setattr(spec, f"{name}_id", places.get(getattr(spec, f"{name}_piece"), -1))
    return model.SerializeToString()
