"""What a share that was measured on a few examples is worth."""

import math

_DEVIATIONS = 1.959964  # of a normal distribution, between which 95 % of it lie


def wilson_interval(share: float, number: int) -> tuple[float, float]:
    """Returns the interval that holds the true share in 95 of 100 measurements.

    Args:
        share: Share of the examples, such as an accuracy.
        number: How many examples it was measured on.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    z2 = _DEVIATIONS**2
    middle = (share + z2 / (2 * number)) / (1 + z2 / number)
    half = _DEVIATIONS / (1 + z2 / number) * math.sqrt(share * (1 - share) / number + z2 / (4 * number**2))
    return max(0.0, middle - half), min(1.0, middle + half)
