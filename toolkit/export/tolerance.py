"""How far an artefact may be from its model: the one place in which tolerances come from arithmetic.

Model and artefact compute the same numbers in single precision, but add them up in another order and take other approximations of tanh
and exp. Five facts say how far that leads.

1. A number is rounded by up to u = 2⁻²⁴ of its size.
2. A sum of n products, in whatever order, is off by up to n·u of the size of its parts, and, as roundings have either sign, by about
   √n·u of it (Higham & Mary 2019). A logit is such a sum over the features of a layer. tanh and exp are right to a few units in the last
   place; those of a step count as `FUNCTIONS` more summands.
3. So a logit, and with it its log-probability, is off by about √(n + FUNCTIONS)·u·(1 + L), where L is the size of the largest logit: 1 is
   for the numbers in between, which are states from -1 to 1 and probabilities.
4. Of a million such differences the largest is five standard deviations away, and both sides are off: √2·5, which is `DEVIATIONS`.

5. The log-probabilities of a sequence come from one state, so that one rounding may move all of them the same way: their sum is off by as
   much as all of them together.

How the steps of a recurrent network pass a difference on does not follow from its size. Most networks forget it; one with large recurrent
weights lets it grow from step to step, until two right computations of a long text have nothing in common. That is measured: `spread` says
how far the answers of the model itself move when its weights are moved by the share that 2 says, and an artefact may be twice as far. It is
asked only where a difference is above the bound. So each number is held to that bound wherever the model itself is sure of it.

Source: Higham 2002, "Accuracy and stability of numerical algorithms", chapters 3 and 4; Higham & Mary 2019, "A new approach to
probabilistic rounding error analysis".
"""

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np

UNIT = 2.0**-24  # of single precision
FUNCTIONS = 128  # summands that the tanh, sigmoid and exp of a step are worth: eight of them, each off by four units
DEVIATIONS = 8  # √2 · 5, rounded up
NUDGES = 3  # times that the weights are moved, each time in other directions


@dataclass(frozen=True)
class Tolerance:
    """How far the scores of an artefact may be from the model's.

    Attributes:
        summands: Numbers that are added up to make a logit, or a gate.
        size: Size of the largest logit.
    """

    summands: int = 1
    size: float = 0.0

    @classmethod
    def of_model(cls, model: keras.Model, size: float) -> "Tolerance":
        """Returns the tolerance for a model.

        Args:
            model: The model.
            size: Size of its largest logit.
        """
        return cls(max((min(each.shape) for each in model.weights if len(each.shape) > 1), default=1), float(size))

    @property
    def rounding(self) -> float:
        """Share of its size that a sum is off by, as a rule."""
        return UNIT * math.sqrt(self.summands + FUNCTIONS)

    @property
    def score(self) -> float:
        """Most that a logit or a log-probability may be off by."""
        return DEVIATIONS * self.rounding * (1 + self.size)

    def probability(self, probabilities: np.ndarray) -> np.ndarray:
        """Returns the most that probabilities may be off by: as far as they move with the logits, and a rounding of their own.

            p = softmax(z), so |∂p_i| ≤ 2·p_i·(1 - p_i)·max|∂z|

        Args:
            probabilities: The model's.
        """
        return 2 * probabilities * (1 - probabilities) * self.score + DEVIATIONS * UNIT

    def total(self, scores: int) -> float:
        """Returns the most that the sum of the log-probabilities of a sequence may be off by, such as the score of a translation.

        Args:
            scores: How many.
        """
        return self.score * max(1, scores)


def tolerance_of_sum(parts: np.ndarray) -> float:
    """Returns the most that a sum in single precision may be off by from the exact sum of the same parts.

        u · min(n, 8√n) · Σ|x|

    Args:
        parts: The parts, `[n]`.
    """
    count = np.size(parts)
    return UNIT * min(count, DEVIATIONS * math.sqrt(count)) * float(np.abs(parts).sum(dtype=np.float64))


@contextlib.contextmanager
def nudged(model: keras.Model, relative: float, seed: int) -> Iterator[None]:
    """Moves each weight of a model up or down by a share of its size, for the block.

    Args:
        model: The model.
        relative: The share.
        seed: Says which go up.
    """
    random = np.random.default_rng(seed)
    kept = [(each, each.numpy()) for each in model.variables if each.dtype.startswith("float")]
    try:
        for variable, value in kept:
            variable.assign(value * (1 + relative * random.choice([-1, 1], value.shape)).astype(value.dtype))
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


def nudged_answers(model: keras.Model, relative: float, answers: Callable[[], Sequence], times: int = NUDGES) -> list[Sequence]:
    """Returns what a model answers with its weights moved, so many times.

    Args:
        model: The model.
        relative: Share of its size that each weight is moved by: `Tolerance.rounding`.
        answers: Asks the model.
        times: How often. Few show an answer that follows the weights; one that jumps with them takes more.
    """
    moved = []
    for seed in range(times):
        with nudged(model, relative, seed):
            moved.append(answers())
    return moved


def spread(answers: Sequence[np.ndarray], moved: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """Returns how far an artefact may be off because the model is unsure of its own answers.

    It is twice as far as they moved, since both sides are off; and what was unsure at one step is so at all later ones, though a difference
    may happen to be small there.

    Args:
        answers: Of each text the model's numbers, `[steps]`.
        moved: The same with moved weights, as `nudged_answers` returns them.
    """
    return [
        2 * np.maximum.accumulate(np.nan_to_num(np.max([np.abs(each[i] - answer) for each in moved], 0), nan=math.inf))
        for i, answer in enumerate(answers)
    ]
