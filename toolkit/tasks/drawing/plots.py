"""Pictures of drawings: beside their images, step by step, and while they are made."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageDraw

from toolkit.evaluation.plots import save_figure
from toolkit.tasks.drawing.predictor import Drawn, shades

WINDOW_COLOR = "#e8442e"
SMALLEST = 140  # pixels of a side of a canvas in an animation of one
STEPS_SHOWN = 8
STEP_MILLISECONDS, LAST_MILLISECONDS = 120, 1500
GAP = 2  # pixels between two images of a grid


def window_box(window: Sequence[float], size: int) -> tuple[float, float, float]:
    """Returns left, top and side of what a grid of filters covers, from the centre of its first to that of its last, in pixels.

    Args:
        window: Row, column, stride and standard deviation.
        size: Filters of a side.
    """
    row, column, stride, _ = window
    side = (size - 1) * stride
    return column - side / 2, row - side / 2, side


def reconstructions(pixels: np.ndarray, best: Sequence[Drawn], worst: Sequence[Drawn], path: Path | str) -> None:
    """Draws images above their reconstructions, those that the model knows best in the upper half and those that it knows worst below.

    Args:
        pixels: The images of both, in their order, uint8 `[images, size, size, 1]`.
        best: Their drawings; at least one.
        worst: Their drawings, as many or none.
        path: The PNG file to write.

    Raises:
        ValueError: There is no drawing.
    """
    if not best:
        raise ValueError("Argument `best` must hold at least one drawing. Received: none")
    halves = [half for half in (best, worst) if half]
    figure = Figure(figsize=(max(4.0, 0.8 * len(best)), 2.0 * len(halves)), layout="constrained")
    grid = figure.subplots(2 * len(halves), len(best), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for half, drawings in enumerate(halves):
        for place, drawn in enumerate(drawings):
            above, below = grid[2 * half : 2 * half + 2, place]
            above.imshow(pixels[half * len(best) + place, ..., 0], cmap="gray", vmin=0, vmax=255)
            above.set_title(f"{drawn.bound:.0f}", fontsize=8)
            below.imshow(drawn.canvases[-1], cmap="gray", vmin=0, vmax=1)
    save_figure(figure, path)


def samples(drawings: Sequence[Drawn], path: Path | str) -> None:
    """Writes drawings side by side, as many in a row as in a column or one more.

    Args:
        drawings: At least one.
        path: The PNG file to write.

    Raises:
        ValueError: There is no drawing.
    """
    if not drawings:
        raise ValueError("Argument `drawings` must hold at least one drawing. Received: none")
    scale = _scale(len(drawings[0].pixels), SMALLEST // 2)
    Image.fromarray(_grid([_larger(drawn.pixels, scale) for drawn in drawings])).save(path, "PNG")


def steps(drawings: Sequence[Drawn], write_size: int, path: Path | str) -> None:
    """Draws the canvas of each drawing after some of the steps, with the write window as a rectangle.

    The rectangle covers the centres of the filters, and its line is as wide as their standard deviation.

    Args:
        drawings: A row each; at least one.
        write_size: Filters of a side of the window.
        path: The PNG file to write.

    Raises:
        ValueError: There is no drawing.
    """
    if not drawings:
        raise ValueError("Argument `drawings` must hold at least one drawing. Received: none")
    number, side = drawings[0].canvases.shape[:2]
    shown = np.unique(np.linspace(0, number - 1, min(STEPS_SHOWN, number)).round().astype(int))
    figure = Figure(figsize=(1.2 * len(shown), 1.2 * len(drawings) + 0.3), layout="constrained")
    grid = figure.subplots(len(drawings), len(shown), squeeze=False)
    for row, drawn in zip(grid, drawings, strict=True):
        for axes, step in zip(row, shown, strict=True):
            axes.set_axis_off()
            axes.imshow(drawn.canvases[step], cmap="gray", vmin=0, vmax=1)
            axes.set_xlim(-0.5, side - 0.5)
            axes.set_ylim(side - 0.5, -0.5)
            if drawn.windows is not None:
                left, top, width = window_box(drawn.windows[step], write_size)
                line = 72 * 1.1 / side * drawn.windows[step][3]  # points of a standard deviation
                axes.add_patch(Rectangle((left, top), width, width, fill=False, edgecolor=WINDOW_COLOR, linewidth=line))
    for axes, step in zip(grid[0], shown, strict=True):
        axes.set_title(f"step {step + 1}", fontsize=8)
    save_figure(figure, path)


def animation(drawings: Sequence[Drawn], write_size: int, path: Path | str) -> None:
    """Writes an animated GIF of the canvases over time, side by side, with the write window of each as in `steps`.

    Args:
        drawings: At least one.
        write_size: Filters of a side of the window.
        path: The GIF file to write.

    Raises:
        ValueError: There is no drawing.

    Source: Gregor et al. 2015, figures 1 and 7, show the window so.
    """
    if not drawings:
        raise ValueError("Argument `drawings` must hold at least one drawing. Received: none")
    number, side = drawings[0].canvases.shape[:2]
    scale = _scale(side, SMALLEST if len(drawings) == 1 else SMALLEST // 2)
    frames = [Image.fromarray(_grid([_frame(drawn, step, write_size, scale) for drawn in drawings])) for step in range(number)]
    frames.append(Image.fromarray(_grid([_frame(drawn, None, write_size, scale) for drawn in drawings])))
    durations = [STEP_MILLISECONDS] * number + [LAST_MILLISECONDS]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)


def text_of(pixels: np.ndarray) -> str:
    """Returns an image as lines of characters, the brighter the denser, each as wide as two rows are high.

    Args:
        pixels: uint8 `[size, size]`.
    """
    marks = np.array([*" .:-=+*#%@"])
    pairs = pixels[: len(pixels) // 2 * 2].reshape(-1, 2, pixels.shape[1]).mean(1)
    return "".join("".join(marks[(row * len(marks) / 256).astype(int)]).rstrip() + "\n" for row in pairs)


def _frame(drawn: Drawn, step: int | None, write_size: int, scale: int) -> np.ndarray:
    """Returns the canvas after a step, larger, with the window of the step; after the last without."""
    image = Image.fromarray(_larger(shades(drawn.canvases[-1 if step is None else step]), scale)).convert("RGB")
    if step is not None and drawn.windows is not None:
        left, top, width = (scale * part for part in window_box(drawn.windows[step], write_size))
        corner = left + scale / 2, top + scale / 2
        line = max(1, round(scale * float(drawn.windows[step][3])))
        _rectangle(ImageDraw.Draw(image), corner, width, min(line, image.width))
    return np.asarray(image)


def _rectangle(draw: ImageDraw.ImageDraw, corner: tuple[float, float], side: float, line: int) -> None:
    """Draws a square whose line lies on both sides of its edge; one far outside is left out, which Pillow has no numbers for."""
    left, top = (place - line / 2 for place in corner)
    right, bottom = left + side + line, top + side + line
    if max(map(abs, (left, top, right, bottom))) < 1e6:
        draw.rectangle((left, top, right, bottom), outline=WINDOW_COLOR, width=line)


def _scale(side: int, smallest: int) -> int:
    return max(1, -(-smallest // side))


def _larger(pixels: np.ndarray, scale: int) -> np.ndarray:
    return np.kron(pixels, np.ones((scale, scale), np.uint8))


def _grid(images: Sequence[np.ndarray]) -> np.ndarray:
    """Returns images of one size side by side, uint8, with a grey gap between them."""
    columns = math.ceil(len(images) ** 0.5)
    rows = -(-len(images) // columns)
    height, width, *channels = images[0].shape
    grid = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, *channels), 90, np.uint8)
    for place, image in enumerate(images):
        top, left = (number * (size + GAP) for number, size in zip(divmod(place, columns), (height, width), strict=True))
        grid[top : top + height, left : left + width] = image
    return grid
