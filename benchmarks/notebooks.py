"""Executes the notebooks of examples/ and keeps what they print.

python -m benchmarks.notebooks           # all of them, where they lie
python -m benchmarks.notebooks own_data  # one
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence

import nbformat
from nbclient import NotebookClient

from benchmarks.records import ROOT

NOTEBOOKS = ROOT / "examples" / "notebooks"
SECONDS = 600  # for one cell; a notebook takes less than a minute on a machine with nothing else to do


def execute(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Runs all cells of a notebook in an empty folder that is gone afterwards.

    Args:
        notebook: The notebook. It gets what its cells print, but for what libraries log on standard error.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell raised an error; the message has the cell and the traceback.
    """
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=SECONDS, record_timing=False, resources={"metadata": {"path": folder}}).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def main(argv: Sequence[str] | None = None) -> int:
    """Executes notebooks and writes them where they were.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description="Execute the notebooks of examples/ and keep what they print.")
    parser.add_argument("names", nargs="*", default=sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
    for name in parser.parse_args(argv).names:
        path = NOTEBOOKS / f"{name}.ipynb"
        nbformat.write(execute(nbformat.read(path, 4)), path)
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
