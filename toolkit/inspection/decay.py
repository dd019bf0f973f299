"""How fast a gradient fades, or grows, on its way back through time."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

LEAST = 4  # norms that a verdict needs
FADED = 100  # a gradient of which less than one part in so many is left does not teach what is so far back
FLAT = 10_000.0  # steps; a half-life above is that of noise

VANISHING, EXPLODING, HEALTHY, SHORT = "vanishing", "exploding", "healthy", "too short"


@dataclasses.dataclass(frozen=True)
class Decay:
    """What becomes of a gradient that goes back through time.

    Attributes:
        verdict: `"vanishing"`, `"exploding"`, `"healthy"`, or `"too short"` where there is too little to tell.
        half_life: Steps after which half of it is left; `None` if it does not fade.
        doubling: Steps after which it is twice as large; `None` if it does not grow.
        zero_from: Steps after which nothing is left at all; `None` if there is no such number.
    """

    verdict: str
    half_life: float | None = None
    doubling: float | None = None
    zero_from: int | None = None


def decay_of(norms: Sequence[float]) -> Decay:
    """Judges the norms of a gradient by distance.

    A line is fitted to the logarithm of the norm: its slope is the median of those between any two distances, so that no single distance
    decides, such as the last step, whose gradient has not gone back at all. The gradient vanishes where the line falls to less than 1/100
    from the first distance to the last, or where it is zero from some distance on; it explodes where the line rises to more than 100 times
    as much, or a norm is not finite. Three distances or fewer are too short for either.

    Args:
        norms: After 0, 1, 2, … steps; not negative.

    Returns:
        The verdict, and the half-life of the line.

    Source: Sen 1968, "Estimates of the regression coefficient based on Kendall's tau", for the slope.
    """
    norms = np.asarray(norms, "float64")
    if len(norms) < LEAST:
        return Decay(SHORT)
    there = np.flatnonzero(norms != 0)
    zero_from = None if len(there) and there[-1] == len(norms) - 1 else int(there[-1]) + 1 if len(there) else 0
    fitted = np.flatnonzero(np.isfinite(norms) & (norms > 0))
    slope = _slope(fitted, np.log2(norms[fitted])) if len(fitted) > 1 else 0.0
    change, most = slope * (len(norms) - 1), math.log2(FADED)
    if not np.isfinite(norms).all() or change > most:
        verdict = EXPLODING
    else:
        verdict = VANISHING if zero_from is not None or change < -most else HEALTHY
    moves = abs(slope) > 1 / FLAT
    return Decay(verdict, -1 / slope if moves and slope < 0 else None, 1 / slope if moves and slope > 0 else None, zero_from)


def _slope(places: np.ndarray, values: np.ndarray) -> float:
    first, second = np.triu_indices(len(places), 1)
    return float(np.median((values[second] - values[first]) / (places[second] - places[first])))
