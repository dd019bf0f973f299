"""docs/spark_speed.md, made from the records of `benchmarks.spark_prediction` and `benchmarks.spark_preparation`."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import ComparisonRecord
from benchmarks.speed_page import NO_RECORD

TABLE, PREPARATION = "spark", "spark: preparation"
START, RATE, MEMORY, LINES = "start, seconds", "lines per second", "GiB", "lines"
ITEMS, SLOTS = 10**9, (10, 100, 1000)
PART = 4 * 2**20  # bytes of a part, at most
LINE = 120  # bytes of a sentence, about
DISK = 100 * 2**20  # bytes per second that each executor can read, with the others
LONGEST = 1.25  # times as long as others a part may take, on a slow machine

INTRODUCTION = """\
# Speed of Spark

`python -m benchmarks.render` makes this page from the records in `benchmarks/results/` that `python -m benchmarks.spark_prediction` and
`python -m benchmarks.spark_preparation` write.

## Answers

`toolkit predict --engine spark` labels sentences with a LiteRT file; a master and workers of one core each, all on this machine, and one
process that does the same without Spark. The start is what a single line takes, and is not in the lines per second. The memory of an
executor is that of its Java and of its Python together.
"""


PREPARING = """
## A corpus

`toolkit prepare --engine spark` cleans, splits and tokenizes labeled sentences in the same way; the start is what two hundred of them take.
What one process does between the tasks, such as deciding about repetitions and training the tokenizer, it does here, too.
"""


def spark_page(records: Sequence[ComparisonRecord]) -> str:
    """Returns the text of the page."""
    answers, corpora = ([record for record in records if record.table == table] for table in (TABLE, PREPARATION))
    paper = "".join(f"\n{_on_paper(record.rows['executors: 1'])}" for record in answers)
    return f"{INTRODUCTION}\n{_tables(answers)}{PREPARING}\n{_tables(corpora)}{paper}"


def _tables(records: Sequence[ComparisonRecord]) -> str:
    return "\n".join(f"{_table(record)}\n{measured(record)}" for record in records) or NO_RECORD


def _table(record: ComparisonRecord) -> str:
    alone = record.rows["one process"][RATE]
    rows = [
        [name, f"{row[LINES]:,.0f}", f"{row[START]:.1f}", f"{row[RATE]:,.0f}", f"{row[RATE] / alone:.2f}", f"{row[MEMORY]:.2f}"]
        for name, row in record.rows.items()
    ]
    return table_of(["", LINES, START, RATE, "of one process", MEMORY], rows)


def _on_paper(row: dict[str, float]) -> str:
    """Returns what more executors would take, by arithmetic."""
    parts = ITEMS * LINE / PART
    rows = []
    for slots in SLOTS:
        answering, reading = ITEMS / (slots * row[RATE]), ITEMS * LINE / (slots * DISK)
        last = PART / LINE / row[RATE] * LONGEST
        total = row[START] + answering + reading + last
        rows.append([f"{slots:,}", f"{row[START]:.0f}", f"{reading:,.0f}", f"{answering:,.0f}", f"{last:.0f}", _time(total)])
    table = table_of(["executors of one core", "start", "reading", "answering", "the last part", "in all"], rows)
    size, storage = ITEMS * LINE / 2**30, SLOTS[-1] * DISK / 2**30
    return f"""## A thousand million lines, on paper

Nobody has run this; it is arithmetic from the first executor of the first table. {ITEMS:,} lines of {LINE} bytes are {size:,.0f} GiB,
in {parts:,.0f} parts of {PART // 2**20} MiB. Seconds:

{table}
* *Start*: as measured, with the loading of the model: each process of Python opens it once, all at the same time.
* *Reading*: {DISK // 2**20} MiB a second for each executor, which the storage has to bear: {storage:,.0f} GiB a second for {SLOTS[-1]:,}.
* *Answering*: the lines, divided by the executors and by the lines per second of one.
* *The last part*: some executor begins one when the others have just ended, on a machine that takes {LONGEST:g} times as long. Parts
  are handed out one by one, so nobody waits for more than that; `spark.speculation` runs slow ones a second time.
"""


def _time(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds > 5400 else f"{seconds / 60:.0f} minutes"
