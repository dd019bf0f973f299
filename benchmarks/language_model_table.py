"""The tables of language models in docs/results.md."""

import textwrap
from collections.abc import Sequence
from typing import Any

from benchmarks.curves import curves
from benchmarks.markdown import COSTS, scored_rows, table_of
from benchmarks.records import LanguageModelRecord

DIGITS = {"nats per token": ".4f", "perplexity": ".4g", "bits per character": ".4f", "bits per byte": ".4f"}
WIDTH = 110


def language_model_table(records: Sequence[LanguageModelRecord]) -> str:
    """Returns a Markdown table, the fewest nats per token first, with the results of others that the records name; and the samples."""
    rows = sorted(scored_rows(records), key=lambda row: row[1]["nats per token"])
    cells = ([what, *(score(name, scores.get(name)) for name in DIGITS), *costs] for what, scores, costs in rows)
    progress = curves(records, "Nats per token of the validation split", ".3f")
    return table_of(["model", *DIGITS, *COSTS], cells) + progress + "".join(_samples(record) for record in records if record.samples)


def score(name: str, value: float | None) -> str:
    """Returns a score with as many digits as it has in a table; nothing for nothing."""
    return "" if value is None else format(value, DIGITS[name])


def _samples(record: LanguageModelRecord) -> str:
    introduction = f"What *{record.what}* writes after a prompt, whatever comes of it:"
    return f"\n{introduction}\n" + "".join(map(_sample, record.samples))


def _sample(sample: dict[str, Any]) -> str:
    """A block of code by its indent: so nothing in a text can end it, and its lines stay as they are."""
    lines = [part for line in f"{sample['prompt']}{sample['text']}".split("\n") for part in textwrap.wrap(line, WIDTH) or [""]]
    prompt = " ".join(sample["prompt"].split()).replace("`", "'")
    after = f"after `{prompt}`" if prompt else "with no prompt"
    head = f"\nTemperature {sample['temperature']}, seed {sample['seed']}, {after}:\n\n"
    return head + "\n".join(f"    {line}".rstrip() for line in lines).rstrip() + "\n"
