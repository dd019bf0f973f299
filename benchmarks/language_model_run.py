"""Makes a record of a finished run of the language model recipe.

python -m benchmarks.language_model_run RUN [--table TABLE] [--name NAME] [--what WORDS] [--samples N] [--prompt TEXT]
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.finished_run import progress_of, run_parser, run_values, without_folders
from benchmarks.records import LanguageModelRecord
from toolkit.cli.recipes import open_run
from toolkit.run_folder import RunFolder

TINYSHAKESPEARE = "tinyshakespeare, characters, last 10 %"
SCORES = {
    "nats per token": "nats_per_token",
    "perplexity": "perplexity",
    "bits per character": "bits_per_character",
    "bits per byte": "bits_per_byte",
}
# Results of others by table.
REFERENCES = {
    TINYSHAKESPEARE: [
        {
            "what": "Transformer trained on a GPU, published (nanoGPT)",
            "scores": {"nats per token": 1.4697},
            "parameters": 10_600_000,
        },
        {
            "what": "PyTorch LSTM, 2 x 384 units, dropout 0.3, truncated BPTT over 128 steps, batch 32, AdamW 3e-3 with cosine decay, "
            "clipping at 1.0, 14 epochs on two cores",
            "scores": {"nats per token": 1.4586},
            "parameters": 1_900_000,
            "minutes": 34.0,
        },
    ]
}
TEMPERATURE = 0.8
SAMPLE_TOKENS = 500
SAMPLE_SEED = 0


def main(argv: Sequence[str] | None = None) -> LanguageModelRecord:
    """Reads the run folder and writes the record, named for the folder."""
    parser = run_parser("language model")
    parser.add_argument("--table", help='the data and the tokens, such as "WikiText-2, words" (default: of the run)')
    parser.add_argument("--samples", type=int, default=0, help="texts to let the model write (default: none)")
    parser.add_argument("--prompt", help="what they begin with (default: the first words of the held-out text)")
    parser.add_argument("--tokens", type=int, default=SAMPLE_TOKENS, help="tokens of each at most (default: %(default)s)")
    options = parser.parse_args(argv)
    run = RunFolder(options.run)
    table = options.table or default_table(run)
    record = LanguageModelRecord(
        table=table,
        scores={name: run.read_metrics()["test"][key] for name, key in SCORES.items()},
        references=REFERENCES.get(table, []),
        progress=progress_of(run, "val_loss"),
        samples=samples(run, options.samples, options.tokens, options.prompt),
        **run_values(run, options),
    )
    print(record.save(options.results))
    return record


def default_table(run: RunFolder) -> str:
    """Returns the data, the kind of tokens and the split that was measured; nats of other tokens cannot be compared."""
    name = without_folders(run.read_json(run.data_report)["name"])
    return f"{name}, {run.read_config()['settings']['tokenizer']} tokens, {run.read_metrics()['measured']} split"


def samples(run: RunFolder, number: int, tokens: int, prompt: str | None = None) -> list[dict[str, Any]]:
    """Lets the model write texts; the same run gives the same ones.

    Args:
        run: The run.
        number: How many texts; each has the next seed.
        tokens: Tokens of each at most.
        prompt: What they begin with; `None` for the first words of the held-out text.
    """
    if not number:
        return []
    from toolkit.tasks.language_model.sampling import Sampling

    task = open_run(str(run.path))
    prompt = task.example if prompt is None else prompt
    sampling = Sampling(temperature=TEMPERATURE, seed=SAMPLE_SEED)
    (written,) = task.predictor().generate([prompt], samples=number, max_tokens=tokens, sampling=sampling)
    return [
        {"prompt": prompt, "text": sample.text, "temperature": TEMPERATURE, "seed": SAMPLE_SEED + i} for i, sample in enumerate(written)
    ]


if __name__ == "__main__":
    main()
