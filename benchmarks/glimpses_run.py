"""Makes a record of a finished run that looks at images, or of several seeds, on harder images, too, beside a convolutional network.

The network has as many parameters.

python -m benchmarks.glimpses_run RUN [--seeds RUN ...] [--table TABLE] [--name NAME] [--what WORDS] [--epochs 30]
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from benchmarks.finished_run import mean_scores, mean_values, runs_of, seeds_parser, without_folders
from benchmarks.records import Record
from toolkit.cli.recipes import open_run
from toolkit.tasks.glimpses.canvases import Canvases, numbers_of, on_canvases, placing_of

AS_TRAINED = "as trained"
CONDITIONS: dict[str, dict[str, int]] = {
    AS_TRAINED: {},
    "shift 4": {"shift": 4},
    "scale 30 %": {"scale": 30},
    "clutter 2": {"clutter": 2},
}
"""What is done to the test images, by what tables call it."""

PUBLISHED = {
    "MNIST": [{"what": "recurrent attention model, 6 glimpses of 8 x 8, Mnih et al. 2014", "metrics": {AS_TRAINED: 0.9871}}],
    "MNIST, anywhere on 60 x 60 pixels": [{"what": "recurrent attention model, Mnih et al. 2014", "metrics": {AS_TRAINED: 0.9816}}],
    "MNIST, cluttered, 60 x 60 pixels": [{"what": "recurrent attention model, Mnih et al. 2014", "metrics": {AS_TRAINED: 0.9596}}],
}
"""Results of others by table."""

FILTERS = (32, 64)


def main(argv: Sequence[str] | None = None) -> Record:
    """Measures the run and the network, and writes the record."""
    parser = seeds_parser("glimpses")
    parser.add_argument("--epochs", type=int, default=30, help="epochs of the convolutional network (default: 30)")
    parser.add_argument("--table", help="what tables call the images (default: the name of the data)")
    options = parser.parse_args(argv)
    runs = runs_of(options)
    tasks = [open_run(str(run.path)) for run in runs]
    data = tasks[0].read_data()
    network = convolutional(data.side, data.channels, len(data.label_names), tasks[0].load_model().count_params())
    train(network, data, options.epochs)
    metrics = mean_scores([accuracies(data, probabilities(task.predictor())) for task in tasks], AS_TRAINED)
    beside = accuracies(data, lambda canvases: network.predict(canvases, verbose=0))
    what = f"convolutional network of {network.count_params():,} parameters, {options.epochs} epochs of the same images"
    table = options.table or without_folders(runs[0].read_json(runs[0].data_report)["name"])
    record = Record(
        table=table,
        metrics=metrics,
        references=[{"what": what, "metrics": beside}, *PUBLISHED.get(table, [])],
        **mean_values(runs, options),
    )
    print(record.save(options.results))
    return record


def convolutional(side: int, channels: int, labels: int, parameters: int) -> keras.Model:
    """Returns two convolutions and a hidden layer, which is as large as the number of parameters asks for."""
    convolutions = [
        layer
        for filters in FILTERS
        for layer in (keras.layers.Conv2D(filters, 3, padding="same", activation="relu"), keras.layers.MaxPooling2D())
    ]
    layers = [keras.Input((side, side, channels)), keras.layers.Rescaling(1 / 255), *convolutions, keras.layers.Flatten()]
    features = keras.Sequential(layers)
    units = max(1, (parameters - features.count_params()) // (features.output_shape[1] + labels + 1))
    head = [keras.layers.Dense(units, "relu"), keras.layers.Dropout(0.5), keras.layers.Dense(labels)]
    return keras.Sequential([features, *head])


def train(network: keras.Model, data: Canvases, epochs: int) -> None:
    """Trains the network on what the run was trained on, moved and stretched alike."""
    batches = data.batches("train", 1)
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, epochs * batches.steps(0))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(schedule), loss)
    for epoch in range(epochs):
        network.fit(batches.batches(epoch), shuffle=False, verbose=0)  # the batches are shuffled already


def probabilities(predictor: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Returns what gives, of canvases, the probabilities of the labels of the first object of each."""
    return lambda canvases: np.array([each.probabilities[0] for each in predictor.looked([""] * len(canvases), canvases)])


def accuracies(data: Canvases, scores: Callable[[np.ndarray], Any]) -> dict[str, float]:
    """Returns the accuracy on the test images under each condition, of what scores the labels of canvases."""
    images = data.corpus.splits["test"]
    found = {}
    for name, condition in CONDITIONS.items():
        placing = placing_of(dataclasses.replace(data.settings, **condition))
        canvases, _ = on_canvases(images, placing, data.settings.seed)
        found[name] = float(np.mean(scores(canvases).argmax(-1) == numbers_of(images, data.label_names)))
    return found


if __name__ == "__main__":
    main()
