"""How a classifier is trained where nobody has said so: the rule, from what was read."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.tasks.choice import Choice

TEXTS_PER_BATCH, LEAST_BATCH, MOST_BATCH = 32, 1024, 8192
LEAST_EPOCHS, MOST_EPOCHS, TOKENS = 2, 10, 12_000_000


def choices(settings: Any, train: Sequence[np.ndarray]) -> dict[str, Choice]:
    """Returns the settings that are nothing, by name.

    A batch has about 32 texts, so that a few thousand short ones still make for enough steps, but at most as many tokens as the processor
    makes use of. There are as many epochs as read about 12 million tokens, from 2 to 10: by then a recurrent network knows them by heart.

    Args:
        settings: `LabeledTextSettings`.
        train: Token ids of each text to train on.
    """
    lengths = [len(ids) for ids in train]
    total, mean = sum(lengths), max(1.0, float(np.mean(lengths)))
    batch = min(MOST_BATCH, max(LEAST_BATCH, 2 ** round(math.log2(TEXTS_PER_BATCH * mean))))
    epochs = min(MOST_EPOCHS, max(LEAST_EPOCHS, round(TOKENS / max(1, total))))
    found = {
        "tokens_per_batch": Choice(batch, f"about {batch / mean:,.0f} of the texts, which have {mean:,.0f} tokens on average"),
        "epochs": Choice(epochs, f"the {len(train):,} texts have {total:,} tokens"),
    }
    return {name: choice for name, choice in found.items() if getattr(settings, name) is None}
