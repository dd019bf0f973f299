"""One page about a finished run: its curves, its scores with their spread, groups of examples, the worst ones."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from toolkit.html import embedded, preformatted
from toolkit.inspection import report_tables
from toolkit.inspection.finding import Finding, Further
from toolkit.inspection.inspection import Inspection

SPREAD = (
    "Each interval holds the true score in about 95 of 100 samples of as many examples. This is the spread over the test examples of one "
    "model. It is not the spread over seeds: another seed gives another model, whose score may well lie outside."
)
NOTHING_KEPT = (
    "This run has kept no account of its test examples, so there is no spread, no groups and no list of the worst. "
    "A run of this version keeps one, in report.json."
)

RESULT_BELOW = "Its result is below; it has kept nothing to tell the spread from."


class Plot(NamedTuple):
    """A picture of the run.

    Attributes:
        name: What it is called.
        caption: What is to be seen; `""` if nobody has said it.
        media_type: Such as `"image/png"`.
        content: The bytes of its file.
    """

    name: str
    caption: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class RunReport:
    """What is told of a run.

    Attributes:
        name: What the run is called, such as its path.
        facts: What stands above: the recipe, the data, the date and the like, by what they are called.
        result: The lines that the training ended with.
        warning: Why the model is of no use; `""` if it may be of some.
        tested: What `Measured.summary` gave; `None` of a run that has not kept it.
        mistakes: What the result lists as mistakes, if there is nothing better.
        curves: Pictures of its training.
        plots: Its other pictures.
        chosen: Settings that were chosen for the data, each with its value and the reason.
        settings: All settings.
        further: What to run to look further.
    """

    name: str
    facts: Mapping[str, str]
    result: str
    warning: str = ""
    tested: Mapping[str, Any] | None = None
    mistakes: Sequence[Mapping[str, Any]] = ()
    curves: Sequence[Plot] = ()
    plots: Sequence[Plot] = ()
    chosen: Sequence[tuple[str, str, str]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    further: Sequence[Further] = ()

    def finding(self) -> Finding:
        """Returns the report as a page, and what was measured as numbers."""
        numbers = {"facts": dict(self.facts), "result": self.result, "warning": self.warning, "tested": self.tested}
        style = report_tables.STYLE
        return Finding(Report.name, self.name, self._sentence(), numbers, self._body(), style=style, further=self.further)

    def _sentence(self) -> str:
        if self.warning:
            return f"Warning: {self.warning}."
        if self.tested is None:
            return RESULT_BELOW
        score = self.tested["scores"][0]
        measured = f"{score['name']} {report_tables.value_of(score)}{report_tables.interval_in_words(score)}"
        return f"{measured}, on {score['examples']:,} {self.tested['examples']}."

    def _body(self) -> str:
        parts = [report_tables.of_texts(["run", self.name], [*self.facts.items()]), preformatted(self.result)]
        parts += _pictures("Curves", self.curves)
        parts += self._of_examples() if self.tested is not None else self._of_an_old_run()
        parts += _pictures("Pictures", self.plots)
        if self.chosen:
            parts += ["<h2>Chosen for the data</h2>", report_tables.of_texts(["setting", "value", "why"], self.chosen)]
        if self.settings:
            rows = [(name, "" if value is None else str(value)) for name, value in self.settings.items()]
            parts += ["<h2>Settings</h2>", f"<details><summary>all {len(rows)}</summary>{report_tables.of_texts(['', ''], rows)}</details>"]
        return "\n".join(parts)

    def _of_examples(self) -> list[str]:
        tested = self.tested
        note = f" {tested['note']}" if tested["note"] else ""
        parts = ["<h2>Scores and their spread</h2>", report_tables.of_scores(tested["scores"], tested["examples"])]
        parts += [f"<p>{html.escape(SPREAD + note)}</p>"]
        for sliced in tested["slices"]:
            parts += [f"<h2>By {html.escape(sliced['by'])}</h2>", report_tables.of_groups(sliced, tested["examples"])]
        worst = tested["worst"]
        if worst["examples"]:
            shown = worst["examples"][: report_tables.MOST_SHOWN]
            how_many = f"The first {len(shown)} of {worst['of']:,}: " if worst["of"] > len(shown) else ""
            text = how_many + worst["are"] if how_many else worst["are"][0].upper() + worst["are"][1:]
            parts += ["<h2>To look at first</h2>", f"<p>{html.escape(text)}.</p>", report_tables.of_examples(shown, worst["score"])]
        if tested["calibration"]:
            parts += ["<h2>Calibration</h2>", report_tables.of_calibration(tested["calibration"], tested["examples"])]
        return parts

    def _of_an_old_run(self) -> list[str]:
        parts = [f"<p>{html.escape(NOTHING_KEPT)}</p>"]
        if self.mistakes:
            names = [*self.mistakes[0]]
            rows = [[report_tables.cell(mistake[name]) for name in names] for mistake in self.mistakes[: report_tables.MOST_SHOWN]]
            parts += ["<h2>To look at first</h2>", report_tables.of_texts(names, rows)]
        return parts


@dataclass(frozen=True, kw_only=True)
class Report(Inspection):
    """The page that a training writes into its run folder as `report.html`, made again from what the run has kept."""

    name: ClassVar[str] = "report"
    needs: ClassVar[str] = "report"
    reads_run: ClassVar[bool] = True

    def of(self, subject: Any) -> Finding:
        """Returns the page of a finished run.

        Args:
            subject: What has a method `report` that gives a `RunReport`, such as a `TrainingRun`.
        """
        return subject.report().finding()


def _pictures(heading: str, plots: Sequence[Plot]) -> list[str]:
    parts = [f"<h2>{heading}</h2>"] if plots else []
    for plot in plots:
        picture, name, caption = embedded(plot.content, plot.name, plot.media_type), html.escape(plot.name), html.escape(plot.caption)
        parts.append(f"<figure>{picture}<figcaption><b>{name}.</b> {caption}</figcaption></figure>")
    return parts
