"""Pictures of sequences with the labels of their frames."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from toolkit.evaluation.plots import RIGHT_COLOR, TRAINING_COLOR, VALIDATION_COLOR, WRONG_COLOR, save_figure
from toolkit.tasks.frames.predictor import Tagged
from toolkit.tasks.frames.sequences import UNKNOWN

MOST_FRAMES = 16  # of a strip


def strips(sequences: Sequence[np.ndarray], tagged: Sequence[Tagged], truths: Sequence[Sequence[str]], path: Path | str) -> None:
    """Draws each sequence as a strip of its first frames, with the label that each was given, and the true one below where it is another.

    Args:
        sequences: Their frames, uint8 `[frames, size, size, channels]`.
        tagged: What was seen on them; at least one.
        truths: The true labels, `""` where one is not known.
        path: The PNG file to write.

    Raises:
        ValueError: There is no sequence.
    """
    if not tagged:
        raise ValueError("Argument `tagged` must hold at least one sequence. Received: none")
    columns = min(MOST_FRAMES, max(map(len, sequences)))
    figure = Figure(figsize=(max(3.0, 0.72 * columns), 0.98 * len(tagged)), layout="constrained")
    grid = figure.subplots(len(tagged), columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for row, frames, each, truth in zip(grid, sequences, tagged, truths, strict=True):
        for axes, frame, said, true in zip(row, frames, each.labels, truth, strict=False):
            axes.imshow(frame if frame.shape[-1] == 3 else frame[..., 0], cmap="gray", vmin=0, vmax=255)
            right = true in (said, UNKNOWN)
            axes.set_title(said if right else f"{said}\nnot {true}", fontsize=7, pad=2, color=RIGHT_COLOR if right else WRONG_COLOR)
    save_figure(figure, path)


def accuracy_by_position(positions: Sequence[dict[str, Any]], path: Path | str) -> None:
    """Draws the accuracy over the place of a frame in its sequence, beside that of frames that are seen alone.

    Args:
        positions: As in `FrameResult`; at least one.
        path: The PNG file to write.

    Raises:
        ValueError: There is none.
    """
    if not positions:
        raise ValueError("Argument `positions` must hold at least one group of frames. Received: none")
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    axes = figure.subplots()
    places = [(each["first"] + each["last"]) / 2 for each in positions]
    axes.plot(places, [each["accuracy"] for each in positions], color=VALIDATION_COLOR, marker="o", markersize=4, label="in its sequence")
    if positions[0]["alone"] is not None:
        axes.plot(places, [each["alone"] for each in positions], color=TRAINING_COLOR, marker="o", markersize=4, label="alone")
    axes.set_xlabel("place of the frame")
    axes.set_ylabel("accuracy")
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    save_figure(figure, path)
