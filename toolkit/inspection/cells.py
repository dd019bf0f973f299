"""What single units do along a text, and which of them track a property of it."""

import codecs
import dataclasses
import re
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from toolkit.arguments import InvalidArgument, check_integer, check_positive_integer, option
from toolkit.data.reading.lines import read_chunks
from toolkit.errors import UserError
from toolkit.inspection.cells_page import page_of, units_shown
from toolkit.inspection.finding import Finding
from toolkit.inspection.inspection import Inspection
from toolkit.inspection.properties import LEANING, LEANING_SUMMARY, PROPERTIES, at_steps, matching
from toolkit.inspection.ranking import Tracking, halves, rank

LEVEL = 0.05
"""p from which on a unit is not said to track a property."""

BEST = 5
"""Units that are listed for each property."""

WEAK = 0.3
"""Correlation below which a finding is called weak."""

MOST_SHOWN = 100_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cells(Inspection):
    """A heat map of units over a text, and which units track a property of it.

    The units that follow a property best on the first half of the text are tested on the second half, against all that chance could find
    among all units (`toolkit.inspection.ranking.rank`); if none passes, none is named.

    Source: Karpathy, Johnson & Fei-Fei 2016, "Visualizing and understanding recurrent networks", section 4.2.

    Attributes:
        input: file of a text (default: the held-out texts that the run keeps)
        encoding: how the file is encoded (default: UTF-8, or what its first bytes say)
        property: the one property to look for, quotes, brackets (how many are open), line (position in it), word (its length so far),
            capitals, or, of a classifier of two labels, sentiment (its judgement so far) (default: all, or none with a pattern)
        pattern: regular expression of one's own; being inside of a match is a property, too
        unit: units that the page has to show, such as "1 LSTM:17,2 LSTM:0"
        state: part of the state to look at, such as h or c (default: c where there is one, else h)
        characters: most characters of the text that are read
        shown: most characters of the text that the page shows
    """

    input: str | None = None
    encoding: str | None = None
    property: Literal["quotes", "brackets", "line", "word", "capitals", "sentiment"] | None = None
    pattern: str | None = None
    unit: str | None = None
    state: str | None = None
    characters: int = 1_000_000
    shown: int = 20_000
    name: ClassVar[str] = "cells"
    needs: ClassVar[str] = "read"

    def __post_init__(self) -> None:
        if self.input == "":
            raise InvalidArgument("input", "the path of a file", self.input)
        check_positive_integer("characters", self.characters)
        check_integer("shown", self.shown, 1, MOST_SHOWN)
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise InvalidArgument("encoding", "the name of an encoding, such as latin-1", self.encoding) from error
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise InvalidArgument("pattern", "a regular expression", self.pattern, str(error)) from error

    def of(self, subject: Any) -> Finding:
        """Reads the text, ranks the units, and makes the page."""
        asked = self._asked(subject)
        texts, left_out = self._texts(subject)
        reading = subject.read(texts, self.state)
        if not reading.pieces:
            raise UserError(f"{self._called()}: expected a text, received nothing but white space")
        properties, absent = self._properties(reading)
        half, tested = halves(len(reading.pieces))
        enough = tested * LEVEL > len(properties)  # or else even the smallest p that there is would be no finding
        ranked = rank([*reading.states.values()], np.stack([*properties.values()]), BEST) if properties and enough else []
        units = [f"{layer}:{unit}" for layer, states in reading.states.items() for unit in range(len(states))]
        trackings = {name: [_as_dict(each, units) for each in best] for name, best in zip(properties, ranked, strict=False)}
        numbers = {
            "text": self._called(),
            "characters": sum(map(len, reading.pieces)),
            "characters_left_out": left_out,
            "steps": len(reading.pieces),
            "steps_chosen_on": half,
            "steps_tested": tested,
            "enough": enough,
            "units": len(units),
            "level": LEVEL,
            "summaries": {name: summary for name, summary in self._summaries().items() if name in trackings},
            "properties": trackings,
            "absent": absent,
        }
        best = [each["unit"] for each in _in_turn([*trackings.values()])]
        shown = units_shown(reading, [*asked, *best], units, self.shown)
        return Finding(self.name, subject.name, _sentence(numbers), numbers, *page_of(reading, numbers, shown))

    def _called(self) -> str:
        return "the held-out texts" if self.input is None else self.input

    def _summaries(self) -> dict[str, str]:
        own = {} if self.pattern is None else {"pattern": matching(self.pattern).summary}
        return {name: prop.summary for name, prop in PROPERTIES.items()} | {LEANING: LEANING_SUMMARY} | own

    def _asked(self, subject: Any) -> list[str]:
        """Returns the units that were asked for, and refuses what the model has not, before a long text is read."""
        loops = subject.read_loops()
        if not loops:
            raise UserError(f"{self.name}: expected a model with recurrent layers, found none in {subject.name}")
        parts = [part for part in next(iter(loops.values())).states if all(part in loop.states for loop in loops.values())]
        if self.state is not None and self.state not in parts:
            raise InvalidArgument("state", f"a part of the state, {' or '.join(parts)}", self.state)
        sizes = {name: next(iter(loop.states.values())).shape[-1] for name, loop in loops.items()}
        asked = [unit.strip() for unit in (self.unit or "").split(",") if unit.strip()]
        for unit in asked:
            layer, _, number = unit.rpartition(":")
            if layer not in sizes or not number.isascii() or not number.isdigit() or int(number) >= sizes[layer]:
                known = ", ".join(f'"{name}:0" to "{name}:{size - 1}"' for name, size in sizes.items())
                raise InvalidArgument("unit", f"units from {known}, with commas between them", unit)
        return [f"{unit.rpartition(':')[0]}:{int(unit.rpartition(':')[2])}" for unit in asked]

    def _texts(self, subject: Any) -> tuple[list[str], int]:
        """Returns the texts to read, and how many characters are left out."""
        if self.input is None:
            texts = subject.texts
        else:
            texts = ["".join(read_chunks(Path(self.input), self.encoding))]
            if not texts[0].strip():
                raise UserError(f"{self.input}: expected a text, received nothing but white space")
        left, taken = self.characters, []
        for text in texts:
            taken.append(text[:left])
            left -= len(taken[-1])
        return [text for text in taken if text], sum(map(len, texts)) - sum(map(len, taken))

    def _properties(self, reading: Any) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """Returns the properties that change in both halves of the text, at each step, and where the others are."""
        wanted = [self.property] if self.property else [] if self.pattern is not None else [*PROPERTIES, LEANING]
        values = {name: at_steps(PROPERTIES[name], reading.texts()) for name in wanted if name in PROPERTIES}
        if LEANING in wanted and reading.leaning is not None:
            values[LEANING] = reading.leaning()
        elif self.property == LEANING:
            raise InvalidArgument("property", "one of " + ", ".join(PROPERTIES), LEANING, "a classifier of two labels has this one, too")
        if self.pattern is not None:
            values["pattern"] = at_steps(matching(self.pattern), reading.texts())
        half, tested = halves(len(reading.pieces))
        absent = {}
        for name, value in values.items():
            if not np.ptp(value):
                absent[name] = "everywhere in the text" if value[0] else "nowhere in the text"
            elif not half or not np.ptp(value[:half]) or not np.ptp(value[half : half + tested]):
                absent[name] = "in one half of the text only"
        if absent.keys() == values.keys() and (self.property or self.pattern is not None):
            told = "; ".join(f"{option(name) if name == 'pattern' else name} is {where}" for name, where in absent.items())
            raise UserError(f"{self._called()}: expected a text with the property; {told}; give another {option('input')}")
        return {name: value for name, value in values.items() if name not in absent}, absent


