"""Pictures of a training run, of its scores and mistakes and of where it looked, as PNG files."""

import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from toolkit.data.splits.interval import wilson_interval

DOTS_PER_INCH = 130
TRAINING_COLOR, VALIDATION_COLOR = "#8fa3b8", "#c0392b"
RIGHT_COLOR, WRONG_COLOR = "#2e7d32", "#c0392b"
LONGEST_NAME = 24
SPACE_PIECE = "\u2581"  # what SentencePiece writes for a space
CELL_INCHES, LONGEST_SIDE_INCHES = 0.27, 27.0


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
    save_figure(figure, path)


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
    save_figure(figure, path)


def reliability_diagram(bins: Sequence[dict[str, float]], path: Path | str) -> None:
    """Draws the share of right answers over the probability that was given, with its 95 % interval, above the number of texts.

    Where the probabilities are honest, the dots lie on the diagonal: below it they promise too much.

    Args:
        bins: From low to high: `above`, `up_to`, `texts`, `confidence` and `accuracy`, as in `ClassificationResult`.
        path: The PNG file to write.

    Raises:
        ValueError: There is no bin.

    Source: Guo et al. 2017, "On calibration of modern neural networks", figure 1; Wilson 1927 for the intervals.
    """
    if not bins:
        raise ValueError("Argument `bins` must hold at least one bin of texts. Received: none")
    figure = Figure(figsize=(5.2, 5.4), layout="constrained")
    shares, counts = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1))
    _draw_reliability(shares, bins)
    _draw_bin_counts(counts, bins)
    for axes in (shares, counts):
        axes.grid(axis="y", alpha=0.3)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def bleu_by_length(groups: Sequence[dict[str, float]], path: Path | str) -> None:
    """Draws BLEU over the length of the source, with the number of sentences of each group.

    Args:
        groups: From short to long: `shortest` and `longest` in words, `sentences` and `bleu`, as in `TranslationResult`.
        path: The PNG file to write.

    Raises:
        ValueError: There is no group.
    """
    if not groups:
        raise ValueError("Argument `groups` must hold at least one group of sentences. Received: none")
    figure = Figure(figsize=(1.6 + max(0.75 * len(groups), 2.4), 3.8), layout="constrained")
    axes = figure.subplots()
    bars = axes.bar(range(len(groups)), [group["bleu"] for group in groups], width=0.7, color=TRAINING_COLOR)
    axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=9)
    axes.set_xticks(range(len(groups)), [f"{_span(group)}\n({group['sentences']:,})" for group in groups])
    axes.set_xlabel("words in the source (sentences)")
    axes.set_ylabel("BLEU")
    axes.set_xlim(-0.6, len(groups) - 0.4)
    axes.set_ylim(0, 1.1 * max(10, *(group["bleu"] for group in groups)))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


def attention_heat_map(
    source_tokens: Sequence[str], target_tokens: Sequence[str], alignment: Sequence[Sequence[float]] | np.ndarray, path: Path | str
) -> None:
    """Draws where attention looked in the source for each token of the target.

    A space that SentencePiece made part of a token is drawn as an underscore.

    Args:
        source_tokens: Tokens of the source, the columns.
        target_tokens: Tokens of the target, the rows.
        alignment: Weights from 0 to 1, `[target tokens, source tokens]`.
        path: The PNG file to write.

    Raises:
        ValueError: There are no tokens, or `alignment` does not fit them or is not from 0 to 1.
    """
    weights = np.asarray(alignment, np.float64)
    _check_alignment(weights, (len(target_tokens), len(source_tokens)))
    columns, rows = ([_piece_name(token) for token in tokens] for tokens in (source_tokens, target_tokens))
    cell = min(CELL_INCHES, LONGEST_SIDE_INCHES / max(weights.shape))
    figure = Figure(figsize=(cell * len(columns), cell * len(rows)))  # of the cells alone; saving adds what stands around them
    axes = figure.add_axes((0, 0, 1, 1))
    image = axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    _label_tokens(axes, columns, rows, font_size=9 * cell / CELL_INCHES)
    _weight_scale(figure, image)
    save_figure(figure, path, bbox_inches="tight")


def draw_attention(axes: Axes, image: np.ndarray, weights: np.ndarray) -> None:
    """Draws an image without its colours, and over it where a model looked, the brighter the more.

    Args:
        axes: Where to.
        image: uint8 `[height, width, 3]`.
        weights: How much it looked at each place, `[rows, columns]`, at any scale.
    """
    height, width = image.shape[:2]
    axes.imshow(image.mean(-1), cmap="gray", vmin=0, vmax=255)
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    axes.imshow(weights, cmap="magma", alpha=0.65, vmin=0, vmax=max(weights.max(), 1e-6), extent=extent, interpolation="bilinear")


