"""The page of `cells`: a text with the values of a unit behind it, a search, and the units that were found."""

import base64
import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.html import table
from toolkit.json_text import to_json

MOST_VALUES = 3_000_000
"""Values of units that a page holds, a byte each, unless those that were asked for or found are more."""

_HERE = Path(__file__).parent


def units_shown(reading: Any, wanted: Sequence[str], others: Sequence[str], characters: int) -> dict[str, np.ndarray]:
    """Returns the states of the units that a page shows, `[steps]`, for the first steps of the text.

    Args:
        reading: The `Reading`.
        wanted: Names of units that it has to show, such as `"1 LSTM:17"`, the most important first.
        others: Those that it shows if it has room for them.
        characters: Most characters of the text that it shows.
    """
    ends = np.cumsum([len(piece) for piece in reading.pieces])
    steps = max(int(np.searchsorted(ends, characters, "right")), 1)
    first = [*dict.fromkeys(wanted)]
    names = [*first, *(unit for unit in others if unit not in first)][: max(len(first), MOST_VALUES // steps, 1)]
    places = {unit: unit.rpartition(":") for unit in names}
    return {unit: np.asarray(reading.states[layer][int(number), :steps], "float32") for unit, (layer, _, number) in places.items()}


def page_of(reading: Any, numbers: dict[str, Any], shown: dict[str, np.ndarray]) -> tuple[str, str, str]:
    """Returns body, script and style of the page.

    Args:
        reading: The `Reading`.
        numbers: What was found.
        shown: By their names, the states of the units that it shows.
    """
    steps = len(next(iter(shown.values())))
    data = {
        "pieces": reading.pieces[:steps],
        "starts": [start for start in reading.starts if start < steps],
        "units": {name: _in_bytes(values) for name, values in shown.items()},
    }
    encoded = to_json(data).replace("<", "\\u003c")  # so that no text ends the element
    parts = [
        *_ranking(numbers),
        "<h2>Heat map</h2>",
        f"<p>{_what_is_shown(numbers, steps, len(shown))} Blue is below zero, red above, the stronger the farther; what may leave "
        "the range from -1 to 1 is shown by its tanh. The keys ← and → go to the unit before and after.</p>",
        (_HERE / "cells_controls.html").read_text("utf-8"),
        f'<script type="application/json" id="data">{encoded}</script>',
    ]
    return "\n".join(parts), (_HERE / "cells.js").read_text("utf-8"), (_HERE / "cells.css").read_text("utf-8")


def _in_bytes(values: np.ndarray) -> str:
    """Returns values as signed bytes, 127 for 1, in base64."""
    within = values if np.abs(values).max() <= 1 else np.tanh(values)
    return base64.b64encode(np.round(127 * within).astype("int8").tobytes()).decode()


def _what_is_shown(numbers: dict[str, Any], steps: int, units: int) -> str:
    text = "All steps" if steps == numbers["steps"] else f"The first {steps:,} of {numbers['steps']:,} steps"
    some = "all" if units == numbers["units"] else f"{units:,} of the"
    return f"{text} of {html.escape(numbers['text'])}, {some} {numbers['units']:,} units."


def _ranking(numbers: dict[str, Any]) -> list[str]:
    rows = [
        [name, each["unit"], f"{each['chosen']:.2f}", f"{each['held_out']:.2f}", f"{each['p']:.2g}", "yes" if each["found"] else "no"]
        for name, trackings in numbers["properties"].items()
        for each in trackings
    ]
    meant = "; ".join(f"{html.escape(name)}: {html.escape(summary)}" for name, summary in numbers["summaries"].items())
    absent = "".join(f"<p>{html.escape(name)}: {where}.</p>" for name, where in numbers["absent"].items())
    if not rows:
        return ["<h2>Units that track a property</h2>", "<p>None found.</p>", absent]
    header = ["property", "unit", "correlation, first half", "second half", "p", "found"]
    note = (
        f"<p>Units were chosen by their correlation on the first {numbers['steps_chosen_on']:,} steps, and tested on "
        f"{numbers['steps_tested']:,} of the others. p is corrected for all {numbers['units']:,} units and "
        f"{_counted(numbers['properties'])}; a finding has p below {numbers['level']}. A click on a row shows the unit.</p>"
        f"<p>{meant}.</p>"
    )
    return ["<h2>Units that track a property</h2>", note, f'<div id="ranking">{table(header, rows)}</div>', absent]


def _counted(properties: list) -> str:
    return "1 property" if len(properties) == 1 else f"{len(properties)} properties"
