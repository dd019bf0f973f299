"""Tables as people have them, drawn by chance: each is read as it was meant, or refused; and damaged ones are refused in one line."""

import csv
import gzip
import itertools
import random

import pytest

from toolkit.data.labeled_texts.corpus import read_corpus
from toolkit.data.labeled_texts.labeled_tables import read_table
from toolkit.data.parallel_texts.parallel_corpus import read_parallel
from toolkit.data.reading.columns import Columns
from toolkit.data.running_text.documents import read_documents
from toolkit.errors import UserError

WORDS = [
    "the",
    "film",
    "was",
    "dull,",
    "lovely;",
    "warm",
    "|",
    "x",
    '"great"',
    "'so'",
    "5",
    'say"',
    '"no',
    "I'd",
    "—",
    "café",
    "好",
    "a\x85b",
]
LABELS = [["neg", "pos"], ["0", "1"], ["1 star", "5 stars"], ["Sci/Tech", "World", "Sports"], ["a,b", "c;d"]]
HEADERS = [None, ("text", "label"), ("v1", "v2"), ("Review Text", "Stars")]
QUOTING = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}
JUNK = [
    b'"',
    b"\n",
    b"\r",
    b"\t",
    b",",
    b";",
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"[",
    b"{",
    b"}",
    b'""',
    b"__label__",
    b"\\u0000",
    b"NaN",
    b"sep=;\n",
]


def examples(generator, number):
    labels = generator.choice(LABELS)
    texts = [" ".join(generator.choices(WORDS, k=generator.randint(2, 20))) for _ in range(number)]
    if generator.random() < 0.3:
        texts = [text.replace('"', "") for text in texts]
    return [(text, generator.choice(labels)) for text in texts]


def write(path, generator, rows, quoting, delimiter):
    """Writes a table; quotes that are characters are for tabs alone, as other files are read by the rules of CSV."""
    header, swapped = generator.choice(HEADERS), generator.random() < 0.5
    rows = ([header] if header else []) + rows
    options = {"delimiter": delimiter, "quoting": QUOTING[quoting], "lineterminator": generator.choice(["\n", "\r\n"])}
    if quoting == "none":
        options |= {"quotechar": None, "delimiter": "\t"}
    with path.open("w", encoding=generator.choice(["utf-8", "utf-8-sig", "utf-16"]), newline="") as file:
        csv.writer(file, **options).writerows(row[::-1] if swapped else row for row in rows)


@pytest.mark.parametrize(("quoting", "delimiter"), list(itertools.product(QUOTING, ",;\t|")))
def test_a_table_is_read_as_it_was_meant(tmp_path, quoting, delimiter):
    generator = random.Random(f"{quoting} {delimiter}")
    for name in ("f.csv", "f.tsv", "f.txt", "f"):
        for number in (40, 600):
            expected = examples(generator, number)
            write(tmp_path / name, generator, expected, quoting, delimiter)
            assert [(example.text, example.label) for example in read_table(tmp_path / name, Columns())] == expected


@pytest.mark.parametrize("name", ["f.csv", "f.tsv", "f.json", "f", "f.gz"])
def test_a_damaged_file_is_an_error_of_one_line_or_read(tmp_path, name):
    """Whatever stands in a file: no error of Python's comes through."""
    generator = random.Random(name)
    for _ in range(40):
        rows = examples(generator, 30)
        write(tmp_path / name, generator, rows, generator.choice(list(QUOTING)), generator.choice(",;\t|"))
        content = bytearray((tmp_path / name).read_bytes())
        for _ in range(generator.choice([1, 3, 30])):
            place = generator.randrange(len(content))
            content[place : place + generator.choice([0, 1, 50])] = generator.choice(JUNK)
        packed = gzip.compress(bytes(content))
        (tmp_path / name).write_bytes(generator.choice([bytes(content), packed, packed[: generator.randrange(len(packed))]]))
        for read in (read_corpus, read_parallel, read_documents):
            try:
                read(str(tmp_path / name))
            except UserError as error:
                assert "\n" not in str(error)  # noqa: PT017 - that there is none is fine too
