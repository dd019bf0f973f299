"""What cells reach in the same minutes with as many parameters: language models, classifiers or translators, trained by the recipe.

    python -m benchmarks.cell_quality --data FILE --set NAME [--cells gru,sru] [--seeds 0,1,2] [--minutes 5] [--out FOLDER]
    python -m benchmarks.cell_quality --what words --data train=FILE,validation=FILE,test=FILE --set NAME
    python -m benchmarks.cell_quality --what reviews --set "the default reviews"
    python -m benchmarks.cell_quality --what translation --data train=FILE.en,FILE.de,... --set NAME --cells lstm,sru+lstm

Of translators, two names with a plus between are the cell of the encoder and that of the decoder. After each run the record is written;
those that it holds are not run again. docs/cell_speed.md shows it.
"""

import argparse
import dataclasses
import math
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cell_speed_page import ACCURACY, BLEU, NATS, PERPLEXITY, QUALITY, WRITTEN
from benchmarks.choices import some_of
from benchmarks.finished_run import without_folders
from benchmarks.own_process import in_own_process
from benchmarks.records import RESULTS, ComparisonRecord, begun_record
from toolkit.cells import without_product

CELLS = ["gru", "lstm", *without_product()]
PAIRS = [*CELLS, *(f"{cell}+lstm" for cell in without_product())]
SAMPLED = 300  # tokens that a language model writes against the clock

Row = dict[str, float]


@dataclasses.dataclass(frozen=True)
class Kind:
    """What the cells learn.

    Attributes:
        recipe: The recipe.
        name: Name of the record.
        units: Of the GRU; the others have units for as many parameters.
        settings: Those that differ from the preset `quick`, shared by all; the minutes end a training.
        score: What the page calls the score, and how it is made of `metrics.json`'s `test`.
        parameters: Of such a model with so many units and a small vocabulary, which is the same for all cells: `(settings, units)`.
    """

    recipe: str
    name: str
    units: int
    settings: dict[str, Any]
    score: tuple[str, Callable[[dict], float]]
    parameters: Callable[[dict[str, Any], int], int]


def _of_language_model(changes: dict[str, Any], units: int) -> int:
    from benchmarks.language_model_speed import CHARACTERS
    from benchmarks.language_models.equal_parameters import parameters_of

    shape = {name: changes[name] for name in ("embedding_dim", "tied_output", "cell")}
    return parameters_of(dataclasses.replace(CHARACTERS, units=units, **shape))


def _of_classifier(changes: dict[str, Any], units: int) -> int:
    from toolkit.models import TextClassifier

    shape = {name: changes[name] for name in ("embedding_dim", "num_layers", "cell", "ngrams")}
    return TextClassifier(vocabulary_size=100, label_names=["a", "b"], units=units, **shape).count_params()


def _of_translator(changes: dict[str, Any], units: int) -> int:
    from toolkit.models import Translator

    shape = {name: changes[name] for name in ("embedding_dim", "encoder_layers", "decoder_layers", "cell", "encoder_cell")}
    model = Translator(vocabulary_size=100, units=units, **shape)
    model.build(None)
    return model.count_params()


LANGUAGE_MODEL = {
    **{"num_layers": 2, "batch_size": 32, "window": 64, "dropout": 0.1, "output_dropout": 0.1, "weight_drop": 0.0},
    "epochs": 400,  # the minutes end it
}
KINDS = {
    "characters": Kind(
        "language_model",
        "cell-quality",
        256,
        {"tokenizer": "char", "embedding_dim": 128, "tied_output": False, **LANGUAGE_MODEL},
        (NATS, lambda test: test["nats_per_token"]),
        _of_language_model,
    ),
    "words": Kind(
        "language_model",
        "cell-quality-words",
        448,
        {
            "tokenizer": "word",
            "vocabulary_size": 10_000,
            "embedding_dim": 256,
            "tied_output": True,
            "validation_tokens": 20_000,
            **LANGUAGE_MODEL,
        },
        (PERPLEXITY, lambda test: math.exp(test["nats_per_token"])),
        _of_language_model,
    ),
    "reviews": Kind(
        "sentiment",
        "cell-quality-reviews",
        128,
        {"embedding_dim": 128, "num_layers": 1, "ngrams": 0, "baseline": False, "patience": None, "epochs": 40},
        (ACCURACY, lambda test: 100 * test["accuracy"]),
        _of_classifier,
    ),
    "translation": Kind(
        "translation",
        "cell-quality-translation",
        256,
        {"embedding_dim": 128, "encoder_layers": 2, "decoder_layers": 2, "epochs": 40},
        (BLEU, lambda test: test["bleu"]),
        _of_translator,
    ),
}


