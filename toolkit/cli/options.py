"""Options from a dataclass of settings."""

import re
from argparse import SUPPRESS, Action, ArgumentTypeError, Namespace
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, NoReturn, get_type_hints

import yaml

from toolkit.arguments import flag, naming_options
from toolkit.cli.option_file import Entry, OptionFile
from toolkit.cli.parser import Parser, spelled
from toolkit.errors import UserError
from toolkit.values import Kind, kind_of, nearest, one_of, truth

NOT_IN_FILES = ("config", "print_config")
_DOCUMENTED = re.compile(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", re.MULTILINE)


class SettingsParser(Parser):
    """A command line whose options are the fields of a dataclass, with `--preset NAME`, `--config FILE` and `--print-config`.

    An option of the command line wins over one of a file, wherever they stand; a file over those before it; and all over the settings that
    they change.

    Args:
        prog: The command, for the help.
        description: What it does.
        recipe: Name of the recipe, which a file may name, too.
        presets: Instances of the dataclass by name; the help shows what the first has, and where others differ.
        names: Fields that are options; `None` for all.
        folder: The option that says where the result is to be, for the usage.
    """

    def __init__(
        self,
        prog: str,
        description: str,
        recipe: str,
        presets: Mapping[str, Any],
        names: Collection[str] | None = None,
        folder: str = "--run-dir",
    ):
        self._fallbacks: dict[str, Any] = {}  # kept from argparse, so that it gives what was given only
        usage = f"{prog} [--preset NAME] [{folder} FOLDER] [--OPTION VALUE ...]"
        super().__init__(prog, description, usage, "An option whose default is nothing takes null for it.")
        self.recipe = recipe
        self.presets = presets
        self._settings_class = type(next(iter(presets.values())))
        kinds = setting_kinds(self._settings_class)
        self._kinds = kinds if names is None else {name: kind for name, kind in kinds.items() if name in names}
        known = [*presets]
        self.add_argument(
            "--preset", type=one_of(known), default=known[0], metavar="NAME", help=f"settings to start from: {', '.join(known)}"
        )
        self.add_argument(
            "--config", action="append", default=[], metavar="FILE", help="YAML file with any of these options; may be repeated"
        )
        self.add_argument("--print-config", action="store_true", help="print the options as such a file, and end")
        self._add_settings()

    def add_argument(self, *names: str, **options: Any) -> Action:
        """Adds an option that is no setting."""
        action = super().add_argument(*map(spelled, names), **options)
        if action.default != SUPPRESS:
            self._fallbacks[action.dest], action.default = action.default, SUPPRESS
        return action

    def parse(self, argv: Sequence[str], base: Callable[[Mapping[str, Any]], Any]) -> tuple[Any, Namespace]:
        """Parses the words of the command line.

        Args:
            argv: The words.
            base: Makes of what was given, by name, the settings that it changes.

        Returns:
            The settings, and the other options.

        Raises:
            UserError: An option is unknown, its value is not what it should be, or a file is not what it should be.
            SystemExit: The help or the options were asked for, and printed.
        """
        said = vars(self.parse_args(argv))
        files = [OptionFile.read(path) for path in said.get("config", [])]
        entries = {entry.name: entry for file in files for entry in self._checked(file)}
        values = {name: self._value(entry) for name, entry in entries.items()} | said
        places = {name: f"{entry.place}: {name}" for name, entry in entries.items() if name not in said}
        if "preset" in said and self._kinds.keys() <= entries.keys():
            raise UserError(f"--preset: expected none with --config {said['config'][-1]}, which gives every setting; leave one of them out")
        given = {name: value for name, value in values.items() if name in self._kinds}
        others = {name: value for name, value in values.items() if name not in self._kinds}
        options = self._fallbacks | others
        with naming_options(self._kinds, **places):
            settings = replace(base(values), **given)
        if options["print_config"]:
            said_of_it = {name: value for name, value in others.items() if name not in NOT_IN_FILES}
            known = {name: value for name, value in asdict(settings).items() if name in self._kinds}
            self._print({"recipe": self.recipe, "preset": options["preset"], **said_of_it, **known})
        return settings, Namespace(**{name: value for name, value in options.items() if name not in NOT_IN_FILES})

    def _checked(self, file: OptionFile) -> list[Entry]:
        if file.recipe is not None and file.recipe.text != self.recipe:
            raise UserError(f"{file.recipe.place}: expected options of the recipe {self.recipe}, received those of {file.recipe.text}")
        known = [name for name in (*self._kinds, *self._fallbacks) if name not in NOT_IN_FILES]
        for entry in file.entries:
            if entry.name not in known:
                near = nearest(entry.name, known)
                raise UserError(f"{entry.place}: unknown option {entry.name}; {f'did you mean {near}?' if near else self.advice}")
        return file.entries

    def _value(self, entry: Entry) -> Any:
        kind, action = self._kinds.get(entry.name), self.option(flag(entry.name))
        try:
            if entry.text is not None:
                return (truth if action.nargs == 0 else action.type or str)(entry.text)
            if kind is not None and kind.nothing:
                return None
            raise ArgumentTypeError("expected a value, received none")
        except (ArgumentTypeError, ValueError) as error:
            raise UserError(f"{entry.place}: {entry.name}: {error}") from error

    def _add_settings(self) -> None:
        for title, texts in described(self._settings_class, self._kinds).items():
            group = self.add_argument_group(title)
            for name, text in texts.items():
                kind, help = self._kinds[name], f"{self._with_flags(text)} ({self._described_defaults(name)})".replace("%", "%%")
                group.add_argument(flag(name), type=kind.read, metavar=kind.metavar, default=SUPPRESS, help=help)

    def _with_flags(self, text: str) -> str:
        """Writes the settings of several words that a docstring speaks of as the options that they are in the help."""
        return " ".join(flag(word) if "_" in word and word in self._kinds else word for word in text.split(" "))

    def _described_defaults(self, name: str) -> str:
        values = {preset: _written(getattr(settings, name)) for preset, settings in self.presets.items()}
        first, *others = values.items()
        different = [f"{preset}: {value}" for preset, value in others if value != first[1]]
        return f"default: {'; '.join([first[1], *different])}"

    def _print(self, values: dict[str, Any]) -> NoReturn:
        print(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), end="")
        self.exit()


