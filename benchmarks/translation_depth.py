"""What depth, cell and attention bring: one small translator in many configurations, each trained by the recipe in the same way.

    python -m benchmarks.translation_depth [--epochs 1] [--only lstm-2-2-dot,gru-2-2-dot] [--data DATA] [--out FOLDER]

LSTM with dot attention, 1, 2 and 4 layers in the encoder and in the decoder; and at 2 + 2 layers LSTM, GRU and SimpleRNN, each without
attention, with dot and with additive attention: 17 configurations. All take the same number of steps, over the embedded phrasebook unless
`--data` says otherwise, and translate its test split, combinations of words that the training has none of, greedily.

After each configuration the record is written; those that it holds are not run again. docs/translation_depth.md shows it.
"""

import argparse
import dataclasses
import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.choices import some_of
from benchmarks.finished_run import without_folders
from benchmarks.own_process import in_own_process
from benchmarks.records import RESULTS, ComparisonRecord, begun_record

NAME = "translation-depth"
TABLE = "translation: depth, cell and attention"
DEPTHS = (1, 2, 4)
CELLS = ("lstm", "gru", "simple_rnn")
ATTENTIONS = ("none", "dot", "additive")
RECIPE = "translation"
SMALL = {"units": 128, "embedding_dim": 64, "vocabulary_size": 2000, "beam_width": 1, "seed": 0}

Row = dict[str, float]


@dataclasses.dataclass(frozen=True)
class Configuration:
    """What differs between the rows.

    Attributes:
        cell: The recurrent layer.
        encoder_layers: Layers of the encoder.
        decoder_layers: Layers of the decoder.
        attention: The score of the attention, or `"none"`.
    """

    cell: str
    encoder_layers: int
    decoder_layers: int
    attention: str

    @property
    def name(self) -> str:
        """Such as `"lstm-2-2-dot"`."""
        return f"{self.cell}-{self.encoder_layers}-{self.decoder_layers}-{self.attention}"


DEPTH_GRID = [Configuration("lstm", encoder, decoder, "dot") for encoder, decoder in itertools.product(DEPTHS, DEPTHS)]
CELL_GRID = [Configuration(cell, 2, 2, attention) for cell, attention in itertools.product(CELLS, ATTENTIONS)]
CONFIGURATIONS = {configuration.name: configuration for configuration in (*DEPTH_GRID, *CELL_GRID)}


def main(argv: Sequence[str] | None = None) -> ComparisonRecord:
    """Trains what the record does not hold yet."""
    parser = argparse.ArgumentParser(description="Compare depths, cells and attentions of a small translator.")
    parser.add_argument("--epochs", type=int, default=1, help="passes over the training data (default: %(default)s)")
    parser.add_argument(
        "--only", type=some_of(CONFIGURATIONS), default=list(CONFIGURATIONS), help="names with commas between, such as lstm-2-2-dot"
    )
    parser.add_argument("--data", help="as of `toolkit train translation` (default: the phrasebook)")
    parser.add_argument("--set", default="phrasebook", help="what to call the data (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    shared = SMALL | {"epochs": options.epochs, "data": options.data}
    record = _begun(options, {**shared, "data": options.set})
    for name in options.only:
        if name not in record.rows:
            print(name, flush=True)
            record = _with_row(record, name, train(CONFIGURATIONS[name], shared))
            record.save(options.out)
    return record


def _begun(options: argparse.Namespace, settings: dict[str, Any]) -> ComparisonRecord:
    """Returns the record to go on with.

    Raises:
        ValueError: There is one of other settings.
    """
    begun = begun_record(options.out, NAME, settings)
    data = f" --data {without_folders(options.data)} --set {options.set}" if options.data else ""
    return ComparisonRecord(
        name=NAME,
        table=TABLE,
        what=f"{options.set}, {options.epochs} epoch{'s' * (options.epochs > 1)}",
        command=f"python -m benchmarks.translation_depth --epochs {options.epochs}{data}",
        seed=SMALL["seed"],
        minutes=begun.minutes if begun else 0.0,
        settings=settings,
        rows=begun.rows if begun else {},
    )


def _with_row(record: ComparisonRecord, name: str, row: Row) -> ComparisonRecord:
    """Adds a row, in the order of the configurations."""
    rows = record.rows | {name: row}
    in_order = {known: rows[known] for known in CONFIGURATIONS if known in rows}
    return dataclasses.replace(record, rows=in_order, minutes=round(sum(row["minutes"] for row in in_order.values()), 2))


def train(configuration: Configuration, shared: dict[str, Any]) -> Row:
    """Trains a configuration in a process of its own, whose memory and compiled code go with it.

    Args:
        configuration: What is particular to it.
        shared: The other settings of the recipe that are not those of its preset `quick`.

    Returns:
        Test scores, parameters and minutes.
    """
    return in_own_process(_train, shared | dataclasses.asdict(configuration))


def _train(changes: dict[str, Any]) -> Row:
    from toolkit.cli.recipes import find_recipe, make_run
    from toolkit.run_folder import RunFolder

    recipe = find_recipe(RECIPE)
    settings = dataclasses.replace(recipe.presets["quick"], **changes)
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder) / "run")
        make_run(recipe, settings, run).train()
        metrics = run.read_metrics()
    test = {name: metrics["test"][name] for name in ("exact_match", "bleu", "perplexity")}
    return {**test, "parameters": metrics["parameters"], "minutes": metrics["minutes"]}


if __name__ == "__main__":
    main()
