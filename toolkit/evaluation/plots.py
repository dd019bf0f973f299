"""Pictures of a training run and of its mistakes, as PNG files."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

DOTS_PER_INCH = 130
TRAINING_COLOR, VALIDATION_COLOR = "#8fa3b8", "#c0392b"
LONGEST_NAME = 24


def learning_curve(history: Sequence[dict[str, Any]], path: Path | str) -> None:
    """Draws every validation metric over the epochs, with the same metric in training beside it.

    Args:
        history: One dict per epoch; a panel is drawn for every name that starts with `val_`, with a second line where the name without it
            is there too.
        path: The PNG file to write.

    Raises:
        ValueError: The history has no validation metric.
    """
    metrics = [name.removeprefix("val_") for name in (history[0] if history else ()) if name.startswith("val_")]
    if not metrics:
        raise ValueError(f"Argument `history` must hold one dict per epoch with names such as 'val_loss'. Received: {list(history)[:1]}")
    figure = Figure(figsize=(5.2 * len(metrics), 3.8), layout="constrained")
    for axes, metric in zip(figure.subplots(1, len(metrics), squeeze=False)[0], metrics, strict=True):
        _curve_panel(axes, history, metric)
    figure.savefig(path, dpi=DOTS_PER_INCH)


def confusion_matrix(matrix: Sequence[Sequence[int]], label_names: Sequence[str], path: Path | str) -> None:
    """Draws counts and row percentages, `[true label][predicted label]`.

    Args:
        matrix: Counts, `[labels, labels]`.
        label_names: Name of every label.
        path: The PNG file to write.

    Raises:
        ValueError: The matrix is not `[labels, labels]`.
    """
    counts = np.asarray(matrix)
    size = len(label_names)
    if counts.shape != (size, size):
        raise ValueError(f"Argument `matrix` must be {size} by {size}, the number of label names. Received: shape={counts.shape}")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [_short(name) for name in label_names]
    side = 1.2 + max(0.62 * size, 2.4) + 0.08 * max(map(len, names))
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    _label_matrix(axes, names)
    _write_cells(axes, counts, shares)
    figure.savefig(path, dpi=DOTS_PER_INCH)


def _curve_panel(axes: Axes, history: Sequence[dict[str, Any]], metric: str) -> None:
    epochs = range(1, len(history) + 1)
    for name, label, color in ((metric, "training", TRAINING_COLOR), (f"val_{metric}", "validation", VALIDATION_COLOR)):
        if name in history[0]:
            axes.plot(epochs, [epoch.get(name, math.nan) for epoch in history], label=label, color=color, marker="o", markersize=4)
    axes.set_xlabel("epoch")
    axes.set_ylabel(metric.replace("_", " "))
    axes.set_xlim(0.5, len(history) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def _label_matrix(axes: Axes, names: Sequence[str]) -> None:
    places = range(len(names))
    slanted = len(names) > 3 or max(map(len, names)) > 12
    axes.set_xticks(places, names, rotation=45 if slanted else 0, ha="right" if slanted else "center", rotation_mode="anchor")
    axes.set_yticks(places, names)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_parse_math(False)  # a dollar sign in a label name is no formula
    axes.set_xlabel("predicted label")
    axes.set_ylabel("true label")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(names) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)


def _write_cells(axes: Axes, counts: np.ndarray, shares: np.ndarray) -> None:
    font_size = 11 if len(counts) <= 4 else 7.5
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        color = "white" if share > 0.55 else "#1d2b3a" if count else "#a0aab4"
        text = f"{count:,}\n{'<1%' if share < 0.005 else f'{share:.0%}'}" if count else "0"
        axes.text(column, row, text, ha="center", va="center", color=color, fontsize=font_size, linespacing=1.3)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
