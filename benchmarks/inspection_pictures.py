"""Pictures of what `toolkit inspect` writes, for docs/inspection.md, by Chromium.

    python -m benchmarks.inspection_pictures [--runs FOLDER]

They are of the runs in `tests/trained/`, and of those in FOLDER that `toolkit train translation` and `toolkit train captioning` write.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.records import ROOT
from toolkit.errors import UserError
from toolkit.opening import open as open_model

FOLDER = ROOT / "docs" / "inspection"
WIDTH = 1000


class Shot(NamedTuple):
    """A picture of the upper part of a page.

    Attributes:
        run: Name of the run's folder.
        what: The inspection.
        height: Pixels.
        options: What the inspection takes.
        name: Of the picture; `""` for that of the inspection.
    """

    run: str
    what: str
    height: int
    options: dict[str, Any]
    name: str = ""


OF_TESTS = (
    Shot("language_model", "gates", 1230, {}),
    Shot("language_model", "gradient-flow", 1020, {}),
    Shot("sentiment", "saliency", 640, {"text": "Not boring at all, but the ending was awful."}),
    Shot("language_model", "cells", 1300, {"property": "brackets"}),
)
OF_RUNS = (
    Shot("captioning-quick", "report", 2320, {}),
    Shot("translation-quick", "attention", 540, {"text": "Our museum is new."}, "attention-translation"),
    Shot("captioning-quick", "attention", 560, {"examples": 1}, "attention-captioning"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of what `toolkit inspect` writes.")
    parser.add_argument("--runs", type=Path, help="folder of runs of the presets `quick`; without it, their pictures stay as they are")
    options = parser.parse_args(argv)
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise UserError("expected Chromium or Chrome, found none on the path")
    FOLDER.mkdir(exist_ok=True)
    for shot in OF_TESTS:
        take(shot, ROOT / "tests" / "trained", browser)
    if options.runs:
        for shot in OF_RUNS:
            take(shot, options.runs.absolute(), browser)


def take(shot: Shot, runs: Path, browser: str) -> None:
    """Makes a page and takes its picture.

    Args:
        shot: Of what.
        runs: Folder of the run's folder.
        browser: The program.
    """
    path = FOLDER / f"{shot.name or shot.what}.png"
    finding = open_model(runs / shot.run).inspect(shot.what, **shot.options)
    with tempfile.TemporaryDirectory() as folder:
        page = finding.save(folder)[0]
        page.write_text(page.read_text("utf-8").replace(f"{ROOT}/", "").replace(f"{runs.parent}/", ""), "utf-8")
        window = [f"--window-size={WIDTH},{shot.height}", "--hide-scrollbars", f"--screenshot={path}"]
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", *window, page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main()
