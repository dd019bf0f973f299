"""Pictures of coloured shapes, with labels, questions and captions that a small model learns in seconds."""

import random

import numpy as np
from PIL import Image, ImageDraw

COLOURS, SHAPES, SIDE = ("red", "green", "blue"), ("circle", "square"), 32


def write_shapes(folder, number=60, seed=0):
    """Writes images, `table.tsv` with three questions about each, and `labels.tsv` with their shapes.

    Args:
        folder: Where to; it is made.
        number: How many images.
        seed: Of what they show.
    """
    rows, labels = ["image\tquestion\tanswer"], ["image\tlabel"]
    for name, colour, shape in draw_shapes(folder, number, seed):
        asked = [("what color is it?", colour), ("what shape is it?", shape), ("is it red?", "yes" if colour == "red" else "no")]
        rows += [f"{name}\t{question}\t{answer}" for question, answer in asked]
        labels.append(f"{name}\t{shape}")
    (folder / "labels.tsv").write_text("\n".join(labels) + "\n", "utf-8")
    (folder / "table.tsv").write_text("\n".join(rows) + "\n", "utf-8")


def write_captioned_shapes(folder, number=60, seed=0):
    """Writes images and `captions.tsv`, with two captions of each.

    Args:
        folder: Where to; it is made.
        number: How many images.
        seed: Of what they show.
    """
    rows = ["image\tcaption"]
    for name, colour, shape in draw_shapes(folder, number, seed):
        rows += [f"{name}\t{caption}" for caption in (f"A {colour} {shape}.", f"There is a {colour} {shape} here.")]
    (folder / "captions.tsv").write_text("\n".join(rows) + "\n", "utf-8")


def write_shape_sequences(folder, number=40, seed=0):
    """Writes sequences of two to four images, each in a folder with their shapes in `labels.txt`, and `frames.tsv` with all of them.

    Args:
        folder: Where to; it is made.
        number: How many sequences.
        seed: Of what they show.
    """
    folder.mkdir(exist_ok=True)
    rows = ["sequence\timage\tlabel"]
    for sequence in range(number):
        length = random.Random(1000 * seed + sequence).randint(2, 4)
        shown = [(name, shape) for name, _, shape in draw_shapes(folder / f"{sequence}", length, 1000 * seed + sequence)]
        rows += [f"{sequence}\t{sequence}/{name}\t{shape}" for name, shape in shown]
        (folder / f"{sequence}" / "labels.txt").write_text("".join(f"{shape}\n" for _, shape in shown), "utf-8")
    (folder / "frames.tsv").write_text("\n".join(rows) + "\n", "utf-8")


def draw_shapes(folder, number, seed):
    """Draws images; yields the name, the colour and the shape of each."""
    chance = random.Random(seed)
    folder.mkdir(exist_ok=True)
    for place in range(number):
        colour, shape = chance.choice(COLOURS), chance.choice(SHAPES)
        image = Image.new("RGB", (SIDE, SIDE), "white")
        x, y = chance.randint(2, 14), chance.randint(2, 14)
        draw = ImageDraw.Draw(image)
        (draw.ellipse if shape == "circle" else draw.rectangle)((x, y, x + 14, y + 14), fill=colour)
        image.save(folder / f"{seed}-{place}.png")
        yield f"{seed}-{place}.png", colour, shape


def as_python_may_give(path):
    """Returns what may stand for an image in Python: paths, bytes, an array, and an image of Pillow."""
    with Image.open(path) as picture:
        pixels = picture.convert("RGB")
    return [str(path), path, path.read_bytes(), np.asarray(pixels), pixels]
