"""What a report tells of a run, from its folder, and how a training ends with it."""

import dataclasses
import datetime
import logging
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from toolkit.arguments import flag
from toolkit.errors import UserError
from toolkit.evaluation.measured import Measured
from toolkit.inspection.finding import Further
from toolkit.inspection.inspection import Inspection
from toolkit.inspection.registry import INSPECTIONS
from toolkit.inspection.report import Plot, RunReport
from toolkit.tasks.data_report import licence_of
from toolkit.tasks.stage import stage

_log = logging.getLogger(__name__)

MEDIA_TYPES = {".png": "image/png", ".gif": "image/gif"}
LEARNING_CURVE = "learning_curve"
CURVES = (
    "Each measure after each epoch: on the validation split, and beside it, where it is measured in training, on the training split. "
    "Where the two part, the model learns its training examples by heart; where both still move at the end, more epochs may help"
)
_NUMBER = re.compile(r"_\d+$")


def finish(training: Any, metrics: dict[str, Any], measured: Callable[[], Measured]) -> None:
    """Writes the page about a run, what is told on it and, whatever becomes of these, the metrics that say that the run is finished.

    A file that cannot be read or written, or too little memory for all examples, gives a warning. Anything else that goes wrong is a fault
    of ours, which is raised; the run is finished all the same.

    Args:
        training: The `TrainingRun`.
        metrics: What `metrics.json` will hold.
        measured: Makes an account of the test examples.
    """
    run = training.run
    try:
        keep_account(training, measured())
        run.write_text(run.report, report_of(training, metrics).finding().page())
    except (UserError, OSError, MemoryError) as error:
        _log.warning("%s: no report was written (%s: %s)", run.path, type(error).__name__, error)
    else:
        stage("report", str(run.report))
    finally:
        run.write_json(run.metrics, metrics)


def keep_account(training: Any, measured: Measured) -> None:
    """Writes what a report needs besides the other files of a run.

    Args:
        training: The `TrainingRun`.
        measured: What the measuring has seen of the test examples.
    """
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    reasons = {name: choice.reason for name, choice in training.choices.items()}
    training.run.write_json(training.run.report_data, {"finished": now, "reasons": reasons, "tested": measured.summary()})


def report_of(training: Any, metrics: dict[str, Any]) -> RunReport:
    """Returns what is told of a run.

    Args:
        training: The `TrainingRun`.
        metrics: What `metrics.json` holds, or will hold.

    Raises:
        UserError: A file of the run cannot be read.
    """
    run, chosen = training.run, training.run.read_config().get("chosen", {})
    kept = run.read_json(run.report_data) if run.report_data.is_file() else {}
    reasons = kept.get("reasons", {})
    return RunReport(
        name=str(run.path),
        facts=_facts(training, metrics, kept.get("finished")),
        result=training.describe(metrics),
        warning=training.warning(metrics),
        tested=kept.get("tested"),
        mistakes=metrics["test"].get("mistakes", ()),
        curves=_plots(run.plots.glob(f"{LEARNING_CURVE}.*"), {LEARNING_CURVE: CURVES}),
        plots=_plots((path for path in run.plots.glob("*") if path.stem != LEARNING_CURVE), training.plot_captions),
        chosen=[(flag(name), str(value), reasons.get(name, "")) for name, value in chosen.items()],
        settings={flag(name): value for name, value in (dataclasses.asdict(training.settings) | chosen).items()},
        further=_further(training),
    )


def inspections_of(training: Any) -> list[str]:
    """Returns the names of the inspections that a run has something for, without its model.

    Args:
        training: The `TrainingRun`.
    """
    there = (Inspection.needs, *training.subject_has)
    return [name for name, known in INSPECTIONS.items() if known.load().needs in there]


def _facts(training: Any, metrics: dict[str, Any], finished: str | None) -> dict[str, str]:
    data, run = training.run.read_json(training.run.data_report), training.run
    when = datetime.datetime.fromtimestamp(run.metrics.stat().st_mtime, datetime.UTC).isoformat() if finished is None else finished
    licence = licence_of(data["name"])
    splits = [f"{name} {split['kept']:,}" for name, split in data["splits"].items()]
    return {
        "recipe": f"{training.recipe.name}: {training.recipe.summary}",
        "data": f"{data['name']}{f', {licence}' if licence else ''}",
        "kept": ", ".join(splits),
        "finished": f"{when[:10]} {when[11:16]} UTC",
        "minutes": f"{metrics['minutes']:.1f}, on {metrics['cores']} cores",
        "epochs": f"{len(metrics['history'])}, the best is {metrics['best_epoch']}",
        "parameters": f"{metrics['parameters']:,}",
        "versions": ", ".join(f"{name} {version}" for name, version in metrics["versions"].items()),
    }


def _plots(paths: Iterable[Path], captions: Mapping[str, str]) -> list[Plot]:
    """Returns the pictures among files: those that there are captions of first, in their order."""
    known, plots = [*captions], []
    for path in paths:
        if path.suffix in MEDIA_TYPES:
            name = _NUMBER.sub("", path.stem)
            place = known.index(name) if name in known else len(known)
            caption = f"{captions[name]}." if name in captions else ""
            plots.append((place, path.name, Plot(path.stem.replace("_", " "), caption, MEDIA_TYPES[path.suffix], path.read_bytes())))
    return [plot for *_, plot in sorted(plots, key=lambda each: each[:2])]


def _further(training: Any) -> list[Further]:
    path = training.run.path
    run, logs = shlex.quote(str(path)), shlex.quote(str(path / "logs"))
    looks = [Further(f"toolkit inspect {run} {name}", INSPECTIONS[name].summary, f"{name}.html") for name in inspections_of(training)]
    return [
        *looks,
        Further(f"toolkit evaluate {run} --data FILE", "the same measures on other examples"),
        Further(f"tensorboard --logdir {logs}", "losses, rates and the norm of the gradient at each step"),
    ]
