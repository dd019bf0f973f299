"""How many tokens a translator gives per second on LiteRT: greedily and by beam search, in single precision and in int8."""

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.rates import per_second
from benchmarks.speed import Case
from toolkit.quiet import native_notices_hidden

if TYPE_CHECKING:
    from toolkit.tasks.translation.exporter import TranslatorExporter

BEAM_WIDTH = 4
METHODS = {"greedy": "greedy", f"beam {BEAM_WIDTH}": "beam"}
FORMATS = ("float32", "int8")


def tokens_per_second(exporter: "TranslatorExporter", texts: Sequence[str], rounds: int) -> Case:
    """Lets files and searches take turns on the same sentences, one at a time, on one thread.

    Args:
        exporter: The translator; the files are written for this, as its own search need not have a beam of `BEAM_WIDTH`.
        texts: Sentences.
        rounds: Turns of each.

    Returns:
        By search and format, what `per_second` gives; the end of a translation is a token.
    """
    from toolkit.data.parallel_texts.source_ids import source_ids

    tokenizer = exporter.source_tokenizer
    sources = [source_ids(ids, tokenizer.end_id, exporter.max_length)[np.newaxis].astype(np.int32) for ids in tokenizer.encode(texts)]
    with tempfile.TemporaryDirectory(prefix="benchmark-exports-") as folder:
        files = _write(exporter, Path(folder))
        runs = {
            f"{search}, {form}": _translating(path, method, sources) for search, method in METHODS.items() for form, path in files.items()
        }
        case = per_second(runs, rounds, "tokens")
    return {name: {column: value for column, value in values.items() if "compiling" not in column} for name, values in case.items()}


def _write(exporter: "TranslatorExporter", folder: Path) -> dict[str, Path]:
    from toolkit.export.formats.litert import FILES, convert_to_litert
    from toolkit.export.saving import with_variables
    from toolkit.tasks.translation.signatures import signatures_of

    search = dataclasses.replace(exporter.search, beam_width=BEAM_WIDTH)
    target = exporter.target_tokenizer
    signatures = signatures_of(exporter.model, search, target.begin_id, target.end_id)
    files = {form: folder / FILES[form] for form in FORMATS}
    convert_to_litert(with_variables(exporter.model), [({method: signatures[method] for method in METHODS.values()}, files)])
    return files


def _translating(path: Path, method: str, sources: Sequence[np.ndarray]) -> Callable[[int], int]:
    """Returns what translates all sources by a signature, one after the other, and counts the tokens."""
    from ai_edge_litert.interpreter import Interpreter

    with native_notices_hidden():
        translate = Interpreter(model_content=path.read_bytes(), num_threads=1).get_signature_runner(method)

    def run(turn: int) -> int:
        return sum(int(translate(source=source)["lengths"].sum()) for source in sources)

    return run
