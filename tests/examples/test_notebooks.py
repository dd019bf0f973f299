"""The notebooks run, and what is committed of them is what a run prints."""

import re

import nbformat
import pytest

from benchmarks.notebooks import NOTEBOOKS, execute

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))

PROMISES = {
    "own_data": [r"accuracy=(0\.9|1\.0)", "'label': 'negative'"],
    "layers": ["True", r"0\.25 \+ 0\.5 is about 0\.7"],
    "export": ["saved_model.pb", "b'positive', b'negative'", "model_int8.tflite  positive", "model_int8.tflite  negative"],
}
"""Patterns of what is in the outputs of each."""

every_notebook = pytest.mark.parametrize("name", NAMES)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@every_notebook
def test_is_committed_as_it_was_executed_from_top_to_bottom(name):
    cells = code_of(nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error" or output.get("name") == "stderr"]


@pytest.mark.slow
@every_notebook
def test_runs_and_says_what_it_promises(name):
    executed = code_of(execute(nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4)))
    said = [str(output.get("text") or output["data"]["text/plain"]) for cell in executed for output in cell.outputs]
    assert [words for words in PROMISES[name] if not any(re.search(words, text) for text in said)] == []
