"""tf-idf and logistic regression on the splits that the sentiment recipe trains on, so that nobody fools themselves.

python -m benchmarks.sentiment_baseline [--training-examples COUNT] [--data WHAT] [--name NAME]
"""

import time
from collections.abc import Sequence

from benchmarks.records import Record
from benchmarks.sentiment_data import SEED, data_parser, read_data
from benchmarks.tfidf import WHAT, accuracy_by_source, count_parameters
from toolkit.tasks.classification.baseline import fit_linear


def main(argv: Sequence[str] | None = None) -> Record:
    """Trains the baseline, prints its accuracy on the test split and writes its record."""
    parser = data_parser("tf-idf and logistic regression on the data of the sentiment recipe.", "sentiment-baseline")
    options = parser.parse_args(argv)
    started = time.monotonic()
    data = read_data(options)
    model = fit_linear(data.splits["train"], data.splits["validation"])
    test = data.splits["test"]
    record = Record(
        name=options.name,
        table=data.table,
        what=WHAT,
        command=f"python -m benchmarks.sentiment_baseline{data.arguments}",
        seed=SEED,
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
