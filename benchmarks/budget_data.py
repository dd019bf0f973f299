"""Data of the sizes that a budget of minutes is tried on, made of smaller ones.

    python -m benchmarks.budget_data FOLDER --multi30k DIR --reviews FILE --wikitext FILE --shakespeare FILE

writes what is given the files of: `pairs/` (111,000 sentence pairs: each of Multi30k's as it is, lower-cased and tokenised, without
punctuation, and lower-cased), `plain1gb.txt` (1 GB: the reviews again and again, their sentences in another order each time), `wiki5mb.txt`
(the first 5,000,000 characters of WikiText-2) and `chars300k.txt` (the first 300,000 characters of tinyshakespeare).
"""

import argparse
import csv
import gzip
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

PAIRS, REVIEW_BYTES, MOST_OF_WORDS, MOST_OF_CHARACTERS = 111_000, 10**9, 5 * 10**6, 300_000
LANGUAGES = ("en", "de")
HELD_OUT = {"val": "val", "test": "test_2016_flickr"}
PUNCTUATION = re.compile(r'[.,;:!?"]')


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the files."""
    parser = argparse.ArgumentParser(description="Data of the sizes that a budget of minutes is tried on.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write them")
    for name, what in {"multi30k": "folder of Multi30k", "reviews": "a table of reviews, FILE.csv.gz", "wikitext": "its text, .gz"}.items():
        parser.add_argument(f"--{name}", type=Path, help=what)
    parser.add_argument("--shakespeare", type=Path, help="the text of tinyshakespeare")
    options = parser.parse_args(argv)
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.multi30k:
        write_pairs(options.multi30k, options.folder / "pairs")
    if options.reviews:
        with (options.folder / "plain1gb.txt").open("w", encoding="utf-8") as file:
            file.writelines(shuffled_reviews(options.reviews, REVIEW_BYTES))
    if options.wikitext:
        (options.folder / "wiki5mb.txt").write_text(read(options.wikitext)[:MOST_OF_WORDS], encoding="utf-8")
    if options.shakespeare:
        (options.folder / "chars300k.txt").write_text(read(options.shakespeare)[:MOST_OF_CHARACTERS], encoding="utf-8")


def write_pairs(multi30k: Path, folder: Path, number: int = PAIRS) -> None:
    """Writes the training pairs in four spellings, those that differ, and validation and test as they are.

    Args:
        multi30k: Folder of `train.en.gz`, `train.lc.norm.tok.en.gz`, `val.en.gz`, `test_2016_flickr.en.gz`, and the same in German.
        folder: Where to write `train.en`, `val.en`, `test.en`, and the same in German.
        number: Pairs at most.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = []
    for language in LANGUAGES:
        raw, tokenised = (lines_of(multi30k / f"train.{kind}{language}.gz") for kind in ("", "lc.norm.tok."))
        columns.append([*raw, *tokenised, *(PUNCTUATION.sub("", line) for line in raw), *map(str.lower, raw)])
        for name, source in HELD_OUT.items():
            write_lines(folder / f"{name}.{language}", lines_of(multi30k / f"{source}.{language}.gz"))
    pairs = list(dict.fromkeys(zip(*columns, strict=True)))[:number]
    for language, lines in zip(LANGUAGES, zip(*pairs, strict=True), strict=True):
        write_lines(folder / f"train.{language}", lines)


def shuffled_reviews(path: Path, size: int) -> Iterator[str]:
    """Yields so many bytes of reviews, a line each: all of them, then all with their sentences in another order, and so on.

    Args:
        path: A table whose longest column has the texts.
        size: Bytes, up to the end of the last line.
    """
    rows = list(csv.reader(read(path).splitlines(keepends=True)))[1:]
    texts, rng, written = [max(row, key=len) for row in rows], random.Random(0), 0
    while True:
        for text in texts:
            line = " ".join(text.split()) + "\n"
            yield line
            written += len(line.encode())
            if written >= size:
                return
        texts = [_reordered(text, rng) for text in texts]


def _reordered(text: str, rng: random.Random) -> str:
    sentences = text.split(". ")
    rng.shuffle(sentences)
    return ". ".join(sentences)


def read(path: Path) -> str:
    """Returns the text of a file, unpacked if its name ends in `.gz`."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def lines_of(path: Path) -> list[str]:
    """Returns the lines of a file; nothing but a line feed ends one."""
    return read(path).removesuffix("\n").split("\n")


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Writes lines, each with a line feed."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
