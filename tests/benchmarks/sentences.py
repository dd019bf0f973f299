"""Tiny files in the form of SST-2 and MR, whose label is decided by a word."""

import random
from pathlib import Path

WORDS = ("film", "plot", "actor", "scene", "ending", "caf\u00e9")
OPINIONS = (("dull", "silly"), ("warm", "bright"))


def lines(number: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    labels = [index % 2 for index in range(number)]
    return [
        f"{label} {' '.join(rng.sample(WORDS, 4))} {rng.choice(OPINIONS[label])} {seed}-{index}\n" for index, label in enumerate(labels)
    ]


def write_sets(folder: Path) -> Path:
    for seed, (name, number) in enumerate({"train": 120, "dev": 40, "test": 40}.items()):
        (folder / f"stsa.binary.{name}").write_text("".join(lines(number, seed)), "utf-8")
    # U+0085 is the end of a line to str.splitlines, and a character of two sentences of MR.
    (folder / "rt-polarity.all").write_bytes("".join(["1 bright\x85 and warm\n", "0 dull\x85\n", *lines(98, 3)]).encode("latin-1"))
    return folder
