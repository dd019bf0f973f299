"""Training of a language model against the clock: ours, the same of stock Keras layers, in PyTorch if it is installed, and the floor.

    python -m benchmarks.language_model_speed [--settings characters,subwords] [--file FILE --set NAME] [--rounds 12] [--quick]

| setting | what |
|---|---|
| characters | 2 layers of LSTM of 384 units, 128-wide embedding, 32 windows of 128 |
| words | 2 layers of LSTM of 448 units, 10,000 words of 256-wide embedding, which is the output, 32 windows of 64 |
| subwords | the preset `quick` of the recipe: GRU, 4,000 pieces, the output is the embedding |

Truncated backpropagation through time with the state carried from window to window, Adam, gradients clipped to a global norm of 1, no
dropout. Without a file the text is random.

All start from the same weights, and before a clock runs their losses over the first windows are compared. Each runs in a process of its
own with the same number of threads, and they take turns on the same windows. `benchmarks/language_models/` has the contenders;
docs/language_model_speed.md shows the records.

What needs TensorFlow is imported where it is used: every process imports this module, that of PyTorch too.
"""

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.choices import some_of
from benchmarks.contenders import FLOOR, OURS_ROUNDED
from benchmarks.language_model_speed_page import SPEED, TRAINING, ratios
from benchmarks.language_models import CONTENDERS, Batch
from benchmarks.language_models.session import LanguageModelSession
from benchmarks.language_models.setting import Setting, count_parameters, make_weights
from benchmarks.language_models.windows import make_windows, random_text
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table, number
from benchmarks.training_turns import FIRST_LOSSES, train_in_turns
from recipes.language_model import QUICK
from toolkit.tasks.language_model.choices import PIECES, TOKENS_PER_UPDATE

THREADS = 2
SEED = 0
ROUNDS = 12
QUICK_ROUNDS = 2
BATCHES = 4  # of a round
CHARACTERS = Setting(
    vocabulary_size=69, embedding_dim=128, units=384, num_layers=2, cell="lstm", tied_output=False, rows=32, window=128
)  # 65 characters, as tinyshakespeare has them, and the special ids
SUBWORDS = Setting(
    vocabulary_size=int(PIECES[-1] * QUICK.minutes),
    embedding_dim=QUICK.embedding_dim,
    units=QUICK.units,
    num_layers=QUICK.num_layers,
    cell=QUICK.cell,
    tied_output=QUICK.tied_output,
    rows=TOKENS_PER_UPDATE // QUICK.window,
    window=QUICK.window,
)
WORDS = Setting(vocabulary_size=10_000, embedding_dim=256, units=448, num_layers=2, cell="lstm", tied_output=True, rows=32, window=64)
SETTINGS = {"characters": CHARACTERS, "subwords": SUBWORDS, "words": WORDS}
TOKENIZERS = {"characters": "char", "subwords": QUICK.tokenizer, "words": "word"}


def main(argv: Sequence[str] | None = None) -> list[SpeedRecord]:
    """Measures each setting, prints it when it is done and writes its record."""
    parser = argparse.ArgumentParser(description="Time the training of a language model against stock Keras, PyTorch and its products.")
    parser.add_argument("--settings", type=some_of(SETTINGS), default=list(SETTINGS), help=f"of {', '.join(SETTINGS)} (default: all)")
    parser.add_argument("--file", type=Path, help="a text (default: random tokens)")
    parser.add_argument("--set", default="random text", help="what to call the text (default: %(default)s)")
    parser.add_argument("--contenders", type=some_of(CONTENDERS), default=list(CONTENDERS), help=f"of {', '.join(CONTENDERS)}")
    parser.add_argument(
        "--rounds", type=int, help=f"turns of every contender, of {BATCHES} windows (default: {ROUNDS}, quick {QUICK_ROUNDS})"
    )
    parser.add_argument("--out", type=Path, help="folder of the records (default: benchmarks/results; with --quick none are written)")
    parser.add_argument("--quick", action="store_true", help="a trial of few rounds")
    options = parser.parse_args(argv)
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    folder = options.out or (None if options.quick else RESULTS)
    records = []
    for name in options.settings:
        record = _measure(name, options, rounds)
        print(measurement_table(record))
        for case in record.measurements.values():
            for ratio, value in ratios(case).items():
                print(f"  {ratio}: {number(value)}")
        print(record.save(folder) if folder else "no record written (--quick)", flush=True)
        records.append(record)
    return records


def _measure(name: str, options: argparse.Namespace, rounds: int) -> SpeedRecord:
    started = time.monotonic()
    setting, batches = prepare(SETTINGS[name], TOKENIZERS[name], options.file, max(rounds * BATCHES, FIRST_LOSSES))
    what = f"{name} of {options.set}: {setting.what}, {count_parameters(make_weights(setting)):,} parameters"
    print(f"{what}; {rounds} rounds", flush=True)
    case = measure(setting, batches, options.contenders, rounds)
    file = f" --file {options.file.name} --set '{options.set}'" if options.file else ""
    return SpeedRecord(
        name=f"language-model-speed-{name}",
        table=TRAINING,
        what=name,
        command=f"python -m benchmarks.language_model_speed --settings {name}{file} --rounds {rounds}",
        seed=SEED,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={what: case},
    )


def prepare(setting: Setting, tokenizer: str, file: Path | None, count: int) -> tuple[Setting, list[Batch]]:
    """Makes the windows.

    Args:
        setting: The model.
        tokenizer: Kind of tokenizer to train on the text.
        file: The text; `None` for a random one.
        count: Batches to make.

    Returns:
        The setting with the vocabulary of the text, and the batches.

    Raises:
        ValueError: The text is too short.
    """
    if file is None:
        ids = random_text(setting.vocabulary_size, setting.rows * setting.window * count + 1, SEED)
    else:
        size, ids = _tokenized(file, tokenizer, setting.vocabulary_size)
        setting = dataclasses.replace(setting, vocabulary_size=size)
    return setting, make_windows(ids, setting, count)


def _tokenized(file: Path, kind: str, most: int) -> tuple[int, np.ndarray]:
    from toolkit.text.exact_tokenizer import train_exact_tokenizer

    text = file.read_text("utf-8")
    tokenizer = train_exact_tokenizer([text], kind, None if kind == "char" else most)
    return tokenizer.vocabulary_size, tokenizer.encode([text])[0]


def measure(setting: Setting, batches: Sequence[Batch], contenders: Sequence[str], rounds: int) -> Case:
    """Lets the contenders train in turns.

    Args:
        setting: The model.
        batches: Windows, one after the other.
        contenders: Keys of `CONTENDERS`.
        rounds: How often each has its turn; each time it goes on by as many windows.

    Returns:
        As `train_in_turns`.

    Raises:
        ValueError: Contenders do not have the same losses.
    """
    return train_in_turns(
        LanguageModelSession,
        {name: (name, setting, SEED, batches, THREADS) for name in contenders},
        rounds=rounds,
        batches=len(batches) // rounds,
        speed=SPEED,
        compared=[name for name in contenders if name not in (*FLOOR, OURS_ROUNDED)],
    )


if __name__ == "__main__":
    main()
