"""`toolkit predict` by an engine."""

import argparse
import importlib
import itertools
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from toolkit.answering import Answering
from toolkit.arguments import option
from toolkit.data.reading.item_files import files_of, parts_of
from toolkit.engines import ENGINES
from toolkit.engines.answering import SHOWN, Counted, Job
from toolkit.engines.engine import Engine
from toolkit.errors import UserError
from toolkit.opening import ExportedModel
from toolkit.tasks.artefact import newest_version
from toolkit.tasks.lines import tell_left_out

LEAST, MOST = 1 << 16, 1 << 22
"""Bytes of a part of a file of lines."""

PARTS_OF_A_SLOT = 4
"""So many parts for each function that runs at once: a slow one delays the end by so much less."""


def check(options: argparse.Namespace) -> None:
    """Checks, before an engine is started, that there is something to answer, and a place for the answers.

    Args:
        options: The parsed options of `toolkit predict`.

    Raises:
        UserError: There is not.
    """
    if options.texts or options.input == "-":
        received = f"{len(options.texts)} texts" if options.texts else "standard input"
        raise UserError(f"{option('engine')}: expected {option('input')} FILE, FOLDER or PATTERN with it, received {received}")
    if options.output == "-":
        raise UserError(f"{option('engine')}: expected {option('output')} FOLDER with it, received standard output")
    if Path(options.output).exists():
        raise UserError(
            f"{option('output')} {options.output}: expected a folder that does not exist, but it does; remove it or name another"
        )


def answer(model: Answering, options: argparse.Namespace) -> None:
    """Answers what files hold; each part of the input becomes a file of the output folder.

    Args:
        model: An exported model.
        options: The parsed options.

    Raises:
        UserError: A file cannot be read or written, an option does not fit, or the engine does not start.
    """
    if not isinstance(model, ExportedModel):
        expected = f"an exported model with {option('engine')}, found a run"
        raise UserError(f"{options.run}: expected {expected}; `toolkit export {options.run}` makes one")
    files = [file.absolute() for file in files_of(options.input)]  # an executor works in a folder of its own
    with importlib.import_module(ENGINES[options.engine]).engine(options.master) as engine:
        _answer(engine, files, options)


def _answer(engine: Engine, files: Sequence[Path], options: argparse.Namespace) -> None:
    parts = parts_of(files, part_size(sum(file.stat().st_size for file in files), engine.slots), options.text_column)
    if not options.keep_order:
        parts.sort(key=lambda part: -part.size)  # the longest first, so that none is waited for in the end
    folder, path = sent(Path(options.run))
    job = Job(engine.send(folder), path, parts, vars(options))
    if options.keep_order or options.skip_bad:
        counts = engine.gather(job.count, range(len(parts)))
        _tell(counts)
        if options.keep_order:
            job = replace(job, firsts=[0, *itertools.accumulate(counted.items for counted in counts)])
    engine.write(job.answers, range(len(parts)), options.output)


def part_size(total: int, slots: int) -> int:
    """Returns how many bytes a part of a file of lines has.

    Args:
        total: Bytes of the input.
        slots: How many parts are read at once.
    """
    return min(MOST, max(LEAST, -(-total // (PARTS_OF_A_SLOT * slots))))


def sent(path: Path) -> tuple[Path, str]:
    """Returns the folder that has to be everywhere, and the path in it of an exported model."""
    if path.suffix == ".tflite":
        return path.parent, path.name
    if path.name == "litert":
        return path, ""
    return newest_version(path), ""


def _tell(counts: Sequence[Counted]) -> None:
    """Says what is left out."""
    items, bad = sum(counted.items for counted in counts), sum(counted.bad for counted in counts)
    examples = [example for counted in counts for example in counted.examples]
    for example in examples[:SHOWN]:
        tell_left_out(example)
    if bad > SHOWN:
        print(f"toolkit: warning: left out {bad:,}, of which these are the first; {items:,} are answered", file=sys.stderr)
