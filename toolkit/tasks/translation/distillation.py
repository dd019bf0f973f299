"""Translations by other translators."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import keras
import numpy as np

from toolkit.data.batching.token_lists import padded
from toolkit.decoding.search import Search
from toolkit.models.ensemble import Ensemble
from toolkit.tasks.translation.functions import translator_runner
from toolkit.tasks.translation.text_translator import DECODE
from toolkit.tasks.translation.texts import ParallelTexts

ROWS = 128  # sources that are translated at once


def distilled(texts: ParallelTexts, models: Iterable[keras.Model], search: Search, max_length: int) -> ParallelTexts:
    """Returns pairs of which training has each source a second time, with the translation that the models find together.

    What they give no end in `max_length` tokens, or nothing for, is left out.

    Args:
        texts: The pairs.
        models: Translators of the same tokenizers.
        search: How they translate.
        max_length: Most tokens of a translation.

    Source: Kim & Rush 2016, "Sequence-level knowledge distillation", section 3.2; the given pairs stay, as in Freitag, Al-Onaizan &
    Sankaran 2017, "Ensemble distillation for neural machine translation".
    """
    runner = translator_runner(Ensemble([*models]), texts.target_tokenizer, search)
    sources, end_id = texts.sources["train"], texts.target_tokenizer.end_id
    found = _translated(runner, sources, end_id)
    kept = [row for row, ids in enumerate(found) if ids is not None and 0 < len(ids) <= max_length]
    more = {
        "sources": {**texts.sources, "train": [*sources, *(sources[row] for row in kept)]},
        "targets": {**texts.targets, "train": [*texts.targets["train"], *(found[row] for row in kept)]},
    }
    return replace(texts, **more)


def _translated(runner, sources: Sequence[np.ndarray], end_id: int) -> list[np.ndarray | None]:
    """Returns the tokens of the best translation of each source, without the end; `None` of one that has none."""
    found: list[np.ndarray | None] = [None] * len(sources)
    order = sorted(range(len(sources)), key=lambda row: len(sources[row]))
    for start in range(0, len(order), ROWS):
        rows = order[start : start + ROWS]
        source = padded([sources[row] for row in rows], max(len(sources[row]) for row in rows))
        tokens = runner.run(DECODE, source=source, prefix=np.zeros((len(rows), 0), np.int32))["tokens"][:, 0]
        for row, ids in zip(rows, tokens, strict=True):
            ends = np.flatnonzero(ids == end_id)
            found[row] = ids[: ends[0]] if len(ends) else None
    return found
