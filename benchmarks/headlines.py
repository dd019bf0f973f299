"""The table of results in README.md: a few numbers, each with its spread over seeds, and something to compare it with."""

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.markdown import scored_rows, table_of
from benchmarks.records import Measured, Record, SpeedRecord
from benchmarks.speed import ratios

HEAD = ("", "measure", "this toolkit", "spread", "to compare")
LAYERS, FASTER = "recurrent layers", "training: stock / ours"


_MEAN = r", mean of \d+ seeds"


def percent(share: float | None) -> str:
    """Returns a share as per cent with at most four digits; nothing for nothing."""
    return "" if share is None else f"{100 * share:.4g}"


@dataclass(frozen=True)
class Headline:
    """A row of the table.

    Attributes:
        title: What was done.
        measure: What the number is.
        table: The records' table.
        what: The record, or all of its seeds: what follows is then `, seed N`, or `, mean of N seeds`.
        score: The number's name in the records.
        other: The beginning of what a record or a reference of the same table says that it is.
        named: What the row calls that.
        written: Writes the number.
    """

    title: str
    measure: str
    table: str
    what: str
    score: str
    other: str
    named: str
    written: Callable[[float], str]

    def row(self, records: Sequence[Measured]) -> list[str] | None:
        """Returns the cells of the row; nothing if there is no record."""
        of_table = [record for record in records if record.table == self.table]
        rows = scored_rows(of_table, "metrics" if of_table and isinstance(of_table[0], Record) else "scores")
        named = [
            (what, scores[self.score]) for what, scores, _ in rows if re.fullmatch(rf"{re.escape(self.what)}(, seed \d+|{_MEAN})?", what)
        ]
        others = [scores[self.score] for what, scores, _ in rows if what.strip("*").startswith(self.other)]
        if not named:
            return None
        whats, ours = zip(*named, strict=True)
        compared = "; ".join(f"{self.written(other)} {self.named}" for other in others)
        return [self.title, self.measure, self.written(statistics.fmean(ours)), self._spread(whats[0], ours), compared]

    def _spread(self, what: str, scores: Sequence[float]) -> str:
        if mean := re.search(_MEAN, what):
            return mean[0].removeprefix(", ")
        return "one seed" if len(scores) == 1 else f"{self.written(min(scores))} to {self.written(max(scores))}, {len(scores)} seeds"


_REVIEWS = ("accuracy, %", "movie_reviews/1.0.0", "recipe sentiment, preset quick")
_COUNTED = ("tf-idf of 1-2-grams", "tf-idf and logistic regression", percent)
HEADLINES = (
    Headline("Sentiment of IMDB reviews", *_REVIEWS, "imdb", *_COUNTED),
    Headline("Sentiment of all default reviews", *_REVIEWS, "all", *_COUNTED),
    Headline(
        "English to German, Multi30k test 2016",
        "BLEU, tokenised and lower case",
        "Multi30k en-de, test 2016",
        "recipe translation, preset full, tokenised and lower case",
        "BLEU",
        "one recurrent model with attention",
        "a recurrent model with attention, published",
        "{:.1f}".format,
    ),
    Headline(
        "Tiny Shakespeare, last 10 %",
        "nats per character, less is better",
        "tinyshakespeare, characters, last 10 %",
        "recipe language_model, preset full",
        "nats per token",
        "PyTorch LSTM",
        "an LSTM of PyTorch, as many minutes",
        "{:.3f}".format,
    ),
)


def headlines(records: Sequence[Measured]) -> str:
    """Returns the table, with a row for each number of which there is a record."""
    rows = [*(headline.row(records) for headline in HEADLINES), _speed(records)]
    return table_of(HEAD, [row for row in rows if row], words=len(HEAD))


def _speed(records: Sequence[Measured]) -> list[str] | None:
    cases = [
        case for record in records if isinstance(record, SpeedRecord) and record.table == LAYERS for case in record.measurements.values()
    ]
    times = [found[FASTER] for found in map(ratios, cases) if FASTER in found]
    if not times:
        return None
    spread = f"{min(times):.2f} to {max(times):.2f}, {len(times)} layers and sizes"
    return [
        "Training step of a recurrent layer",
        "times as fast",
        f"{statistics.median(times):.2f}, median",
        spread,
        "1, the layer of Keras, the faster of graph and XLA",
    ]
