"""What `toolkit train` does once the training is finished and its results are kept: nothing here can fail it any more."""

import logging
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from toolkit.errors import UserError
from toolkit.json_text import to_json
from toolkit.quiet import native_notices_hidden
from toolkit.tasks.stage import stage

SHOWN = 3  # held-out texts that the model is shown on

_log = logging.getLogger(__name__)


def finish(training: Any, export_dir: Path, as_json: bool) -> int:
    """Shows how good a finished run is, exports it, and says how to use it.

    A model that is worse than a guess is not exported: a server that watches the folder would take it up. `toolkit export` does it all the
    same.

    Args:
        training: The `TrainingRun`.
        export_dir: Folder of exported models.
        as_json: Whether to print the result as one line of JSON at the end.

    Returns:
        The exit code: 0, or 2 if the model is of no use or could not be exported. Then a line on standard error says so.
    """
    run, metrics = training.run, training.run.read_metrics()
    print(f"\n{training.describe(metrics)}\n")
    for line in _tried("no predictions are shown", lambda: training.show_predictions(SHOWN)) or ():
        print(f"  {line}")
    trouble, problems = training.trouble(metrics), []
    if trouble is None or not trouble.diverged:
        problems += _export(training, export_dir)
    if trouble is not None and trouble.certain:
        ending = f"nothing was exported, the run is kept in {run.path}" if trouble.diverged else f"the run is kept in {run.path}"
        problems.append(f"{training.warning(metrics)}; {ending}")
    elif not problems and (example := _tried("no example is shown", lambda: training.example)):
        print(f"\nNow try: {predict_command(run.path, *([example] if isinstance(example, str) else example))}")
    if as_json:
        print(to_json({"run": str(run.path), **metrics}))
    for problem in problems:
        print(f"toolkit: error: {problem}", file=sys.stderr)
    return 2 if problems else 0


def predict_command(run: Path, text: str, *options: str) -> str:
    """Returns the command that answers a text, as a shell takes it.

    Args:
        run: Folder of a run.
        text: The text.
        *options: Options that it takes.
    """
    return shlex.join(["toolkit", "predict", str(run), *options, *(["--"] if text.startswith("-") else []), text])


def _export(training: Any, export_dir: Path) -> Sequence[str]:
    """Exports the run and prints the report; returns why it failed, if it did."""
    path, name = training.run.path, training.run.path.resolve().name
    stage("exporting", f"to {export_dir / name}")
    try:
        with native_notices_hidden():
            report = training.export(export_dir, name)
    except Exception as error:
        again = f"toolkit export {shlex.join([str(path)])}"
        return [f"{_reason(error)}; the training is finished and kept in {path}, and `{again}` exports it again"]
    print(f"\n{report}")
    return []


def _tried(otherwise: str, make: Callable[[], Any]) -> Any:
    """Returns what is only there to be looked at; if it cannot be made, `None`, with a warning."""
    try:
        return make()
    except Exception as error:
        _log.warning("%s: %s", otherwise, _reason(error))
        return None


def _reason(error: Exception) -> str:
    """Returns one line that says what has gone wrong."""
    line = " ".join(str(error).split())
    return line if isinstance(error, UserError) else f"{type(error).__name__}: {line[:500]}"
