"""docs/reference.md, made from the public names: each with the first line of its docstring, and a link to where its reference stands."""

import ast
import importlib.util
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import toolkit
from benchmarks.markdown import table_of
from benchmarks.records import ROOT

PACKAGES = (toolkit.text, toolkit.data, toolkit.layers, toolkit.models, toolkit.training, toolkit.inspection)
INTRODUCTION = """\
# Public names

`python -m benchmarks.render` makes this page from what each package names as its own. All of it is in `toolkit`, too: `toolkit.GRU` is
`toolkit.layers.GRU`. A name is imported when it is first used, so `import toolkit` costs no TensorFlow.
"""


def reference_page() -> str:
    """Returns the text of the page.

    Raises:
        ValueError: A public name has no docstring, or its reference stands on no page.
    """
    pages = _pages()
    shared = {name for package in PACKAGES for name in package.HOMES}
    own = {name: home for name, home in toolkit.HOMES.items() if name not in shared}
    parts = [(toolkit.__name__, own), *((package.__name__, package.HOMES) for package in PACKAGES)]
    return INTRODUCTION + "".join(f"\n## {package}\n\n{_table(homes, pages)}" for package, homes in parts)


def _table(homes: Mapping[str, str], pages: Mapping[str, str]) -> str:
    rows = ([_linked(name, f"{home}.{name}", pages), _first_line(name, home)] for name, home in sorted(homes.items(), key=_as_words))
    return table_of(["name", "what"], rows, words=2)


def _as_words(item: tuple[str, str]) -> str:
    return item[0].lower()


def _linked(name: str, path: str, pages: Mapping[str, str]) -> str:
    if path not in pages:
        raise ValueError(f"docs: expected a page with `::: {path}`, as `{name}` is public; found none")
    return f"[`{name}`]({pages[path]}#{path})"


def _pages() -> dict[str, str]:
    """Returns the page on which the reference of each path stands."""
    return {path: page.name for page in sorted(ROOT.glob("docs/*.md")) for path in re.findall(r"(?m)^::: (\S+)$", page.read_text("utf-8"))}


def _first_line(name: str, module: str) -> str:
    """Returns what a docstring begins with. Nothing is imported: TensorFlow would take longer than all else."""
    [node] = (node for node in _tree(module).body if getattr(node, "name", None) == name)
    if not (docstring := ast.get_docstring(node)):
        raise ValueError(f"{module}: expected a docstring of the public name {name}, found none")
    return docstring.splitlines()[0].replace("|", "\\|")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(Path(importlib.util.find_spec(module).origin).read_text("utf-8"))
