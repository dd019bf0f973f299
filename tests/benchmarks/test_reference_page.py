import pytest

import toolkit
from benchmarks import reference_page as page


def test_every_public_name_has_a_line_with_what_it_is():
    lines = page.reference_page().splitlines()
    assert sorted(line.split("`")[1] for line in lines if line.startswith("| [")) == sorted(toolkit.__all__)
    assert "| [`NIGCell`](cells.md#toolkit.layers.recurrent.cells.greff_variants.NIGCell) | No input gate: i = 1. |" in lines


def test_a_name_whose_reference_stands_nowhere_is_an_error(monkeypatch):
    monkeypatch.setitem(toolkit.training.HOMES, "Update", "toolkit.training.update")
    with pytest.raises(ValueError, match=r"expected a page with `::: toolkit.training.update.Update`"):
        page.reference_page()
