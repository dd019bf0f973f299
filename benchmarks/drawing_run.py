"""Makes a record of a finished run that draws, beside a model that knows no more than how often each pixel is white.

python -m benchmarks.drawing_run RUN [--table TABLE] [--name NAME] [--what WORDS]
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.finished_run import progress_of, run_parser, run_values, without_folders
from benchmarks.records import DrawingRecord
from toolkit.cli.recipes import open_run
from toolkit.tasks.drawing.measures import DrawingResult
from toolkit.tasks.drawing.pictures import Pictures

MNIST = "MNIST, black and white, test split"
PUBLISHED = {
    MNIST: [
        {"what": "DRAW, 64 glimpses, published (Gregor et al. 2015)", "scores": {"bound": 80.97}},
        {"what": "DRAW without attention, published (Gregor et al. 2015)", "scores": {"bound": 87.40}},
    ]
}
"""Results of others by table; theirs are of images that were drawn in black and white once, and not anew in each epoch."""

ALONE = "each pixel alone, as often white as in training"


def main(argv: Sequence[str] | None = None) -> DrawingRecord:
    """Reads the run folder and writes the record, named for the folder."""
    parser = run_parser("drawing")
    parser.add_argument("--table", help=f'the images, such as "{MNIST}" (default: of the run)')
    options = parser.parse_args(argv)
    task = open_run(options.run)
    metrics, data = task.run.read_metrics(), task.read_data()
    shades = "black and white" if data.settings.binarize else "shades of grey"
    table = options.table or f"{without_folders(data.corpus.report.name)}, {shades}, test split"
    record = DrawingRecord(
        table=table,
        scores=scores_of(DrawingResult.from_dict(metrics["test"])),
        references=[{"what": ALONE, "scores": {"bound": frequencies(data)}}, *PUBLISHED.get(table, [])],
        progress=progress_of(task.run, "val_loss"),
        **run_values(task.run, options),
    )
    print(record.save(options.results))
    return record


def scores_of(result: DrawingResult) -> dict[str, float]:
    """Returns what a run's result says, by the names of tables."""
    return {
        "bound": result.bound,
        "reconstruction": result.reconstruction,
        "KL": result.kl,
        "bits per pixel": result.bits_per_dimension,
    }


def frequencies(data: Pictures) -> float:
    """Returns what test images cost, in nats, where each pixel is white as often as in training, independently of all others."""
    white, test = data.frequencies, data.test()[..., 0].astype(np.float64) / 255
    return float(-(test * np.log(white) + (1 - test) * np.log(1 - white)).sum((1, 2)).mean())


if __name__ == "__main__":
    main()
