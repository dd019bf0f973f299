"""Which units track a property, so that none is named by chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

_BLOCK = 2_000_000  # numbers that are transformed at a time


@dataclass(frozen=True)
class Tracking:
    """How well a unit tracks a property.

    Attributes:
        unit: Number of the unit, counted over all layers.
        chosen: Correlation on the first half of the text, by which the unit was chosen.
        held_out: Correlation on the second half.
        p: How likely it is that the best of all units reaches `held_out` where no unit has to do with the property, corrected for the
            number of properties, too.
    """

    unit: int
    chosen: float
    held_out: float
    p: float


def rank(layers: Sequence[np.ndarray], properties: np.ndarray, best: int = 5) -> list[list[Tracking]]:
    """Finds the units that track properties best on the first half of a text, and tests them on the second.

    The test turns the property against the states, by every number of steps that there is: what was at step t is then at step t + s, and
    what comes out at the end goes in at the beginning. So both keep how slowly they change, which alone makes for correlations that a
    shuffling of single steps would take for findings; only what they have to do with each other is lost. The p of a unit is the share of
    the turns, the one by 0 among them, at which any unit of any layer has a correlation as large as its own: the single-step maxT of
    Westfall and Young, which holds for all units at once, however they depend on each other. It is then multiplied by the number of
    properties (Bonferroni). The test is exact for a text that goes on as it is, and as good as that for one that is long beside the time
    that states and properties take to change.

    The correlations at all turns are one cross-correlation, O(T log T) for each unit and property (Wiener-Khinchin). The second half is
    cut by up to a few percent to a number of steps with small prime factors, which is quick to transform.

    Args:
        layers: States of the units of each layer, `[units, steps]`; read block by block.
        properties: `[properties, steps]`, each of which changes in both halves.
        best: How many units to return for each property.

    Returns:
        For each property the best units, the largest correlation on the first half first. Units that never change are left out.

    Source: Westfall & Young 1993, "Resampling-based multiple testing". Harris 2020, "Nonsense correlations in neuroscience", has why single
    steps of what changes slowly must not be shuffled.
    """
    half, length = halves(properties.shape[1])
    first = _standardized(properties[:, :half])
    conjugate = np.conj(np.fft.rfft(_standardized(properties[:, half : half + length])))
    largest = np.zeros([len(properties), length], "float32")  # over all units, at each turn
    chosen, held_out = [], []
    for block in _blocks(layers, length):
        chosen.append(_standardized(block[:, :half]) @ first.T)
        transformed = np.fft.rfft(_standardized(block[:, half : half + length]))
        turned = np.empty([len(block), len(properties)], "float32")
        for number, wave in enumerate(conjugate):
            correlations = np.fft.irfft(transformed * wave, length).astype("float32")
            np.maximum(largest[number], np.abs(correlations).max(0), out=largest[number])
            turned[:, number] = correlations[:, 0]
        held_out.append(turned)
    return _ranked(np.concatenate(chosen), np.concatenate(held_out), np.sort(largest), best)


def halves(steps: int) -> tuple[int, int]:
    """Returns the steps of the first half, and those of the second that are tested: a product of 2, 3 and 5."""
    half = steps // 2
    return half, next(length for length in range(steps - half, 0, -1) if _is_smooth(length))


def _ranked(chosen: np.ndarray, held_out: np.ndarray, largest: np.ndarray, best: int) -> list[list[Tracking]]:
    found = []
    for number, turns in enumerate(largest):
        order = np.argsort(-np.abs(chosen[:, number]), kind="stable")[:best]
        values = held_out[order, number]
        as_large = len(turns) - np.searchsorted(turns, np.abs(values), "left")
        p = np.minimum(as_large / len(turns) * len(largest), 1)
        found.append(
            [
                Tracking(int(unit), float(chosen[unit, number]), float(value), float(share))
                for unit, value, share in zip(order, values, p, strict=True)
                if chosen[unit, number]
            ]
        )
    return found


def _blocks(layers: Sequence[np.ndarray], length: int) -> Iterator[np.ndarray]:
    size = max(_BLOCK // length, 1)
    for layer in layers:
        for start in range(0, len(layer), size):
            yield np.asarray(layer[start : start + size], "float32")


def _standardized(rows: np.ndarray) -> np.ndarray:
    """Returns rows of mean 0 and length 1, so that the product of two is their correlation; zeros where nothing changes."""
    rows = rows.astype("float32") - rows.mean(1, dtype="float64", keepdims=True).astype("float32")
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    moves = size > 1e-6 * np.sqrt(rows.shape[1])
    return np.where(moves, rows, 0) / np.where(moves, size, 1)


def _is_smooth(number: int) -> bool:
    for prime in (2, 3, 5):
        while number % prime == 0:
            number //= prime
    return number == 1
