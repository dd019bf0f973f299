"""Options in a YAML file, each with the line that it stands in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from toolkit.errors import UserError
from toolkit.run_folder import ORIGIN

_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class Entry:
    """An option of a file.

    Attributes:
        place: File and line.
        name: Its name with underscores.
        text: Its value as it is written, `None` for YAML's null.
    """

    place: str
    name: str
    text: str | None


@dataclass(frozen=True)
class OptionFile:
    """What a file of options holds.

    Attributes:
        recipe: The recipe that it says it is for.
        entries: The options, in their order.
    """

    recipe: Entry | None
    entries: list[Entry]

    @classmethod
    def read(cls, path: str) -> "OptionFile":
        """Reads a file: options by name, in either spelling, or the `config.yaml` of a run.

        Raises:
            UserError: It cannot be read, is no YAML, no mapping of names to single values, or has a name twice.
        """
        found: dict[str, Entry] = {}
        for entry in _entries(path, _root(path)):
            if entry.name in found:
                raise UserError(f"{entry.place}: expected {entry.name} once, received it in {found[entry.name].place} already")
            found[entry.name] = entry
        return cls(found.pop("recipe", None), [entry for name, entry in found.items() if name not in ORIGIN])


def _root(path: str) -> yaml.Node | None:
    try:
        return yaml.compose(Path(path).read_text("utf-8-sig"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise UserError(f"--config {path}: expected a YAML file of options, but it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: expected a YAML file of options in UTF-8, received byte 0x{error.object[error.start]:02x}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else path
        raise UserError(f"{place}: expected YAML, such as `units: 64`, received something else ({_reason(error)})") from error


def _reason(error: yaml.YAMLError) -> str:
    return " ".join((getattr(error, "problem", None) or str(error)).split())


def _entries(path: str, node: yaml.Node | None) -> Iterator[Entry]:
    if node is None:  # an empty file
        return
    if not isinstance(node, yaml.MappingNode):
        raise UserError(f"{_place(path, node)}: expected options, such as `units: 64`, received {_described(node)}")
    for key, value in node.value:
        place = _place(path, key)
        if not isinstance(key, yaml.ScalarNode):
            raise UserError(f"{place}: expected the name of an option, received {_described(key)}")
        name = key.value.removeprefix("--").replace("-", "_")
        if name == "settings" and isinstance(value, yaml.MappingNode):  # as a run's own config.yaml has them
            yield from _entries(path, value)
        elif name == "chosen" and isinstance(value, yaml.MappingNode):  # as there, too: other data may want something else
            continue
        elif isinstance(value, yaml.ScalarNode):
            yield Entry(place, name, None if value.tag == _NULL else value.value)
        else:
            raise UserError(f"{place}: {name}: expected one value, received {_described(value)}")


def _place(path: str, node: yaml.Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"


def _described(node: yaml.Node) -> str:
    kinds = {yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}
    return kinds.get(type(node), repr(getattr(node, "value", "")))
