"""tf-idf and logistic regression on the splits that the sentiment recipe trains on, so that nobody fools themselves.

python -m benchmarks.sentiment_baseline [--data WHAT]
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import toolkit
from benchmarks.records import RESULTS, Record
from benchmarks.tfidf import WHAT, accuracy_by_source, count_parameters, fit_tfidf


def main(argv: Sequence[str] | None = None) -> Record:
    """Trains the baseline, prints its accuracy on the test split and writes its record."""
    parser = argparse.ArgumentParser(description="tf-idf and logistic regression on the data of the sentiment recipe.")
    parser.add_argument("--data", help="as for `toolkit train sentiment`")
    parser.add_argument("--name", default="sentiment-baseline", help="name of the record (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    started = time.monotonic()
    corpus = toolkit.read_corpus(options.data)
    model = fit_tfidf(corpus.splits["train"], corpus.splits["validation"])
    test = corpus.splits["test"]
    record = Record(
        name=options.name,
        table=corpus.name,
        what=WHAT,
        command="python -m benchmarks.sentiment_baseline" + (f" --data {options.data}" if options.data else ""),
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        parameters=count_parameters(model),
        metrics=accuracy_by_source(model.predict(test.texts), test),
    )
    for name, value in record.metrics.items():
        print(f"{name:<20}{value:.2%}")
    print(f"C = {model[-1].C:g}; record: {record.save(options.results)}")
    return record


if __name__ == "__main__":
    main()