def setting_kinds(settings_class: type) -> dict[str, Kind]:
    """Returns how each field of a dataclass of settings is read, by name.

    Raises:
        TypeError: A field cannot be given on a command line.
    """
    annotations = get_type_hints(settings_class)
    return {field.name: kind_of(annotations[field.name]) for field in fields(settings_class)}


def read_words(
    kinds: Mapping[str, Kind], words: Mapping[str, str | None], whose: str, known: Sequence[str] | None = None
) -> dict[str, Any]:
    """Reads the words of a parser whose options mean something only once it is known what they are given to.

    Args:
        kinds: How each option is read.
        words: What was given, by name; `None` for nothing.
        whose: What has these options, such as `"classification"`.
        known: Names of the options that it has; all of `kinds` by default.

    Raises:
        UserError: Another option was given, or a value is not what it should be.
    """
    known, values = [*kinds] if known is None else known, {}
    for name, text in words.items():
        if text is None:
            continue
        if name not in known:
            options = f"one of {', '.join(map(flag, known))}" if known else "none"
            raise UserError(f"{flag(name)}: expected an option of {whose}, {options}; received {text!r}")
        try:
            values[name] = kinds[name].read(text)
        except ArgumentTypeError as error:
            raise UserError(f"{flag(name)}: {error}") from error
    return values


def described(settings_class: type, names: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Returns what docstrings say of the fields of a dataclass: of each class that it is made of, first line → name → text.

    Args:
        settings_class: The dataclass.
        names: Those of the fields that are asked for; `None` for all.
    """
    left = {field.name for field in fields(settings_class) if names is None or field.name in names}
    found = {}
    for owner in settings_class.__mro__:
        texts = {name: " ".join(text.split()) for name, text in _DOCUMENTED.findall(owner.__doc__ or "") if name in left}
        left -= texts.keys()
        if texts:
            found[owner.__doc__.partition("\n")[0].rstrip(".")] = texts
    return {**found, **({"other settings": dict.fromkeys(sorted(left), "")} if left else {})}


def _written(value: Any) -> str:
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
