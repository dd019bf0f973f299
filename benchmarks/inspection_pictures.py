"""Pictures of what `toolkit inspect` writes, for docs/inspection.md: of the runs in `tests/trained/`, by Chromium.

python -m benchmarks.inspection_pictures
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
        run: Folder in `tests/trained/`.
        what: The inspection.
        height: Pixels.
        options: What the inspection takes.
    """

    run: str
    what: str
    height: int
    options: dict[str, Any]


SHOTS = (
    Shot("language_model", "gates", 1230, {}),
    Shot("language_model", "gradient-flow", 1020, {}),
    Shot("sentiment", "saliency", 640, {"text": "Not boring at all, but the ending was awful."}),
    Shot("language_model", "cells", 1300, {"property": "brackets"}),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the pictures."""
    argparse.ArgumentParser(description="Pictures of what `toolkit inspect` writes.").parse_args(argv)
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise UserError("expected Chromium or Chrome, found none on the path")
    FOLDER.mkdir(exist_ok=True)
    for shot in SHOTS:
        take(shot, browser, FOLDER / f"{shot.what}.png")


def take(shot: Shot, browser: str, path: Path) -> None:
    """Makes a page and takes its picture.

    Args:
        shot: Of what.
        browser: The program.
        path: The PNG file to write.
    """
    finding = open_model(ROOT / "tests" / "trained" / shot.run).inspect(shot.what, **shot.options)
    with tempfile.TemporaryDirectory() as folder:
        page = finding.save(folder)[0]
        page.write_text(page.read_text("utf-8").replace(f"{ROOT}/", ""), "utf-8")
        window = [f"--window-size={WIDTH},{shot.height}", "--hide-scrollbars", f"--screenshot={path}"]
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", *window, page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main()
