"""Pictures of the paths of glimpses."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from toolkit.evaluation.plots import RIGHT_COLOR, WRONG_COLOR, save_figure
from toolkit.tasks.glimpses.predictor import Looked

COLUMNS = 6


def glimpse_paths(
    pixels: np.ndarray, looked: Sequence[Looked], truths: Sequence[Sequence[str]], glimpse_size: int, path: Path | str
) -> None:
    """Draws images with the path of the glimpses over each, from dark to bright, and what they showed in the finest grid.

    Args:
        pixels: The images, uint8 `[images, size, size, channels]`.
        looked: What was seen on them; at least one.
        truths: The true labels.
        glimpse_size: Pixels of a side of the finest grid.
        path: The PNG file to write.

    Raises:
        ValueError: There is no image.
    """
    if not looked:
        raise ValueError("Argument `looked` must hold at least one image. Received: none")
    columns = min(COLUMNS, len(looked))
    rows = -(-len(looked) // columns)
    figure = Figure(figsize=(1.7 * columns, 1.95 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, each, truth in zip(grid.flat, pixels, looked, truths, strict=False):
        _draw(axes, image, each, truth, glimpse_size)
    save_figure(figure, path)


def _draw(axes: Axes, image: np.ndarray, looked: Looked, truth: Sequence[str], glimpse_size: int) -> None:
    """Draws an image, the outline of each glimpse, and lines from one to the next with their numbers."""
    side = len(image)
    axes.imshow(image if image.shape[-1] == 3 else image[..., 0], cmap="gray", vmin=0, vmax=255)
    places = (looked.locations + 1) / 2 * (side - 1)
    colors = [(1.0, 0.35 + 0.6 * share, 0.1) for share in np.linspace(0, 1, len(places))]
    axes.plot(places[:, 1], places[:, 0], color="#4aa3df", linewidth=1.2, alpha=0.9)
    for number, ((row, column), color) in enumerate(zip(places, colors, strict=True), start=1):
        corner = (column - glimpse_size / 2, row - glimpse_size / 2)
        axes.add_patch(Rectangle(corner, glimpse_size, glimpse_size, fill=False, edgecolor=color, linewidth=0.9))
        axes.text(column, row, str(number), color=color, fontsize=7, ha="center", va="center", clip_on=True)
    axes.set_xlim(-0.5, side - 0.5)
    axes.set_ylim(side - 0.5, -0.5)
    right, said = tuple(truth) == looked.labels, " ".join(looked.labels)
    color = RIGHT_COLOR if right else WRONG_COLOR
    axes.set_title(said if right else f"{said}, true is {' '.join(truth)}", fontsize=8, loc="left", color=color)
