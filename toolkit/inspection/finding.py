"""What an inspection has found."""

import html
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolkit.errors import UserError
from toolkit.html import Shown
from toolkit.inspection.page import page
from toolkit.json_text import to_json


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
    """

    what: str
    subject: str
    sentence: str
    numbers: dict[str, Any]
    body: str
    script: str = field(default="", repr=False)
    style: str = field(default="", repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Returns all but the page."""
        return {"what": self.what, "subject": self.subject, "sentence": self.sentence, **self.numbers}

    def page(self) -> str:
        """Returns the page, which needs no other file."""
        title = f"{self.what}: {self.subject}"
        return page(title, f"<p class=sentence>{html.escape(self.sentence)}</p>\n{self.body}", script=self.script, style=self.style)

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
        files = {f"{self.what}.html": self.page(), f"{self.what}.json": to_json(self.as_dict()) + "\n"}
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
        return super()._repr_html_() if self.script else self.body
