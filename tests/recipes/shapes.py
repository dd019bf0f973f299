"""Pictures of coloured shapes, their labels, and questions about them that a small model learns in seconds."""

import random

from PIL import Image, ImageDraw

COLOURS, SHAPES, SIDE = ("red", "green", "blue"), ("circle", "square"), 32


def write_shapes(folder, number=60, seed=0):
    """Writes images, `table.tsv` with three questions about each, and `labels.tsv` with their shapes.

    Args:
        folder: Where to; it is made.
        number: How many images.
        seed: Of what they show.
    """
    chance = random.Random(seed)
    folder.mkdir(exist_ok=True)
    rows, labels = ["image\tquestion\tanswer"], ["image\tlabel"]
    for place in range(number):
        colour, shape = chance.choice(COLOURS), chance.choice(SHAPES)
        image = Image.new("RGB", (SIDE, SIDE), "white")
        x, y = chance.randint(2, 14), chance.randint(2, 14)
        draw = ImageDraw.Draw(image)
        (draw.ellipse if shape == "circle" else draw.rectangle)((x, y, x + 14, y + 14), fill=colour)
        image.save(folder / f"{seed}-{place}.png")
        asked = [("what color is it?", colour), ("what shape is it?", shape), ("is it red?", "yes" if colour == "red" else "no")]
        rows += [f"{seed}-{place}.png\t{question}\t{answer}" for question, answer in asked]
        labels.append(f"{seed}-{place}.png\t{shape}")
    (folder / "labels.tsv").write_text("\n".join(labels) + "\n", "utf-8")
    (folder / "table.tsv").write_text("\n".join(rows) + "\n", "utf-8")
