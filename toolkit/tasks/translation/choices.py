"""How a translator is trained where nobody has said so: the rule, from what was read."""

import math
from collections.abc import Callable
from typing import Any

from toolkit.tasks.choice import Characters, Choice, in_hundreds

PAIRS_PER_MINUTE = 60_000
LEAST_EPOCHS, MOST_EPOCHS, PAIRS = 2, 40, 3_000_000
LEAST_BATCH, MOST_BATCH, UPDATES = 16, 128, 450
LEAST_PIECES, MOST_PIECES, PIECES_PER_MINUTE, CHARACTERS_PER_PIECE = 500, 8_000, 400, 1_000
WARMUP, WARMUP_SHARE = 400, 10
VALIDATION_PAIRS, VALIDATION_PAIRS_PER_MINUTE = 2_000, 400
DROPOUTS, LEAST_DROPOUT = ((50_000, 0.3), (200_000, 0.2)), 0.1
"""Below how many pairs, and the dropout then; and the dropout for more, or for pairs that are read seldom."""

SELDOM = 5
WORD_DROPOUT = 0.1


def vocabulary_size(settings: Any, count: Callable[[], Characters]) -> int:
    """Returns the size of a vocabulary: that given, or what suits the texts.

    A piece is worth its place if the texts have a thousand characters for it. More of them take more time to train, so there are at most
    400 for each minute, and at most 8,000; but there are always those that the characters need.

    Args:
        settings: `ParallelTextSettings`.
        count: Counts the characters of the training texts of a vocabulary, if that is needed.
    """
    if settings.vocabulary_size is not None:
        return settings.vocabulary_size
    characters, alphabet = count()
    most = MOST_PIECES if settings.minutes is None else min(MOST_PIECES, int(PIECES_PER_MINUTE * settings.minutes))
    return max(LEAST_PIECES + len(alphabet), min(most, in_hundreds(characters / CHARACTERS_PER_PIECE)))


def choices(settings: Any, pieces: int, pairs: int, validation_pairs: int) -> dict[str, Choice]:
    """Returns the settings that are nothing, by name.

    As many epochs as read about 3 million pairs, from 2 to 40; batches of which an epoch has about 450, but of 16 to 128 pairs; the more
    dropout the fewer pairs there are, but little if they will be read five times at most, at 60,000 a minute; with much dropout, that of
    words, too; a warm-up of a tenth of all steps, at most 400; validation on at most 2,000 pairs, and 400 for each minute.

    Args:
        settings: `ParallelTextSettings`, and what a recipe has besides.
        pieces: Size of the vocabulary.
        pairs: Pairs to train on.
        validation_pairs: Pairs of the validation split.
    """
    epochs = settings.epochs or min(MOST_EPOCHS, max(LEAST_EPOCHS, round(PAIRS / pairs)))
    batch = settings.batch_size or min(MOST_BATCH, max(LEAST_BATCH, 2 ** round(math.log2(max(1, pairs / UPDATES)))))
    times = epochs if settings.minutes is None else min(epochs, settings.minutes * PAIRS_PER_MINUTE / pairs)
    steps = epochs * -(-pairs // batch)
    held_out = min(VALIDATION_PAIRS, max(1, validation_pairs))
    held_out = held_out if settings.minutes is None else min(held_out, max(1, int(VALIDATION_PAIRS_PER_MINUTE * settings.minutes)))
    read, time = f"there are {pairs:,} pairs", "" if settings.minutes is None else f", and {settings.minutes:g} minutes"
    dropout = LEAST_DROPOUT if times <= SELDOM else next((value for most, value in DROPOUTS if pairs < most), LEAST_DROPOUT)
    drops = getattr(settings, "dropout", None)
    often = f"{read}, which will be read {times:.2g} times at most"
    found = {
        "vocabulary_size": Choice(pieces, f"{read}{time}"),
        "epochs": Choice(epochs, read),
        "batch_size": Choice(batch, read),
        "warmup_steps": Choice(min(WARMUP, steps // WARMUP_SHARE), f"{epochs} epochs have about {steps:,} steps"),
        "validation_pairs": Choice(held_out, f"validation has {validation_pairs:,}{time}"),
        "dropout": Choice(dropout, often),
        "word_dropout": Choice(WORD_DROPOUT if (dropout if drops is None else drops) > LEAST_DROPOUT else 0.0, often),
    }
    if settings.tokenizer_model:
        del found["vocabulary_size"]
    return {name: choice for name, choice in found.items() if getattr(settings, name, choice) is None}
