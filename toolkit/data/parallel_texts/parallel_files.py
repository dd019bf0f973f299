"""Parallel texts in the user's own files and folders."""

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from toolkit.data.parallel_texts.languages import UNNAMED, Languages, languages_of_files, names_columns, usual_columns
from toolkit.data.parallel_texts.pair import Pair, PairParts
from toolkit.data.reading.columns import key_of, quoted
from toolkit.data.reading.dialect import NoTable, dialect_of_name
from toolkit.data.reading.header import SENTENCE_ENDS, column_keys, is_sentence
from toolkit.data.reading.lines import read_lines
from toolkit.data.reading.local_files import SPLIT_NAMES, entries, named_paths, names_splits, split_paths
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.spread import Spread, here
from toolkit.data.reading.tables import Table, is_table_name, open_table, text_of
from toolkit.data.splits.splitting import SPLITS
from toolkit.errors import UserError

_EXPECTED = "two aligned files (SOURCE,TARGET) or a table (.tsv, .csv, .jsonl)"
_ALIGNED = re.compile(rf"(?P<split>{'|'.join(SPLIT_NAMES)})(?P<more>[-_][^.]*)?\.(?P<language>.+?)(\.gz)?", re.IGNORECASE)


class Read(NamedTuple):
    """What one table, or two aligned files, have.

    Attributes:
        rows: Their pairs.
        languages: What the two sides are called.
        notes: Sentences for the report.
    """

    rows: list[Pair]
    languages: Languages
    notes: list[str]


class LocalPairs(NamedTuple):
    """What files have.

    Attributes:
        parts: Pairs by split.
        languages: What the two sides are called.
        notes: Sentences for the report.
    """

    parts: PairParts
    languages: Languages
    notes: list[str]


def read_local_pairs(
    data: str,
    languages: Languages,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    spread: Spread = here,
) -> LocalPairs:
    """Reads files and folders.

    Args:
        data: Two aligned files, `train.en,train.de`, with as many lines; a table with a column per language, which needs no header if it
            has two; a folder with either of them per split; or `train=...,validation=...,test=...`, each as before.
        languages: The direction asked for.
        reading: How files are to be read, as far as their content is not to decide it.
        spread: Where the files of a split are read.

    Returns:
        The pairs, empty ones too.

    Raises:
        UserError: A file is missing or malformed, two files do not have as many lines, a side is empty, or the direction is in doubt.
    """
    files, languages = _find_files(data, languages)
    parts, notes = {}, []
    for split in (split for split in SPLITS if split in files):  # what the first is called, the others must be called
        [read] = spread(partial(_read_files, languages=languages, reading=reading), [files[split]])
        parts[split], languages = read.rows, read.languages
        notes += read.notes
    return LocalPairs(parts, languages, notes)


def _find_files(data: str, languages: Languages) -> tuple[dict[str, list[Path]], Languages]:
    """Returns one table or two aligned files by split; and the languages, as far as the names in a folder have told them."""
    if names_splits(data):
        return named_paths(data, most=2), languages
    path = Path(data).expanduser()
    if path.is_dir():
        return _files_of_folder(path, languages)
    words = [data] if os.path.exists(path) else data.split(",")  # a name may have a comma
    return {"train": [Path(word.strip()).expanduser() for word in words]}, languages


def _files_of_folder(folder: Path, languages: Languages) -> tuple[dict[str, list[Path]], Languages]:
    found = _aligned_files(folder)
    if found:
        names = sorted({language for files in found.values() for language in files})
        languages = languages.choose(names, str(folder))
        files = {split: [_the_file(folder, split, found[split], language) for language in languages] for split in found}
        return files, Languages(*(language.rpartition(".")[2] for language in languages))
    files = {split: [path] for split, path in split_paths(folder).items() if path != folder and not path.is_dir()}
    if not files:
        names = ", ".join(entry.name for entry in entries(folder)[:5]) or "an empty folder"
        raise UserError(f"{folder}: expected files per split, such as train.en and train.de, or train.tsv, found {names}")
    return files, languages


def _aligned_files(folder: Path) -> dict[str, dict[str, list[Path]]]:
    """Finds files like `train.en` and `test_2016.tok.en.gz`, by split and by what follows the split; the plainest name wins."""
    found: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    plain: set[tuple[str, str]] = set()
    for entry in entries(folder):
        match = _ALIGNED.fullmatch(entry.name)
        if not match or is_table_name(entry) or entry.is_dir():
            continue
        split, language = SPLIT_NAMES[match["split"].lower()], match["language"]
        if match["more"] is None and (split, language) not in plain:
            plain.add((split, language))
            found[split][language] = [entry]
        elif match["more"] is None or (split, language) not in plain:
            found[split][language].append(entry)
    return found


def _the_file(folder: Path, split: str, files: dict[str, list[Path]], language: str) -> Path:
    candidates = files.get(language, [])
    if not candidates:
        names = ", ".join(path.name for paths in files.values() for path in paths)
        raise UserError(f'{folder}: expected a {split} file in "{language}", found only {names}')
    if len(candidates) > 1:
        names = quoted([path.name for path in candidates])
        raise UserError(f"{folder}: {names} could all be the {split} file; choose with --data train=FILE,FILE,{split}=FILE,FILE")
    return candidates[0]


