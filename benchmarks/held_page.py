"""docs/held.md, made from the records of what holds."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import HeldRecord

INTRODUCTION = """\
# What is offered holds

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/` that `python -m benchmarks.held` writes. It runs
slow tests, and counts.

* **Configurations.** Two pairwise covering sets of the settings of each recipe. In one, all pairs, every value of every setting meets
  every value of every other one that it can meet; how weights are trained, which leaves no trace in an export, is left to classifiers and
  language models. In the other, which for the recipes of text is part of the slow tests, the settings that change operators of an export
  meet, and of the others each value is taken once; of the numbers of layers it takes 1 and 3. And each cell is taken with each recipe.
  Each configuration is a tiny model, trained for a step or two, exported in every format, compared, and asked again as `toolkit predict`
  asks. A new setting joins by itself; one whose values are not known fails a test.
* **Changes.** A file of an export is changed by one byte or field, cut, lengthened or deleted, at random. `toolkit export --verify` has to
  name it. Without effect is a change of a comment, or of what is said of other models, in the files for TensorFlow Serving that lie beside
  an export: what it reads of this model is the same, which is checked.
"""


def held_page(records: Sequence[HeldRecord]) -> str:
    """Returns the text of the page."""
    rows = [[name, f"{row['tried']:,}", f"{row['held']:,}"] for record in records for name, row in record.rows.items()]
    if not rows:
        return f"{INTRODUCTION}\nThere is no record yet.\n"
    parts = [[f"`{record.what}`", f"{record.minutes:.1f}"] for record in records]
    tables = table_of(["", "tried", "held"], rows), table_of(["tests, by two processes", "minutes"], parts)
    return "\n".join([INTRODUCTION, *tables, *map(measured, records)])
