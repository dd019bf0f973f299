"""Pictures of what a model writes of images, and of where it looks for each word."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from toolkit.evaluation.plots import RIGHT_COLOR, WRONG_COLOR, draw_attention, save_figure
from toolkit.tasks.captioning.predictor import Caption

PERSON_COLOR = "#5a6672"
SIDE, ABOVE, BELOW = 1.15, 0.5, 0.2  # inches: of an image, and for the texts above and below it
WORDS = 14  # in a row


def caption_pictures(images: Sequence[np.ndarray], captions: Sequence[Caption], truths: Sequence[Sequence[str]], path: Path | str) -> None:
    """Draws images with their captions, and for each word, brighter the more, how much the model looked at each place.

    Args:
        images: uint8, each `[size, size, 3]`.
        captions: What was written of each; at least one.
        truths: What people say of each, maybe nothing; the first is shown, and the caption is green if it is one of them.
        path: The PNG file to write.

    Raises:
        ValueError: There is no caption.
    """
    if not captions:
        raise ValueError("Argument `captions` must hold at least one caption. Received: none")
    heights = [1 + (0 if each.attention is None else (len(each.words) - 1) // WORDS) for each in captions]
    columns = 1 + max((min(WORDS, len(each.words)) for each in captions if each.attention is not None), default=3)
    columns, rows = max(columns, 4), sum(heights)
    height = rows * (SIDE + ABOVE + BELOW)
    figure = Figure(figsize=(SIDE * columns, height))
    spaces = {"hspace": (ABOVE + BELOW) / SIDE, "wspace": 0.05, "left": 0.005, "right": 0.995}
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw={**spaces, "top": 1 - ABOVE / height, "bottom": BELOW / height})
    for axes in grid.flat:
        axes.set_axis_off()
    tops = np.cumsum([0, *heights])
    for top, height, *each in zip(tops, heights, images, captions, truths, strict=False):
        _draw(grid[top : top + height], *each)
    save_figure(figure, path)


def _draw(panels: np.ndarray, image: np.ndarray, caption: Caption, truths: Sequence[str]) -> None:
    """Draws an image with its caption, and the same with the weights of each word."""
    panels[0, 0].imshow(image)
    known = [truth for truth in truths if truth]
    color = PERSON_COLOR if not known else RIGHT_COLOR if caption.text in known else WRONG_COLOR
    _title(panels[0, 0], [(caption.text or "(nothing)", color), *((f"a person: {truth}", PERSON_COLOR) for truth in known[:1])])
    if caption.attention is None:
        return
    for place, (word, weights) in enumerate(zip(caption.words, caption.attention, strict=True)):
        axes = panels[place // WORDS, 1 + place % WORDS]
        draw_attention(axes, image, weights)
        axes.text(0.5, -0.04, textwrap.shorten(word, 16, placeholder="…"), transform=axes.transAxes, ha="center", va="top", fontsize=8)


def _title(axes, lines: Sequence[tuple[str, str]]) -> None:
    """Writes lines above an image, the last one next to it."""
    for place, (text, color) in enumerate(reversed(lines)):
        height = 1.04 + 0.15 * place
        shown = textwrap.shorten(text, 110, placeholder=" …")
        axes.text(0, height, shown, transform=axes.transAxes, fontsize=8, color=color, va="bottom")