def _read_files(paths: list[Path], languages: Languages, reading: Reading) -> Read:
    notes: list[str] = []
    for path in paths:
        if not os.path.exists(path):  # unlike `path.exists()` it is false, not an error, where a folder on the way is closed
            raise UserError(f"{path}: no such file, or no permission to see it")
    if len(paths) == 2:
        return Read(*_read_aligned(*paths, languages, reading, notes), notes)
    if len(paths) == 1 and not paths[0].is_dir():
        return Read(*_read_columns(paths[0], languages, reading, notes), notes)
    raise _not_parallel(paths, f"{len(paths)} text files" if len(paths) > 1 else "a folder")


def _not_parallel(paths: list[Path], received: str) -> UserError:
    return UserError(f"{','.join(map(str, paths))}: expected {_EXPECTED}, received {received}")


def _read_aligned(source: Path, target: Path, languages: Languages, reading: Reading, notes: list[str]) -> tuple[list[Pair], Languages]:
    told = languages_of_files([source.name, target.name])
    if told and languages != UNNAMED:
        languages = languages.choose(told, f"{source},{target}", usual=told)
        if languages != told:
            source, target = target, source
            notes.append(f"{source} is the source, as its name ends in {languages.source}")
    if os.path.samefile(source, target):
        notes.append(f"{source} is the source as well as the target")
    sources, targets = _read_side(source, reading), _read_side(target, reading)
    if len(sources) != len(targets):
        raise UserError(
            f"{source},{target}: expected as many lines in both, received {len(sources):,} and {len(targets):,}; "
            + _where_to_look(source, target, sources, targets)
        )
    return list(map(Pair, sources, targets)), _named(languages)


def _read_side(path: Path, reading: Reading) -> list[str]:
    lines = [line.rstrip("\r\n") for line in read_lines(path, reading.encoding)]
    if not any(line.strip() for line in lines):
        raise UserError(f"{path}: expected a sentence per line, found {len(lines):,} lines, all empty")
    return lines


def _where_to_look(source: Path, target: Path, sources: list[str], targets: list[str]) -> str:
    for number, (one, other) in enumerate(zip(sources, targets, strict=False), start=1):
        if bool(one.strip()) != bool(other.strip()):
            return f"look at {target if one.strip() else source}:{number}, which is blank where the other file is not"
    shorter = source if len(sources) < len(targets) else target
    return f"no line is blank in one of them only; {shorter} may lack a line, or end too early"


def _read_columns(path: Path, languages: Languages, reading: Reading, notes: list[str]) -> tuple[list[Pair], Languages]:
    try:
        table = open_table(path, reading, header=lambda rows: _names_languages(path, rows, languages))
    except NoTable as error:
        raise _not_parallel([path], "1 text file") from error
    keys = column_keys(table.names)
    in_order = len(keys) == 2 and not any(table.names) and not languages.known(keys)  # they have no names, but the two have an order
    if in_order:
        columns = Languages(*keys)
    else:
        asked = Languages(*(key_of(language, keys) or language if language is not None else None for language in languages))
        names = [key for key, name in zip(keys, table.names, strict=True) if name or not any(table.names) or key in asked]
        columns = asked.choose(names, table.sample[0][0], usual_columns(names))
    pairs: list[Pair] = []
    for place, row in table.rows:
        if missing := [column for column in columns if column not in row]:
            raise UserError(f"{place}: expected {quoted(columns)}, received no {quoted(missing)}")
        pairs.append(Pair(*(text_of(row, column, place) for column in columns)))
    for column, texts in zip(columns, zip(*pairs, strict=True), strict=True):
        if not any(text.strip() for text in texts):
            raise UserError(f'{path}: expected a sentence per row in column "{column}", found {len(texts):,} empty ones')
    notes += _notes(table, languages, columns)
    return pairs, _named(languages) if in_order else columns


def _names_languages(path: Path, rows: Sequence[Sequence[str]], languages: Languages) -> bool:
    """Tells the names of columns from a pair of sentences."""
    expected = dialect_of_name(path)
    if expected is None or expected.delimiter == "\t":
        return names_columns(rows[0], languages)
    sentences = any(map(is_sentence, rows[0])) or all(field.strip().endswith(SENTENCE_ENDS) for field in rows[0])
    return bool(languages.known([name.strip() for name in rows[0]])) or not sentences


def _notes(table: Table, languages: Languages, columns: Languages) -> list[str]:
    """Says what was found out about a table."""
    places = [f"{side} in column {column}" for side, column in zip(Languages._fields, columns, strict=True)]
    found = table.describe() if table.has_header else table.describe(", ".join(places), ("--source", "--target"))
    if table.has_header and table.dialect.delimiter and not languages.known(table.names) and (found or table.dialect.delimiter == "\t"):
        return [*filter(None, [found]), f"{table.path}: its first line was read as the names of its columns, {quoted(table.names)}"]
    return [found] if found else []


def _named(languages: Languages) -> Languages:
    """Names the two sides in their order, if nothing else says their names."""
    return Languages(languages.source or UNNAMED.source, languages.target or UNNAMED.target)