def _as_dict(tracking: Tracking, units: list[str]) -> dict[str, Any]:
    found = tracking.p < LEVEL and tracking.chosen * tracking.held_out > 0
    return dataclasses.asdict(tracking) | {"unit": units[tracking.unit], "found": found}


def _in_turn(lists: list[list[Any]]) -> list[Any]:
    """Returns the first of each list, then the second of each, and so on."""
    return [each[place] for place in range(max(map(len, lists), default=0)) for each in lists if place < len(each)]


def _sentence(numbers: dict[str, Any]) -> str:
    found, none = [], []
    for name, trackings in numbers["properties"].items():
        first = next((each for each in trackings if each["found"]), None)
        if first is None:
            none.append(name)
        else:
            weak = "weak: " if abs(first["held_out"]) < WEAK else ""
            found.append(f"{name}: {first['unit']} ({weak}correlation {first['held_out']:.2f} on held-out text, p = {first['p']:.2g})")
    parts = [f"{numbers['units']:,} units on {numbers['steps']:,} steps of {numbers['text']}"]
    if numbers["characters_left_out"]:
        parts[0] += f", of which {numbers['characters_left_out']:,} characters were left out"
    if found:
        parts.append("; ".join(found))
    if none:
        parts.append(f"None found for {', '.join(none)}")
    if not numbers["enough"]:
        parts.append("None found: so short a text proves nothing")
    elif not found and not none:
        parts.append("None found: the text has no property to track")
    for where in dict.fromkeys(numbers["absent"].values()):
        names = [name for name, each in numbers["absent"].items() if each == where]
        parts.append(f"{where[:1].upper()}{where[1:]}: {', '.join(names)}")
    return ". ".join(parts) + "."
