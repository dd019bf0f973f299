"""Contenders that train the same model in turns, after their losses have been compared."""

import statistics
from collections.abc import Callable, Collection

from benchmarks.turns import take_turns, workers_of

FIRST_LOSSES = 4
FIRST_TOLERANCE = 1e-5  # relative, of a loss in single precision
# Of those after a step: Keras adds Adam's ε before it corrects the bias, PyTorch after, which differs where gradients are as small as ε.
TOLERANCE = 5e-3

Values = dict[str, float]


def train_in_turns(
    make_session: Callable, arguments: dict[str, tuple], *, rounds: int, batches: int, speed: str, compared: Collection[str]
) -> dict[str, Values]:
    """Lets contenders train in turns.

    Args:
        make_session: Class of the sessions, a `TrainingSession`.
        arguments: By contender, what the class is given.
        rounds: How often each has its turn; each time it goes on by as many batches.
        batches: Batches of a round.
        speed: Name of the tokens per second.
        compared: The contenders whose losses have to be the same.

    Returns:
        By contender, without those that cannot take part, the median and the least of its tokens per second, and the seconds of tracing
        and compiling.

    Raises:
        ValueError: Contenders do not have the same losses.
    """
    with workers_of(make_session, arguments) as workers:
        ready = {name: worker("first_calls") for name, worker in workers.items()}
        require_same_losses({name: losses[:FIRST_LOSSES] for name, (_, losses) in ready.items() if name in compared})
        speeds = take_turns(workers, [(i * batches, (i + 1) * batches) for i in range(rounds)])
    return {
        name: rounded({speed: statistics.median(speeds[name]), "least": min(speeds[name]), "tracing and compiling s": ready[name][0]})
        for name in workers
    }


def require_same_losses(losses: dict[str, list[float]]) -> None:
    """Makes sure that all contenders train the same model.

    Args:
        losses: By contender, those of its first steps.

    Raises:
        ValueError: They differ; the message has them.
    """
    for name, received in losses.items():
        first, expected = next(iter(losses.items()))
        tolerances = [FIRST_TOLERANCE, *[TOLERANCE] * (len(expected) - 1)]
        if not all(abs(a - b) <= tolerance * b for a, b, tolerance in zip(received, expected, tolerances, strict=True)):
            raise ValueError(f"{name} and {first}: expected the same losses over the first steps, received {received} and {expected}")


def rounded(values: Values) -> Values:
    """Returns the values with four digits."""
    return {name: float(f"{value:.4g}") for name, value in values.items()}
