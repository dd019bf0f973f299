"""The one parser of the command line: options and other words in any order, either spelling, a mistake in one line."""

import argparse
import functools
import re
from collections.abc import Sequence
from typing import NoReturn

from toolkit.errors import UserError
from toolkit.values import nearest, number, whole_number

_OPTION = re.compile(r"--?[A-Za-z][\w-]*(=|$)")


class Parser(argparse.ArgumentParser):
    """A command's words.

    Options stand anywhere, as `--option VALUE` or `--option=VALUE`, with dashes or underscores in their names. The word after an option
    that takes a value is its value, also if it begins with a dash, unless it is another option. Behind `--` no word is an option.

    Args:
        prog: The command, such as `"toolkit predict"`.
        description: What it does.
        usage: Its words; argparse's if not given.
        epilog: What stands below the options in the help.
    """

    def __init__(self, prog: str, description: str, usage: str | None = None, epilog: str | None = None):
        formatter = functools.partial(argparse.HelpFormatter, max_help_position=32)
        super().__init__(prog, description=description, usage=usage, epilog=epilog, allow_abbrev=False, formatter_class=formatter)
        self.register("type", int, whole_number)
        self.register("type", float, number)

    def parse_args(self, argv: Sequence[str], namespace: argparse.Namespace | None = None) -> argparse.Namespace:
        """Parses the words of a command.

        Raises:
            UserError: An option is unknown, its value is not what it should be, or a word is missing or too many.
            SystemExit: The help was asked for, and printed.
        """
        return super().parse_args(self._arranged(argv), namespace)

    def error(self, message: str) -> NoReturn:
        """Refuses the words.

        Raises:
            UserError: Always.
        """
        missing = message.removeprefix("the following arguments are required: ")
        if missing != message:
            message = f"expected {missing}; {self.advice}"
        surplus = message.removeprefix("unrecognized arguments: ").removeprefix("-- ")
        if surplus != message:
            message = f"expected no further word, received {surplus}; {self.advice}"
        raise UserError(message.removeprefix("argument "))

    @property
    def advice(self) -> str:
        """Where to read what the command takes."""
        return f"`{self.prog} --help` says more"

    @property
    def names(self) -> list[str]:
        """The options, as they are written."""
        return [name for name in self._option_string_actions if name.startswith("--")]

    def option(self, name: str) -> argparse.Action | None:
        """Returns what is known of an option, in whichever spelling."""
        return self._option_string_actions.get(spelled(name))

    def _arranged(self, argv: Sequence[str]) -> list[str]:
        """Puts options with their values first, and the other words behind `--`, where argparse takes them as they are."""
        options, others, left = [], [], [*argv]
        while left:
            word = left.pop(0)
            if word == "--":
                others += left
                break
            if _OPTION.match(word):
                options.append(self._with_value(word, left))
            else:
                others.append(word)
        return [*options, "--", *others] if others else options

    def _with_value(self, word: str, left: list[str]) -> str:
        name, equals, value = word.partition("=")
        name, action = spelled(name), self.option(name)
        if action is None:
            raise UserError(self._unknown(name))
        if action.nargs == 0:
            if equals:
                raise UserError(f"{name}: expected no value, received {value!r}")
            return name
        if equals:
            return f"{name}={value}"
        if left and left[0] != "--" and self.option(left[0].partition("=")[0]) is None:
            return f"{name}={left.pop(0)}"
        if action.nargs == "?":
            return name
        other = f", received the option {left[0]}" if left and left[0] != "--" else ""
        raise UserError(f"{name}: expected a value{other}")

    def _unknown(self, name: str) -> str:
        near = nearest(name.lstrip("-"), [known.lstrip("-") for known in self.names])
        advice = f"did you mean --{near}?" if near else self.advice
        takes_texts = any(action.nargs == "*" for action in self._actions)
        return f"unknown option {name}; {advice}" + ("; a text that begins with a dash goes behind `--`" if takes_texts else "")


def spelled(name: str) -> str:
    """Returns an option as help and messages write it, with dashes only."""
    return name.replace("_", "-")