def main(argv: Sequence[str] | None = None) -> ComparisonRecord:
    """Trains what the record does not hold yet."""
    parser = argparse.ArgumentParser(description="Compare cells at equal minutes and parameters.")
    parser.add_argument("--what", choices=[*KINDS], default="characters", help="what they read (default: %(default)s)")
    parser.add_argument("--data", help="as of `toolkit train` of the recipe (default: the data that come along)")
    parser.add_argument("--set", required=True, help="what to call it")
    parser.add_argument("--cells", type=some_of(PAIRS), default=CELLS, help=f"of {', '.join(PAIRS)} (default: all without a plus)")
    parser.add_argument("--seeds", type=some_of([str(seed) for seed in range(10)]), default=["0", "1", "2"], help="default: 0,1,2")
    parser.add_argument("--minutes", type=float, default=5, help="of each run, all in all (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    if options.what != "translation" and any("+" in cell for cell in options.cells):
        parser.error("only a translator has an encoder's cell and a decoder's: take --what translation, or cells without a plus")
    settings = KINDS[options.what].settings | {"data": options.set, "minutes": options.minutes}
    record = _begun(options, settings)
    for seed in options.seeds:
        for cell in options.cells:
            name = f"{cell}, seed {seed}"
            if name not in record.rows:
                row = in_own_process(_train, options.what, settings | {"data": options.data, "cell": cell, "seed": int(seed)})
                print(name, row, flush=True)
                rows = record.rows | {name: row}
                record = dataclasses.replace(record, rows=rows, minutes=round(sum(row["minutes"] for row in rows.values()), 1))
                record.save(options.out)
    return record


def _begun(options: argparse.Namespace, settings: dict[str, Any]) -> ComparisonRecord:
    """Returns the record to go on with.

    Raises:
        ValueError: There is one of other settings.
    """
    begun = begun_record(options.out, KINDS[options.what].name, settings)
    words = ["--what", options.what, *(["--data", without_folders(options.data)] if options.data else []), "--set", f"'{options.set}'"]
    return ComparisonRecord(
        name=KINDS[options.what].name,
        table=QUALITY,
        what=f"{options.set}, {options.what}, {options.minutes:g} minutes, cores: {len(os.sched_getaffinity(0))}",
        command=f"python -m benchmarks.cell_quality {' '.join(words)} --minutes {options.minutes:g}",
        seed=0,
        minutes=begun.minutes if begun else 0.0,
        settings=settings,
        rows=begun.rows if begun else {},
    )


def _train(what: str, changes: dict[str, Any]) -> Row:
    from toolkit.cli.recipes import find_recipe, make_run
    from toolkit.run_folder import RunFolder
    from toolkit.tasks import training_run

    # What other cores do must not change how long a cell trains: elsewhere more of the minutes are kept back on a busy machine.
    training_run.load_of_a_core = lambda: 1.0

    kind = KINDS[what]
    recipe = find_recipe(kind.recipe)
    if "+" in changes["cell"]:
        encoder, decoder = changes["cell"].split("+")
        changes = changes | {"cell": decoder, "encoder_cell": encoder}
    settings = dataclasses.replace(recipe.presets["quick"], **changes, units=_units(kind, changes))
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder) / "run")
        task = make_run(recipe, settings, run)
        task.train()
        metrics = run.read_metrics()
        written = _tokens_per_second(task) if kind.recipe == "language_model" else {}
    name, score = kind.score
    return {
        name: score(metrics["test"]),
        "units": settings.units,
        "parameters": metrics["parameters"],
        "minutes": metrics["minutes"],
        **written,
    }


def _tokens_per_second(task: Any) -> Row:
    """Returns how fast the trained model writes one text, after a first one that compiles what it needs."""
    generator = task.predictor()
    for _ in range(2):
        started = time.perf_counter()
        [[sample]] = generator.generate([""], max_tokens=SAMPLED)
        seconds = time.perf_counter() - started
    return {WRITTEN: round(len(sample.tokens) / seconds)}


def _units(kind: Kind, changes: dict[str, Any]) -> int:
    """Returns the units with which a cell has as many parameters as the GRU."""
    from benchmarks.language_models.equal_parameters import nearest_units

    changes = {"encoder_cell": None} | changes
    wanted = kind.parameters(changes | {"cell": "gru", "encoder_cell": None}, kind.units)
    return nearest_units(lambda units: kind.parameters(changes, units), wanted)


if __name__ == "__main__":
    main()
