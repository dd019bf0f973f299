"""How well a model knows images: its bound on their log-probability."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.html import Shown


@dataclasses.dataclass(frozen=True)
class DrawingResult(Shown):
    """What `evaluate_drawings` found; all are means over the images, in nats unless it is said.

    Attributes:
        images: Number of images.
        bound: Upper bound on -log p(image).
        reconstruction: The part of it that the last canvas costs.
        kl: The part that z costs, of all steps.
        kl_per_step: The same of each step.
        bits_per_dimension: The bound in bits for each pixel.
        standard_error: Of the bound, as the images are a sample.
    """

    images: int
    bound: float
    reconstruction: float
    kl: float
    kl_per_step: list[float]
    bits_per_dimension: float
    standard_error: float

    def as_dict(self) -> dict[str, Any]:
        """Returns plain lists and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "DrawingResult":
        """Makes a result from what `as_dict` returned."""
        return cls(**values)

    def __str__(self) -> str:
        """Returns a few lines for the terminal."""
        return (
            f"bound  {self.bound:.2f} nats for each of {self.images:,} images (± {1.96 * self.standard_error:.2f}): "
            f"reconstruction {self.reconstruction:.2f}, KL {self.kl:.2f}\n"
            f"       {self.bits_per_dimension:.4f} bits per pixel"
        )


def evaluate_drawings(reconstruction: Sequence[float], kl: Sequence[Sequence[float]], pixels: int) -> DrawingResult:
    """Puts together what images cost.

    Args:
        reconstruction: Of each image -log p(image | canvas), `[images]`; at least one.
        kl: Of each image the divergence at each step, `[images, steps]`.
        pixels: Pixels of an image.

    Raises:
        ValueError: There is no image, or not as many numbers as there should be.
    """
    of_canvas, of_steps = np.asarray(reconstruction, np.float64), np.asarray(kl, np.float64)
    if of_canvas.ndim != 1 or of_steps.ndim != 2 or len(of_canvas) != len(of_steps) or not len(of_canvas):
        raise ValueError("Arguments `reconstruction` and `kl` must be of the same images, at least one.")
    bounds = of_canvas + of_steps.sum(-1)
    bound = float(bounds.mean())
    return DrawingResult(
        images=len(bounds),
        bound=bound,
        reconstruction=float(of_canvas.mean()),
        kl=float(of_steps.sum(-1).mean()),
        kl_per_step=of_steps.mean(0).tolist(),
        bits_per_dimension=bound / pixels / math.log(2),
        standard_error=float(bounds.std(ddof=1) / math.sqrt(len(bounds))) if len(bounds) > 1 else 0.0,
    )
