"""What a notebook shows of results: plain HTML."""

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path


class Shown:
    """A result whose text, as `print` shows it, a notebook shows, too."""

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def preformatted(text: str) -> str:
    """Returns text of a fixed width."""
    return f"<pre>{html.escape(text)}</pre>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table of cells of text."""
    return f"<table>{_row('th', header)}{''.join(_row('td', row) for row in rows)}</table>"


def image(path: Path) -> str:
    """Returns a PNG file as an image that needs no file."""
    return embedded(path.read_bytes(), path.stem)


def embedded(content: bytes, name: str, media_type: str = "image/png") -> str:
    """Returns an image that needs no file.

    Args:
        content: The bytes of its file.
        name: What it shows, for those who do not see it.
        media_type: What kind of file it is.
    """
    return f'<img alt="{html.escape(name)}" src="data:{media_type};base64,{base64.b64encode(content).decode()}">'


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"
