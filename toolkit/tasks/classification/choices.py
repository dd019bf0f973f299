"""How a classifier is trained where nobody has said so: the rule, from what was read."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from toolkit.tasks.choice import Choice
from toolkit.text.script import Script
from toolkit.text.tokenizer import Tokenizer

TEXTS_PER_BATCH, LEAST_BATCH, MOST_BATCH = 32, 1024, 8192
LEAST_EPOCHS, MOST_EPOCHS, TOKENS = 2, 10, 16_000_000
NOISE = 10  # how many times as much is read, for a word dropout of 1
LEAST_LENGTH = 32  # that a text is padded to
AVERAGED = 0.05  # of the steps
NGRAMS = {"char": 3}  # characters say less than words, of which pairs are enough
PAIRS = 2
BUCKETS = (16381, 32749, 65521, 131071, 262139, 524287, 1048573)  # primes
MOST_WEIGHTS = 2**23  # of the table of words and n-grams


def tokenizer_for(settings: Any, count: Callable[[], Script]) -> str:
    """Returns the kind of tokenizer: the one that was asked for, or characters where no spaces part words.

    Args:
        settings: `LabeledTextSettings`.
        count: Counts what tells the script of the texts to be tokenized, if that is needed.
    """
    return settings.tokenizer or ("bpe" if count().parts_words else "char")


def ngrams_for(settings: Any, tokenizer: Tokenizer) -> int:
    """Returns the words of the longest n-grams: those asked for, or what suits the tokens, also where the model does without.

    Args:
        settings: Those of a recipe.
        tokenizer: The tokenizer.
    """
    return getattr(settings, "ngrams", None) or NGRAMS.get(tokenizer.model_type, PAIRS)


def buckets_for(settings: Any, tokens: int, labels: int) -> int:
    """Returns the rows of the table of words and n-grams: those asked for, or as many as tokens, if the labels allow.

    Args:
        settings: Those of a recipe.
        tokens: How many tokens there are to learn from.
        labels: Number of labels.
    """
    if given := getattr(settings, "ngram_buckets", None):
        return given
    fitting = [buckets for buckets in BUCKETS if buckets * labels <= MOST_WEIGHTS] or BUCKETS[:1]
    return next((buckets for buckets in fitting if buckets >= tokens), fitting[-1])


def choices(settings: Any, tokenizer: Tokenizer, train: Sequence[np.ndarray], labels: int) -> dict[str, Choice]:
    """Returns the settings that are nothing, by name.

    A batch has about 32 texts, so that a few thousand short ones still make for enough steps, but at most as many tokens as the processor
    makes use of. There are as many epochs as read about 16 million tokens, from 2 to 10: by then a recurrent network knows them by heart.
    With word dropout it does so later: with 0.2, three times as much is read. The weights are averaged over about a twentieth of the steps;
    where these are few, not at all.

    Args:
        settings: `LabeledTextSettings`, or those of a recipe that has more.
        tokenizer: The tokenizer.
        train: Token ids of each text to train on.
        labels: Number of labels.
    """
    lengths = [len(ids) for ids in train]
    total, mean = sum(lengths), max(1.0, float(np.mean(lengths)))
    batch = min(MOST_BATCH, max(LEAST_BATCH, 2 ** round(math.log2(TEXTS_PER_BATCH * mean))))
    longer = 1 + NOISE * getattr(settings, "word_dropout", 0.0)
    epochs = round(min(longer * MOST_EPOCHS, max(LEAST_EPOCHS, longer * TOKENS / max(1, total))))
    steps = settings.steps or (settings.epochs or epochs) * math.ceil(sum(max(LEAST_LENGTH, length) for length in lengths) / batch)
    kind = tokenizer.model_type
    brought = settings.tokenizer_model or settings.init_from
    found = {
        **({} if brought else {"tokenizer": Choice(kind, f"{'no ' * (kind == 'char')}spaces part the words")}),
        "ngrams": Choice(ngrams_for(settings, tokenizer), f"of {'characters' if kind == 'char' else 'words'}"),
        "ngram_buckets": Choice(buckets_for(settings, total, labels), f"of {total:,} tokens, {labels} labels"),
        "tokens_per_batch": Choice(batch, f"about {batch / mean:,.0f} of the texts, which have {mean:,.0f} tokens on average"),
        "epochs": Choice(epochs, f"the {len(train):,} texts have {total:,} tokens"),
        "ema_momentum": Choice(round(max(0.0, 1 - 1 / (AVERAGED * steps)), 3), f"of about {steps:,} steps"),
    }
    if settings.optimizer == "asgd":  # averages in a way of its own
        del found["ema_momentum"]
    return {name: choice for name, choice in found.items() if getattr(settings, name, "") is None}
