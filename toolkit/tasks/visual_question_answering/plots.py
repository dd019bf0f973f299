"""Pictures of where a model looked before it answered."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from toolkit.evaluation.plots import RIGHT_COLOR, WRONG_COLOR, draw_attention, save_figure
from toolkit.tasks.visual_question_answering.predictor import Answered

LONGEST = 34  # characters of a question, as wide as its pictures


def attention_maps(pixels: np.ndarray, answered: Sequence[Answered], truths: Sequence[str], path: Path | str) -> None:
    """Draws images with a question, and beside each, hop by hop, how much the model looked at each place.

    Args:
        pixels: The images, uint8 `[questions, size, size, 3]`.
        answered: The questions and what was answered; at least one.
        truths: The true answers.
        path: The PNG file to write.

    Raises:
        ValueError: There is no question.
    """
    if not answered:
        raise ValueError("Argument `answered` must hold at least one answer. Received: none")
    hops = len(answered[0].attention)
    columns = 2 if len(answered) > 1 else 1
    rows = -(-len(answered) // columns)
    figure = Figure(figsize=(columns * 1.5 * (hops + 1), 1.95 * rows), layout="constrained")
    grid = np.array(figure.subplots(rows, columns * (hops + 1), squeeze=False)).reshape(rows * columns, hops + 1)
    for axes in grid.flat:
        axes.set_axis_off()
    for place, (image, each, truth) in enumerate(zip(pixels, answered, truths, strict=True)):
        _draw(grid[place], image, each, truth)
    save_figure(figure, path)


def _draw(panels: np.ndarray, image: np.ndarray, answered: Answered, truth: str) -> None:
    """Draws an image, and the same with the weights of each hop, the brighter the more."""
    question = answered.question if len(answered.question) <= LONGEST else f"{answered.question[: LONGEST - 1]}…"
    said = answered.answer if answered.answer == truth else f"{answered.answer}, true is {truth}"
    panels[0].imshow(image)
    color = RIGHT_COLOR if answered.answer == truth else WRONG_COLOR
    panels[0].set_title(f"{question}\n{said}", fontsize=8, loc="left", color=color)
    for number, (axes, weights) in enumerate(zip(panels[1:], answered.attention, strict=True), start=1):
        draw_attention(axes, image, weights)
        axes.set_title(f"hop {number}: at most {weights.max():.0%}", fontsize=7, loc="left", color="#5a6672")
