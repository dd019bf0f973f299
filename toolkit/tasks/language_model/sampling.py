"""How to draw text from a language model."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from toolkit.arguments import InvalidArgument, check_fraction, check_integer, check_not_negative
from toolkit.inference.log_probability import log_softmax

LARGEST_SEED = 2**31 - 1
LARGEST_TEMPERATURE = 1e30  # float32 divides by it
SMALLEST_TEMPERATURE = 1e-30


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How to choose each token.

    Attributes:
        temperature: Below 1 the probable becomes more probable, above 1 less; 0 takes the most probable token each time (greedy).
        top_k: Draw from that many tokens only; `None` for all.
        top_p: Draw only from the fewest tokens that have this probability together; `None` for all.
        seed: The same seed gives the same text after the same prompt.

    Raises:
        ValueError: A value is out of range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self):
        """Checks the values."""
        check_not_negative("temperature", self.temperature)
        if self.temperature > LARGEST_TEMPERATURE:
            raise InvalidArgument("temperature", f"at most {LARGEST_TEMPERATURE}", self.temperature)
        if self.top_k is not None:
            check_integer("top_k", self.top_k, 1)
        if self.top_p is not None:
            check_fraction("top_p", self.top_p)
        check_integer("seed", self.seed, 0, LARGEST_SEED)

    @property
    def greedy(self) -> bool:
        """Whether the most probable token is taken; a temperature too small for float32 does nothing else."""
        return self.temperature < SMALLEST_TEMPERATURE

    def following(self, number: int) -> "Sampling":
        """Returns the same with the seed that comes so many after this one; 0 follows the largest."""
        return replace(self, seed=(self.seed + number) % (LARGEST_SEED + 1))

    def for_prompt(self, prompt: str) -> "Sampling":
        """Returns the same with a seed of the prompt's own, which is that of this one for an empty prompt.

        With one seed for all of them every prompt would draw the same noise, and of the same noise come the same rare words.

        Args:
            prompt: The prompt.
        """
        return self.following(zlib.crc32(prompt.encode("utf-8", "surrogatepass")))


def draw(logits: np.ndarray, sampling: Sampling, generators: Sequence[np.random.Generator]) -> np.ndarray:
    """Draws a token for each row, as `toolkit.decoding.sample` does.

    Args:
        logits: float `[rows, vocabulary]`; -inf excludes a token.
        sampling: How to choose.
        generators: Where the noise of each row comes from.

    Returns:
        int32 `[rows]`.
    """
    if sampling.greedy:
        return logits.argmax(-1).astype(np.int32)
    order = np.argsort(-logits, axis=-1, kind="stable")[:, : sampling.top_k]
    scaled = log_softmax(np.take_along_axis(logits, order, 1) / np.float64(sampling.temperature))
    if sampling.top_p is not None:
        probabilities = np.exp(scaled)
        scaled[np.cumsum(probabilities, -1) - probabilities >= sampling.top_p] = -np.inf
    noise = np.stack([generator.gumbel(size=scaled.shape[1]) for generator in generators])
    places = (scaled + noise).argmax(-1)[:, np.newaxis]
    return np.take_along_axis(order, places, 1)[:, 0].astype(np.int32)
