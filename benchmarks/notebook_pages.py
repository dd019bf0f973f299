"""A hook of MkDocs: the notebooks of examples/ are pages of the documentation, with what they printed."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
SOURCE = "[This notebook]({link}) can be opened in Jupyter, and runs as it is.\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds a page for each notebook, and its pictures."""
    for path in sorted(ROOT.glob("examples/notebooks/*.ipynb")):
        pictures: list[bytes] = []
        text = "\n".join(_page(json.loads(path.read_text("utf-8"))["cells"], path.stem, pictures))
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=text))
        files.append(File.generated(config, f"notebooks/{path.name}", content=path.read_bytes()))
        for number, picture in enumerate(pictures):
            files.append(File.generated(config, f"notebooks/{path.stem}_{number}.png", content=picture))
    return files


def _page(cells: list[dict], name: str, pictures: list[bytes]) -> Iterator[str]:
    """Yields the Markdown of the cells; pictures are put into the list, and called by name and number."""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":  # its links are right where the notebook lies
            yield source.replace("](../../docs/", "](../").replace(".ipynb)", ".md)") + "\n"
            continue
        yield _block(source, "python")
        for group in _joined(cell["outputs"]):
            yield _output(group, name, pictures)
    yield SOURCE.format(link=f"{name}.ipynb")


def _joined(outputs: list[dict]) -> Iterator[dict]:
    """Yields outputs, of each kind of data the best; what is printed in pieces is one."""
    printed = "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")
    if printed:
        yield {"text/plain": printed}
    yield from (output["data"] for output in outputs if "data" in output)


def _output(data: dict, name: str, pictures: list[bytes]) -> str:
    if "image/png" in data:
        pictures.append(base64.b64decode(data["image/png"]))
        return f"![what the code above draws]({name}_{len(pictures) - 1}.png)\n"
    if "text/html" in data:
        return "".join(data["text/html"]) + "\n"
    return _block("".join(data["text/plain"]), "text")


def _block(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"
