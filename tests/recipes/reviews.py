"""A few hundred little reviews that a classifier learns in seconds."""

import csv
import random
from pathlib import Path

GOOD, BAD = ["great", "lovely", "wonderful", "brilliant", "moving", "superb"], ["awful", "dull", "terrible", "boring", "weak", "poor"]
FILLER = ["the", "film", "was", "a", "story", "with", "actors", "and", "music", "that", "I", "saw", "on", "monday"]


def write_reviews(path: Path, number: int = 400) -> Path:
    """Writes a CSV of reviews with a word or two of opinion each, half good, half bad, from two sources."""
    generator = random.Random(0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "source"])
        for position in range(number):
            words = [generator.choice(FILLER) for _ in range(generator.randint(3, 60))]
            for _ in range(generator.randint(1, 2)):
                words.insert(generator.randrange(len(words)), generator.choice(GOOD if position % 2 else BAD))
            writer.writerow([" ".join([*words, str(position)]), ["neg", "pos"][position % 2], "abc"[position % 3]])
    return path
