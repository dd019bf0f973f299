"""The tables of a report: scores with their intervals drawn, groups, examples, calibration."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from toolkit.data.splits.interval import wilson_interval
from toolkit.evaluation.measured import FEW

MOST_SHOWN = 20
WIDTH = 180  # pixels of an interval

STYLE = """\
pre { overflow-x: auto; } code { overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } figcaption { max-width: 45rem; }
svg.interval line { stroke: currentColor; } svg.interval circle { fill: #c0392b; }
tr.few td { opacity: 0.55; }
table.texts td, table.texts th { text-align: left; vertical-align: top; overflow-wrap: anywhere; }
table.texts th { white-space: nowrap; } table.texts td { min-width: 6rem; }
table.texts img { height: 56px; max-width: 28rem; image-rendering: pixelated; }
table:not(.texts) td:not(:first-child, :last-child) { white-space: nowrap; }
"""


def of_scores(scores: Sequence[Mapping[str, Any]], examples: str) -> str:
    """Returns a table of scores with their spread.

    Args:
        scores: As `Measured.summary` has them.
        examples: What the examples are called.
    """
    rows = []
    for score in scores:
        end = 1 if score["percent"] else _end([score])
        how = {"Wilson": "Wilson", "bootstrap": "bootstrap, 1,000 draws"}.get(score["by"], "")
        rows.append([_text(score["name"]), *_cells(score, end), f"{score['examples']:,}", _text(how)])
    return _table(["", "score", "95 % interval", "", _text(examples), "interval by"], rows)


def of_groups(sliced: Mapping[str, Any], examples: str) -> str:
    """Returns a table of a score in groups of examples; groups of few examples are marked.

    Args:
        sliced: As `Measured.summary` has it.
        examples: What the examples are called.
    """
    groups = sliced["groups"]
    end = 1 if groups[0]["percent"] else _end(groups)
    rows = [[_text(group["name"]), *_cells(group, end), f"{group['examples']:,}", "few" if _are_few(group) else ""] for group in groups]
    classes = ["few" if _are_few(group) else "" for group in groups]
    parts = [_table([_text(sliced["by"]), _text(sliced["measure"]), "95 % interval", "", _text(examples), ""], rows, classes)]
    if any(classes):
        parts.append(f"<p>Few: of fewer than {FEW}, so it hardly tells anything.</p>")
    if sliced["left_out"]:
        parts.append(f"<p>{sliced['left_out']:,} groups with fewer examples are not shown.</p>")
    return "\n".join(parts)


def of_examples(examples: Sequence[Mapping[str, Any]], score: str) -> str:
    """Returns a table of examples: what was asked, expected and answered.

    Args:
        examples: As `Measured.summary` has them.
        score: What their score is called; `""` if they have none.
    """
    names = {"text": "example", "expected": "expected", "answer": "answer"}
    shown = {name: head for name, head in names.items() if any(example[name] for example in examples)}
    pictures = any("picture" in example for example in examples)
    header = [*([""] if pictures else []), *shown.values(), *([_text(score)] if score else [])]
    rows = []
    for example in examples:
        picture = f'<img alt="" src="data:image/png;base64,{example["picture"]}">' if "picture" in example else ""
        number = [cell(example.get("score"))] if score else []
        rows.append([*([picture] if pictures else []), *(_text(example[name]) for name in shown), *number])
    return _table(header, rows, kind="texts")


def of_calibration(found: Mapping[str, Any], examples: str) -> str:
    """Returns what is promised and what is kept, in a sentence and by bins of probability.

    Args:
        found: As `Measured.summary` has it.
        examples: What the examples are called.
    """
    rows = []
    for each in found["bins"]:
        low, high = wilson_interval(each["accuracy"], each["texts"])
        share = {"value": each["accuracy"], "low": low, "high": high, "percent": True}
        promised = f"{each['above']:.0%} to {each['up_to']:.0%}"
        rows.append([promised, f"{each['confidence']:.1%}", *_cells(share, 1), f"{each['texts']:,}"])
    told = (
        f"On average {found['confidence']:.1%} sure and {found['accuracy']:.1%} right; probabilities are off by "
        f"{100 * found['error']:.1f} points. Where they are honest, the second and the third column agree."
    )
    return f"<p>{told}</p>\n{_table(['probability', 'mean', 'right', '95 % interval', '', _text(examples)], rows)}"


def of_texts(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns a table of cells of plain text."""
    return _table([_text(name) for name in header], [[_text(each) for each in row] for row in rows], kind="texts")


def value_of(score: Mapping[str, Any]) -> str:
    """Returns a score as it is shown."""
    return _number(score["value"], score["percent"])


def interval_in_words(score: Mapping[str, Any]) -> str:
    """Returns the interval of a score for a sentence; `""` if it has none."""
    if score["low"] is None:
        return ""
    return f" (95 % interval {_number(score['low'], score['percent'])} to {_number(score['high'], score['percent'])})"


def cell(value: Any) -> str:
    """Returns a value as it stands in a table."""
    return f"{value:,.3g}" if isinstance(value, float) else "" if value is None else str(value)


def _number(value: float | None, percent: bool) -> str:
    if value is None:
        return "none"
    return f"{value:.2%}" if percent else f"{value:,.2f}" if abs(value) >= 10 else f"{value:.3f}"


def _cells(score: Mapping[str, Any], end: float) -> list[str]:
    """Returns a score, its interval in numbers, and drawn on a line from 0 to `end`."""
    if score["low"] is None:
        return [value_of(score), "none", ""]
    low, high = (_number(score[name], score["percent"]) for name in ("low", "high"))
    x, left, right = (round(WIDTH * min(score[name] / end, 1), 1) for name in ("value", "low", "high"))
    drawn = (
        f'<svg class="interval" width="{WIDTH + 8}" height="14" viewBox="-4 0 {WIDTH + 8} 14" role="img" aria-label="{low} to {high}">'
        f'<line x1="0" x2="{WIDTH}" y1="7" y2="7" opacity="0.2"/><line x1="{left}" x2="{right}" y1="7" y2="7" stroke-width="3"/>'
        f'<circle cx="{x}" cy="7" r="4"/></svg>'
    )
    return [value_of(score), f"{low} to {high}", drawn]


def _end(scores: Sequence[Mapping[str, Any]]) -> float:
    return 1.1 * max((score["high"] or score["value"] or 0.0 for score in scores), default=0.0) or 1.0


def _are_few(group: Mapping[str, Any]) -> bool:
    return group["examples"] < FEW


def _text(text: str) -> str:
    return html.escape(str(text))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], classes: Sequence[str] = (), kind: str = "") -> str:
    """Returns a table of cells that are HTML."""
    head = "".join(f"<th>{name}</th>" for name in header)
    marks = [f' class="{name}"' if name else "" for name in classes] or [""] * len(rows)
    body = "".join(f"<tr{mark}>{''.join(f'<td>{each}</td>' for each in row)}</tr>" for mark, row in zip(marks, rows, strict=True))
    mark = f' class="{kind}"' if kind else ""
    return f"<table{mark}><tr>{head}</tr>{body}</table>"
