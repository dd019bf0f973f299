"""Options from a dataclass of settings."""

import contextlib
import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

from jsonargparse import ActionConfigFile, ArgumentError, ArgumentParser, Namespace

from toolkit.errors import UserError


class SettingsParser:
    """A command line whose options are the fields of a dataclass, with `--config FILE.yaml` and `--print_config`.

    Args:
        prog: The command, for the help.
        description: What it does.
        defaults: Instance of the dataclass; its values are the defaults.
    """

    def __init__(self, prog: str, description: str, defaults: Any):
        self.defaults = defaults
        self.parser = ArgumentParser(prog=prog, description=description, exit_on_error=False, allow_abbrev=False)
        self.parser.add_argument("--config", action=ActionConfigFile, help="YAML file with any of these options")
        self.parser.add_class_arguments(type(defaults), as_group=True)
        self._other: list[str] = []
        self.parser.set_defaults({field.name: getattr(defaults, field.name) for field in fields(defaults)})

    def add_argument(self, *names: str, **options: Any) -> None:
        """Adds an option that is no setting."""
        self._other.append(names[0].lstrip("-"))
        self.parser.add_argument(*names, **options)

    def parse(self, argv: Sequence[str]) -> tuple[Any, Namespace]:
        """Parses the words of the command line; `--run-dir` and `--run_dir` are the same.

        Returns:
            The settings, and the other options.

        Raises:
            UserError: An option is unknown, or its value is not what it should be.
        """
        argv = [re.sub(r"^--[\w-]+", lambda option: "--" + option[0][2:].replace("-", "_"), word) for word in argv]
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                options = self.parser.parse_args(argv)
        except (ArgumentError, TypeError, ValueError) as error:
            raise UserError(self._explain(error, argv)) from error
        names = {field.name for field in fields(self.defaults)}
        values = options.as_dict()
        settings = type(self.defaults)(**{name: value for name, value in values.items() if name in names})
        return settings, Namespace(**{name: value for name, value in values.items() if name not in names})

    def _explain(self, error: Exception, argv: Sequence[str]) -> str:
        known = sorted(field.name for field in fields(self.defaults)) + self._other
        reason = " ".join(str(error).split())
        options = [word.partition("=")[0] for word in argv if word.startswith("--")]
        unknown = [option for option in options if option[2:] not in (*known, "config", "print_config")]
        if unknown:
            near = difflib.get_close_matches(unknown[0][2:], known, n=1)
            advice = f"did you mean --{near[0]}? " if near else ""
            return f"unknown option {unknown[0]}; {advice}known options: {', '.join(known)}"
        files = [word for option, word in pairwise(argv) if option == "--config"] + [
            word[9:] for word in argv if word.startswith("--config=")
        ]
        return f"{files[-1]}: {reason}" if files and "onfig" in reason else reason
