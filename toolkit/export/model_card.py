"""The model card of an exported version."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.export.exporter import Exporter
from toolkit.export.report import ExportReport
from toolkit.export.tensorflow_serving import docker_command


def write_model_card(folder: Path, exporter: Exporter, report: ExportReport, directory: Path, facts: Mapping[str, Any]) -> None:
    """Writes `README.md` of a version: what the model is, how good, how large, how to use it, and what it cannot do.

    Args:
        folder: Folder of the version.
        exporter: What was exported.
        report: How well it agrees with the model.
        directory: Folder of the model's versions, in that of all exported models.
        facts: Of the training, each if it is known: `recipe`, `data` and `licence` (strings), `splits` (sizes by name), `result` (lines),
            `continued_from` (a dict of `run`, `epochs`, `data` and, if there was one before, `continued_from`), `settings` (a dict),
            `minutes`, `cores` and `versions` (a dict).

    Raises:
        OSError: It cannot be written.
    """
    parts = [
        f"# {directory.name}\n\n{_summary(exporter, facts)}",
        *_section("Data", _data(facts)),
        *_section("Quality", _code(facts.get("result"))),
        f"## Artefacts\n\n{_table(report.rows())}\n\n" + "\n".join(f"- {note}." for note in report.notes()),
        f"Compared on {report.compared} held-out and hard texts when it was exported; `toolkit export --verify FOLDER` compares again.",
        *_section("Training", _training(facts)),
        f"## Use\n\n{_use(exporter, directory.resolve())}",
        f"## Limits\n\n{exporter.limits} It was not examined for bias towards people or groups.",
    ]
    (folder / "README.md").write_text("\n\n".join(parts) + "\n", "utf-8", newline="\n")


def _summary(exporter: Exporter, facts: Mapping[str, Any]) -> str:
    recipe = f", by the recipe `{facts['recipe']}`" if "recipe" in facts else ""
    return f"{exporter.task.replace('_', ' ').capitalize()}{recipe}; {exporter.model.count_params():,} parameters.{exporter.summary()}"


def _data(facts: Mapping[str, Any]) -> str:
    if "data" not in facts:
        return ""
    sizes = "".join(f"; {split}: {size:,}" for split, size in facts.get("splits", {}).items())
    return f"{facts['data']}{sizes}. Licence of the data: {facts.get('licence') or 'not known; ask where they come from'}."


def _training(facts: Mapping[str, Any]) -> str:
    lines = []
    if origin := facts.get("continued_from"):
        lines.append(f"It went on from {', which went on from '.join(_origins(origin))}.")
    if "minutes" in facts:
        versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
        lines.append(f"{facts['minutes']:.1f} minutes on {facts['cores']} CPU cores; {versions}.")
    if "settings" in facts:
        lines.append("| setting | value |\n|---|---|\n" + "\n".join(f"| `{key}` | {value} |" for key, value in facts["settings"].items()))
    return "\n\n".join(lines)


def _origins(origin: Mapping[str, Any] | None) -> Iterator[str]:
    """Yields a few words about a run that a training went on from, and about each one before it."""
    while origin:
        yield f"the run `{origin['run']}` ({origin['epochs']} epoch{'s' * (origin['epochs'] > 1)} on {origin['data']})"
        origin = origin["continued_from"]


def _use(exporter: Exporter, directory: Path) -> str:
    name, folder = directory.name, directory.parent.name
    return (
        f"In the folder above `{folder}`:\n\n```\ntoolkit predict {folder}/{name}\ntoolkit serve {folder}/{name}\n"
        f"{docker_command(folder)}\n"
        f"curl -d '{exporter.request}' http://127.0.0.1:8501/v1/models/{name}:predict\n```\n\n"
        "`litert/model.json` says how to run the LiteRT files, `assets` and the signatures of the SavedModel the rest."
    )


def _section(title: str, text: str) -> list[str]:
    return [f"## {title}\n\n{text}"] if text else []


def _code(lines: str | None) -> str:
    return f"```\n{lines}\n```" if lines else ""


def _table(rows: Sequence[Sequence[str]]) -> str:
    header, *others = rows
    marks = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, marks, *others))
