"""Tokens and pixels on pages, each the stronger coloured the more it weighs."""

import html
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from toolkit.evaluation.plots import draw_attention

STYLE = """\
.tokens { line-height: 2; max-width: 60rem; } .tokens span { padding: 0.15rem 0.1rem; border-radius: 0.2rem; white-space: pre-wrap; }
.heat td { padding: 0; width: 1.6rem; height: 1.6rem; border: 1px solid #8882; } .heat { font-size: 0.85rem; }
.heat thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; padding: 0.3rem 0; }
.heat th { border: 0; padding: 0 0.5rem; font-weight: normal; white-space: nowrap; } .wide { overflow-x: auto; }
"""
BLUE, ORANGE = "31 119 220", "240 130 20"
HEADING = 100  # characters
SPACE = "\u2581"  # SentencePiece's mark for a space


def heading_of(item: str) -> str:
    """Returns the beginning of an item, to stand above what is shown of it."""
    return textwrap.shorten(item, HEADING, placeholder=" …") or item[:HEADING]


def shaded_tokens(tokens: Sequence[str], weights: np.ndarray) -> str:
    """Returns tokens as HTML: blue what speaks for an answer, orange what speaks against it; the number shows under the pointer.

    Args:
        tokens: The tokens; U+2581 is a space.
        weights: A number for each, of any scale.
    """
    largest = np.abs(weights).max(initial=0) or 1
    spans = [
        f'<span style="{_background(weight / largest)}" title="{weight:+.3g}">{html.escape(token.replace(SPACE, " "))}</span>'
        for token, weight in zip(tokens, weights, strict=True)
    ]
    return f"<div class=tokens>{'<wbr>'.join(spans)}</div>"


def heat_table(rows: Sequence[str], columns: Sequence[str], weights: np.ndarray) -> str:
    """Returns weights as a table of HTML with names at both sides; the number of a cell shows under the pointer.

    Args:
        rows: Names of the rows; U+2581 is a space.
        columns: Names of the columns.
        weights: From 0 to 1, `[rows, columns]`.
    """
    head = "".join(f"<th>{_name(column)}</th>" for column in columns)
    lines = [f"<tr><th>{_name(row)}</th>{_cells(row, columns, values)}</tr>" for row, values in zip(rows, weights, strict=True)]
    return f"<div class=wide><table class=heat><thead><tr><th></th>{head}</tr></thead>{''.join(lines)}</table></div>"


def shaded_images(images: np.ndarray, weights: np.ndarray) -> Figure:
    """Returns images, and below each what its pixels weigh: blue what speaks for an answer, orange what speaks against it.

    Args:
        images: uint8 `[images, height, width, channels]`.
        weights: `[images, height, width]`, of any scale.
    """
    figure = Figure(figsize=(1.5 * len(images) + 0.2, 3.2), layout="constrained")
    axes = figure.subplots(2, len(images), squeeze=False)
    largest = np.abs(weights).max(initial=0) or 1
    for panels, image, values in zip(axes.T, images, weights, strict=True):
        panels[0].imshow(image.mean(-1), cmap="gray", vmin=0, vmax=255)
        panels[1].imshow(-values, cmap="PuOr", vmin=-largest, vmax=largest)
    for panel in axes.flat:
        panel.set_axis_off()
    return figure


def looked_at(image: np.ndarray, names: Sequence[str], weights: np.ndarray) -> Figure:
    """Returns an image, and beside it where was looked for each name, the brighter the more.

    Args:
        image: uint8 `[height, width, 3]`.
        names: Who looked.
        weights: `[names, rows, columns]`.
    """
    columns = min(6, 1 + len(names))
    rows = -(-(1 + len(names)) // columns)
    figure = Figure(figsize=(1.6 * columns, 1.8 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    panels[0].imshow(image)
    for panel, name, values in zip(panels[1:], names, weights, strict=False):
        draw_attention(panel, image, values)
        panel.set_title(name, fontsize=9, parse_math=False)
    return figure


def _cells(row: str, columns: Sequence[str], values: np.ndarray) -> str:
    return "".join(
        f'<td style="{_background(value)}" title="{_name(row)} → {_name(column)}: {value:.3f}"></td>'
        for column, value in zip(columns, values, strict=True)
    )


def _background(share: float) -> str:
    return f"background: rgb({BLUE if share > 0 else ORANGE} / {abs(share):.2f})"


def _name(token: str) -> str:
    return html.escape(token.replace(SPACE, "_"))
