"""An option of a command that is no setting. No TensorFlow here: `--help` reads this file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from toolkit.values import kind_of


@dataclass(frozen=True)
class Option:
    """An option of a kind of task.

    Attributes:
        type: What it is in Python: `bool`, `int`, `float` or `str`.
        help: What it says.
        words: What `argparse` is told besides, where a word of the command line is something else than the value.
    """

    type: type
    help: str
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def described(self) -> dict[str, Any]:
        """The option as `argparse` wants it described."""
        if self.type is bool and not self.words:
            return {"action": "store_true", "help": self.help}
        return {"type": self.type, "metavar": kind_of(self.type).metavar, "help": self.help, **self.words}

    def take(self, value: Any) -> Any:
        """Checks a value from Python, where `None` is as good as not given.

        Raises:
            ArgumentTypeError: It is not what it should be.
        """
        if value is None:
            return None
        kind = kind_of(self.type)
        if self.words.get("action") == "append":
            return [kind.take(each) for each in (value if isinstance(value, (list, tuple)) else [value])]
        return kind.take(value)
