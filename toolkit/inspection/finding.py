"""What an inspection has found."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import UserError
from toolkit.html import Shown
from toolkit.inspection.page import page
from toolkit.json_text import to_json


class Further(NamedTuple):
    """A command that shows more.

    Attributes:
        command: The command.
        shows: What it shows.
        page: Name of the file of the page that it writes; `""` if it writes none.
    """

    command: str
    shows: str
    page: str = ""


@dataclass(frozen=True)
class Finding(Shown):
    """What an inspection has found: a sentence, the numbers, and a page that shows them.

    Attributes:
        what: Name of the inspection, such as `"gates"`.
        subject: What was looked at, such as the path of a run.
        sentence: What the numbers mean.
        numbers: All of them, as JSON can hold them.
        body: HTML that shows them, without head and title.
        script: JavaScript of the page; it needs nothing from outside.
        style: CSS of the page, besides that of all.
        further: Commands that show more.
    """

    what: str
    subject: str
    sentence: str
    numbers: dict[str, Any]
    body: str
    script: str = field(default="", repr=False)
    style: str = field(default="", repr=False)
    further: Sequence[Further] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Returns all but the page and what there is further."""
        return {"what": self.what, "subject": self.subject, "sentence": self.sentence, **self.numbers}

    def page(self, folder: Path | None = None) -> str:
        """Returns the page, which needs no other file.

        Args:
            folder: Where it will lie. It links to those pages of `further` that are there already, and has the commands of the others.
        """
        title, parts = f"{self.what}: {self.subject}", [f"<p class=sentence>{html.escape(self.sentence)}</p>", self.body]
        return page(title, "\n".join([*parts, *_shown(self.further, folder)]), script=self.script, style=self.style)

    def save(self, folder: Path | str) -> list[Path]:
        """Writes `WHAT.html` and `WHAT.json`, whole or not at all.

        Args:
            folder: Where to; it is made if it is not there.

        Returns:
            The paths of the two.

        Raises:
            UserError: They cannot be written there.
        """
        folder = Path(folder)
        files = {f"{self.what}.html": self.page(folder), f"{self.what}.json": to_json(self.as_dict()) + "\n"}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                temporary = folder / f".{name}.part"
                temporary.write_text(text, encoding="utf-8")
                temporary.replace(folder / name)
        except OSError as error:
            raise UserError(f"{folder}: expected a folder that can be written to; {error.strerror}") from error
        return [folder / name for name in files]

    def __str__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return super()._repr_html_() if self.script else "\n".join([self.body, *_shown(self.further)])


def _shown(further: Sequence[Further], folder: Path | None = None) -> list[str]:
    if not further:
        return []
    lines = []
    for each in further:
        page, shows = html.escape(each.page), html.escape(each.shows)
        is_there = each.page and folder is not None and (folder / each.page).is_file()
        what = f'<a href="{page}">{page}</a>' if is_there else f"<code>{html.escape(each.command)}</code>"
        lines.append(f"<li>{what}: {shows}</li>")
    return ["<h2>Look further</h2>", f"<ul>{''.join(lines)}</ul>"]
