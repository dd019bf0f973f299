"""docs/translation_depth.md, made from the record of depths, cells and attentions."""

from collections.abc import Sequence

from benchmarks.markdown import measured, table_of
from benchmarks.records import ComparisonRecord
from benchmarks.translation_depth import CELL_GRID, DEPTH_GRID, Configuration

INTRODUCTION = """\
# Depth, cell and attention

`python -m benchmarks.render` makes this page from the record in `benchmarks/results/` that `python -m benchmarks.translation_depth` writes.

One small translator in many configurations: the same data, tokens, steps and settings, and one seed, so differences of a point or two say
nothing. The training is short: what learns fast is ahead, which need not be what ends best, and deep ones learn slowly at first. Scores
are of greedy translations of the test split. From the third layer on there is a residual connection around each. The data are synthetic
and the models small: this says what each part of a model is for, not what one would reach on text of the wild.

Britz, Goldie, Luong & Le 2017, "Massive exploration of neural machine translation architectures", compared the same choices on WMT
English-German, with models and data many times as large. Beside each table stands what they found.
"""
DEPTH = """
## Depth

LSTM with dot attention; rows are layers of the encoder, each in both directions, columns are layers of the decoder.

What Britz et al. found: beyond two layers in the encoder there was little to gain, and deep ones were hard to train without residual
connections; a deeper decoder brought somewhat more, as long as there were ways around its layers.
"""
CELLS = """
## Cell and attention

2 layers in the encoder and 2 in the decoder.

What Britz et al. found: LSTM beat GRU at every turn, and a decoder of plain recurrent cells fell far behind both; models without attention
were far behind those with it; and additive attention was a little, but steadily, better than multiplicative.
"""
SCORES = {"exact match": "exact_match", "BLEU": "bleu"}


def translation_depth_page(records: Sequence[ComparisonRecord]) -> str:
    """Returns the text of the page."""
    if not records:
        return INTRODUCTION + "\nThere is no record yet.\n"
    return INTRODUCTION + "".join(_sections(record) for record in records)


def _sections(record: ComparisonRecord) -> str:
    grids = "".join(f"\n{name}, {record.what}\n\n{_grid(record, key)}" for name, key in SCORES.items())
    return f"{DEPTH}{grids}\n{_rows(record, DEPTH_GRID)}{CELLS}\n{_rows(record, CELL_GRID)}\n{_shared(record)}{measured(record)}"


def _grid(record: ComparisonRecord, key: str) -> str:
    """Returns a table with the layers of the encoder down and those of the decoder across."""
    encoders, decoders = (sorted({getattr(c, f"{side}_layers") for c in DEPTH_GRID}) for side in ("encoder", "decoder"))
    rows = [
        [f"encoder {encoder}", *(_score(record.rows.get(Configuration("lstm", encoder, decoder, "dot").name), key) for decoder in decoders)]
        for encoder in encoders
    ]
    return table_of(["", *(f"decoder {decoder}" for decoder in decoders)], rows)


def _rows(record: ComparisonRecord, configurations: Sequence[Configuration]) -> str:
    head = ["configuration", *SCORES, "perplexity", "parameters", "minutes"]
    rows = [
        [
            f"{c.cell}, {c.encoder_layers} + {c.decoder_layers} layers, attention {c.attention}",
            *(_score(row, key) for key in SCORES.values()),
            f"{row['perplexity']:.3g}",
            f"{row['parameters']:,}",
            f"{row['minutes']:.1f}",
        ]
        for c in configurations
        if (row := record.rows.get(c.name))
    ]
    return table_of(head, rows)


def _score(row: dict[str, float] | None, key: str) -> str:
    """Returns a score from 0 to 100; nothing for nothing."""
    return "" if row is None else f"{row[key] * (100 if key == 'exact_match' else 1):.1f}"


def _shared(record: ComparisonRecord) -> str:
    return f"All: {', '.join(f'{name} {value}' for name, value in record.settings.items())}; the rest as in the preset quick.\n\n"
