"""How many characters a trained language model writes per second, from the prompt to the last token.

    python -m benchmarks.language_model_sampling RUN [--prompt TEXT] [--tokens 1000] [--set NAME] [--rounds 5] [--out FOLDER]

RUN is a finished run of the language model recipe. One text, as `toolkit predict` streams it, and 32 at once take turns, each turn with
other seeds; before the clock runs each has written once, which traces and compiles. docs/language_model_speed.md shows the record.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.language_model_speed import THREADS
from benchmarks.language_model_speed_page import SAMPLING
from benchmarks.rates import per_second
from benchmarks.records import RESULTS, SpeedRecord
from benchmarks.speed import Case
from benchmarks.speed_page import measurement_table

if TYPE_CHECKING:
    from toolkit.tasks.language_model.text_generator import TextGenerator

TOKENS = 1000
ROUNDS = 5
MANY = 32


def main(argv: Sequence[str] | None = None) -> SpeedRecord:
    """Measures, prints and writes the record."""
    parser = argparse.ArgumentParser(description="Time the writing of a trained language model.")
    parser.add_argument("run", metavar="RUN", help="folder of a finished training run")
    parser.add_argument("--prompt", help="what the texts begin with (default: the first words of the held-out text)")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="tokens of a text at most (default: %(default)s)")
    parser.add_argument("--set", help="what to call the model (default: the folder)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each way (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args(argv)
    name = options.set or Path(options.run).resolve().name
    started = time.monotonic()
    case, parameters = _measure(options)
    what = f"{name}: {options.tokens:,} tokens of a text at most, {parameters:,} parameters"
    record = SpeedRecord(
        name=f"language-model-sampling-{name.lower()}",
        table=SAMPLING,
        what=what,
        command=f"python -m benchmarks.language_model_sampling RUN --tokens {options.tokens} --set {name} --rounds {options.rounds}",
        seed=0,
        minutes=round((time.monotonic() - started) / 60, 2),
        measurements={what: case},
    )
    print(measurement_table(record))
    print(record.save(options.out))
    return record


def _measure(options: argparse.Namespace) -> tuple[Case, int]:
    """Returns the case and the model's parameters."""
    import tensorflow as tf

    from toolkit.cli.recipes import open_run

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    task = open_run(options.run)
    generator = task.predictor()
    prompt = task.example if options.prompt is None else options.prompt
    return characters_per_second(generator, prompt, options.tokens, options.rounds), task.run.read_metrics()["parameters"]


def characters_per_second(generator: "TextGenerator", prompt: str, tokens: int, rounds: int) -> Case:
    """Lets one text and many at once take turns.

    Args:
        generator: What writes.
        prompt: What each text begins with; it is read anew each time and not counted.
        tokens: Tokens of a text at most.
        rounds: Turns of each.

    Returns:
        By way of writing, what `per_second` gives.
    """
    from toolkit.tasks.language_model.sampling import Sampling

    def one(turn: int) -> int:
        return sum(map(len, generator.stream(prompt, max_tokens=tokens, sampling=Sampling(seed=turn))))

    def many(turn: int) -> int:
        (written,) = generator.generate([prompt], samples=MANY, max_tokens=tokens, sampling=Sampling(seed=turn * MANY))
        return sum(len(sample.text) for sample in written)

    return per_second({"one text": one, f"{MANY} at once": many}, rounds, "characters")


if __name__ == "__main__":
    main()