def save_figure(figure: Figure, path: Path | str, **options: Any) -> None:
    """Writes a figure whose texts are those of somebody's data: a dollar is a dollar, and begins no formula.

    Signs that the font does not have become boxes; Matplotlib's `font.family` says which font that is.

    Args:
        figure: The figure.
        path: The PNG file to write.
        **options: As of Matplotlib's `savefig`.
    """
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing|Matplotlib currently does not support", UserWarning)
        figure.savefig(path, dpi=DOTS_PER_INCH, **options)


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


def _draw_reliability(axes: Axes, bins: Sequence[dict[str, float]]) -> None:
    confidence, accuracy = (np.array([each[name] for each in bins]) for name in ("confidence", "accuracy"))
    low, high = np.transpose([wilson_interval(each["accuracy"], each["texts"]) for each in bins])
    axes.bar(*_bars(bins, "accuracy"), color=TRAINING_COLOR, alpha=0.5)
    axes.plot([0, 1], [0, 1], color="black", linewidth=1, linestyle="--", label="honest")
    errors = np.maximum([accuracy - low, high - accuracy], 0)  # rounding may make one a little negative
    label = "share that is right, 95 % interval"
    axes.errorbar(confidence, accuracy, errors, fmt="o", markersize=4, color=VALIDATION_COLOR, linewidth=1, label=label, clip_on=False)
    axes.set_xlim(bins[0]["above"], 1)
    axes.set_ylim(0, 1)
    axes.set_ylabel("share that is right")
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)


def _draw_bin_counts(axes: Axes, bins: Sequence[dict[str, float]]) -> None:
    bars = axes.bar(*_bars(bins, "texts"), color=TRAINING_COLOR)
    axes.bar_label(bars, labels=[f"{each['texts']:,}" for each in bins], padding=2, fontsize=8, rotation=90 if len(bins) > 8 else 0)
    axes.set_ylim(0, 1.4 * max(each["texts"] for each in bins))
    axes.set_ylabel("texts")
    axes.set_xlabel("probability of the label that was given")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def _bars(bins: Sequence[dict[str, float]], height: str) -> tuple[list[float], list[float], list[float]]:
    """Returns the middles, heights and widths of bars that stand for bins."""
    middles, widths = ([each["up_to"] / 2 + each["above"] / 2 for each in bins], [0.9 * (each["up_to"] - each["above"]) for each in bins])
    return middles, [each[height] for each in bins], widths


def _label_matrix(axes: Axes, names: Sequence[str]) -> None:
    places = range(len(names))
    slanted = len(names) > 3 or max(map(len, names)) > 12
    axes.set_xticks(places, names, rotation=45 if slanted else 0, ha="right" if slanted else "center", rotation_mode="anchor")
    axes.set_yticks(places, names)
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


def _span(group: dict[str, float]) -> str:
    shortest, longest = group["shortest"], group["longest"]
    return f"{shortest}" if shortest == longest else f"{shortest}-{longest}"


def _check_alignment(weights: np.ndarray, shape: tuple[int, int]) -> None:
    if 0 in shape or weights.shape != shape:
        raise ValueError(
            "Argument `alignment` must have one row for each target token and one column for each source token, at least one of both. "
            f"Received: shape={weights.shape}, {shape[0]} target and {shape[1]} source tokens"
        )
    if not np.all((weights >= 0) & (weights <= 1.001)):  # a little more than 1: a softmax in half precision
        raise ValueError(f"Argument `alignment` must be from 0 to 1. Received: from {weights.min()} to {weights.max()}")


def _piece_name(token: str) -> str:
    return _short(token.replace(SPACE_PIECE, "_"))


def _label_tokens(axes: Axes, columns: Sequence[str], rows: Sequence[str], font_size: float) -> None:
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=font_size)
    axes.set_yticks(range(len(rows)), rows, fontsize=font_size)
    axes.tick_params(length=0)
    axes.spines[:].set_color("#c5ced6")


def _weight_scale(figure: Figure, image: AxesImage) -> None:
    """Draws which color is which weight: a bar of one size, whatever that of the figure, beside its upper right corner."""
    width, height = figure.get_size_inches()
    bar = figure.add_axes((1 + 0.2 / width, 1 - 1.2 / height, 0.1 / width, 1.2 / height))
    scale = figure.colorbar(image, cax=bar, ticks=[0, 0.5, 1])
    scale.set_label("attention", fontsize=9)
    scale.outline.set_visible(False)
    bar.tick_params(length=0, labelsize=8)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
