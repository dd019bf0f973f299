"""Pages that need no other file: what inspections show."""

import html
import io

from matplotlib.figure import Figure

from toolkit.html import embedded

STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.sentence { font-size: 1.1rem; border-left: 4px solid #c0392b; padding-left: 0.8rem; }
table { border-collapse: collapse; } th, td { padding: 0.2rem 0.7rem; border-bottom: 1px solid #8884; text-align: right; }
th:first-child, td:first-child { text-align: left; } img { max-width: 100%; background: white; }
"""


def page(title: str, body: str, *, script: str = "", style: str = "") -> str:
    """Returns a page of HTML with all that it needs in itself.

    Args:
        title: What stands above it, as plain text.
        body: HTML.
        script: JavaScript.
        style: CSS, besides that of all pages.
    """
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    code = f"\n<script>\n{script}</script>" if script else ""
    whole = f"<body><h1>{html.escape(title)}</h1>\n{body}{code}\n</body>"
    return f'<!doctype html>\n<html lang="en"><head>{head}\n<style>\n{STYLE}{style}</style></head>\n{whole}</html>\n'


def figure_html(figure: Figure, name: str) -> str:
    """Returns a figure as an image that needs no file.

    Args:
        figure: The figure.
        name: What it shows, for those who do not see it.
    """
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=110)
    return embedded(data.getvalue(), name)
