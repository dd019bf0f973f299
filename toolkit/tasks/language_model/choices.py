"""How a language model is trained where nobody has said so: the rule, from what was read."""

from collections.abc import Callable
from typing import Any

from toolkit.cells import not_honoured
from toolkit.tasks.choice import Characters, Choice, in_hundreds

CHARACTERS_PER_MINUTE = 10_000_000
"""More there is no time to encode and to train on."""

WORK_PER_MINUTE, WORK_BESIDES = 4e9, 2_000
"""Logits that are made in training, if all but the logits takes as long as so many of each token."""

PIECES, WORDS = (400, 500, 8_000, 400), (200, 2_000, 30_000, 1_500)
"""Of subwords and of words: characters of text for each, at least and at most so many, and at most so many for each minute."""

TOKENS, MOST_EPOCHS = 16_000_000, 30
TOKENS_PER_UPDATE, LEAST_UPDATES = 2048, 100
VALIDATION_TOKENS = 100_000
FEW_TOKENS, SMALL_VECTOR, LARGE_VECTOR = 1_000, 128, 256
"""A vocabulary of fewer, as one of characters is, and the sizes of the vectors of its tokens and of those of a larger one."""

DROPOUTS, MOST_DROPOUT = ((2, 0.0), (8, 0.1)), 0.3
"""Up to how often a text is read, and the dropout then; and the dropout beyond."""


def most_characters(settings: Any) -> int | None:
    """Returns how many characters to train on at most: those given, or as many as there is time for, 10 million a minute.

    Args:
        settings: `TextSettings`.
    """
    if settings.most_characters is None and settings.minutes is not None:
        return int(settings.minutes * CHARACTERS_PER_MINUTE)
    return settings.most_characters


def vocabulary_size(settings: Any, count: Callable[[], Characters]) -> int | None:
    """Returns the size of the vocabulary: that given, or what suits the texts; `None` for all characters that there are.

    A piece of a word is worth its place if there are 400 characters for it, a whole word at half of that. More of them take more time to
    train, so there are at most 400 pieces or 1,500 words for each minute, and at most 8,000 pieces or 30,000 words; but always the
    characters and 500 pieces, or 2,000 words.

    Args:
        settings: `TextSettings`.
        count: Counts the characters of the training texts, if that is needed.
    """
    if settings.tokenizer == "char" or settings.vocabulary_size is not None:
        return None if settings.tokenizer == "char" else settings.vocabulary_size
    characters, alphabet = count()
    each, least, most, per_minute = WORDS if settings.tokenizer == "word" else PIECES
    most = most if settings.minutes is None else min(most, int(per_minute * settings.minutes))
    return max(least + len(alphabet), min(most, in_hundreds(characters / each)))


def choices(settings: Any, pieces: int, tokens: int, characters: int, validation_tokens: int) -> dict[str, Choice]:
    """Returns the settings that are nothing, by name.

    As many epochs as read about 16 million tokens, or that for each hour if there are more, from 1 to 30; batches of about 2,048 tokens, or
    fewer, so that an epoch has a hundred updates; the more dropout the more often the text will be read, at a million tokens a minute with
    a vocabulary of 2,000; validation on at most 100,000 tokens. A large vocabulary gets large vectors, which are the output, too: else most
    weights were in it, and each learned from few tokens.

    Args:
        settings: `TextSettings`, and what a recipe has besides.
        pieces: Size of the vocabulary.
        tokens: Tokens to train on.
        characters: Characters that they are.
        validation_tokens: Tokens of the validation split.
    """
    hours = max(1.0, (settings.minutes or 0) / 60)
    epochs = settings.epochs or min(MOST_EPOCHS, max(1, round(hours * TOKENS / tokens)))
    times = epochs if settings.minutes is None else min(epochs, settings.minutes * WORK_PER_MINUTE / (WORK_BESIDES + pieces) / tokens)
    dropout = next((value for most, value in DROPOUTS if times <= most), MOST_DROPOUT)
    batch = min(TOKENS_PER_UPDATE, max(1, tokens // LEAST_UPDATES)) / settings.window
    read = f"the text has {tokens:,} tokens"
    time = "" if settings.minutes is None else f", and there are {settings.minutes:g} minutes"
    drops = Choice(dropout, f"the text will be read {times:.2g} times at most")
    found = {
        "vocabulary_size": Choice(pieces, f"the text has {characters:,} characters{time}"),
        "epochs": Choice(epochs, read),
        "batch_size": Choice(max(1, int(batch)), read),
        "validation_tokens": Choice(min(VALIDATION_TOKENS, max(1, validation_tokens)), f"validation has {validation_tokens:,} tokens"),
        **{name: drops for name in ("dropout", "output_dropout")},
        "embedding_dim": Choice(SMALL_VECTOR if pieces < FEW_TOKENS else LARGE_VECTOR, f"the vocabulary has {pieces:,} tokens"),
        "tied_output": Choice(pieces >= FEW_TOKENS, f"the vocabulary has {pieces:,} tokens"),
        "weight_drop": drops._replace(value=_honoured(settings, "weight_drop", dropout)),
    }
    if settings.tokenizer == "char" or settings.tokenizer_model:
        del found["vocabulary_size"]
    return {name: choice for name, choice in found.items() if getattr(settings, name, choice) is None}


def _honoured(settings: Any, name: str, value: float) -> float:
    """Returns the value, or 0 for a cell that does not know such a setting."""
    return 0.0 if hasattr(settings, "cell") and not_honoured(settings.cell, **{name: value}) else value
