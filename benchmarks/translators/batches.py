"""The batches that all translators train on."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.translators import Batch
from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.pair_batches import PairBatches, pair_lengths
from toolkit.data.parallel_texts.pair_boundaries import pair_boundaries
from toolkit.text.tokenizer import Tokenizer


class Pairs(NamedTuple):
    """Token ids of sentences, each source ended by the end id, and of their translations, without."""

    sources: list[np.ndarray]
    targets: list[np.ndarray]


def tokenize(tokenizer: Tokenizer, sources: Sequence[str], targets: Sequence[str], max_length: int) -> Pairs:
    """Encodes pairs and leaves out those of which a side is longer than `max_length`."""
    encoded = zip(tokenizer.encode(sources), tokenizer.encode(targets), strict=True)
    kept = [(np.append(source, tokenizer.end_id), target) for source, target in encoded if max(len(source), len(target)) < max_length]
    return Pairs([source for source, _ in kept], [target for _, target in kept])


def sorted_batches(pairs: Pairs, sentences: int, count: int, seed: int = 0) -> list[Batch]:
    """Returns the first batches of an epoch of `PairBatches`: pairs of like length, padded to a few shapes. All are full.

    Args:
        pairs: The pairs.
        sentences: Pairs of each batch.
        count: Number of batches.
        seed: Seed of the order.

    Raises:
        ValueError: There are too few pairs.
    """
    plan = _plan(pairs, sentences, seed)
    batches = PairBatches(*pairs, plan)
    full = [batch for batch in plan.epoch(0) if np.all(batch.indices >= 0)]
    _check_count(len(full), count)
    return [_arrays(batches.make_batch(batch.indices, np.array(batch.boundary))) for batch in full[:count]]


def unsorted_batches(pairs: Pairs, sentences: int, count: int, seed: int = 0) -> list[Batch]:
    """Returns batches of any pairs, each padded to the longest of its own.

    Args:
        pairs: The pairs.
        sentences: Pairs of each batch.
        count: Number of batches.
        seed: Seed of the order.

    Raises:
        ValueError: There are too few pairs.
    """
    lengths = pair_lengths(*pairs)
    _check_count(len(lengths) // sentences, count)
    order = np.random.default_rng(seed).permutation(len(lengths))[: sentences * count].reshape(count, sentences)
    batches = PairBatches(*pairs, _plan(pairs, sentences, seed))
    return [_arrays(batches.make_batch(indices, lengths[indices].max(0))) for indices in order]


def padding(batches: Sequence[Batch]) -> float:
    """Returns the share of the target's positions that is padding."""
    return 1 - sum(weights.sum() for *_, weights in batches) / sum(weights.size for *_, weights in batches)


def _plan(pairs: Pairs, sentences: int, seed: int) -> BatchPlan:
    lengths = pair_lengths(*pairs)
    return BatchPlan(lengths, pair_boundaries(lengths), rows_per_batch=sentences, seed=seed)


def _check_count(present: int, count: int) -> None:
    if present < count:
        raise ValueError(f"Argument `pairs` must fill {count} batches. Received: pairs for {present}")


def _arrays(batch) -> Batch:
    (source, read), predicted, weights = batch
    return (source.numpy(), read.numpy()), predicted.numpy(), weights.numpy()
