"""An option that takes some of several names."""

import argparse
from collections.abc import Callable, Collection

SEPARATORS = {",": "commas", ";": "semicolons"}


def some_of(known: Collection[str], what: str = "names", separator: str = ",") -> Callable[[str], list[str]]:
    """Returns what turns the words of such an option into names, as `type=` of an argument.

    Args:
        known: The names.
        what: What they are called in the error.
        separator: What stands between them, of `SEPARATORS`.
    """

    def names(text: str) -> list[str]:
        given = [name.strip() for name in text.split(separator)]
        if any(name not in known for name in given):
            expected = f"{what} of {f'{separator} '.join(known)} with {SEPARATORS[separator]} between"
            raise argparse.ArgumentTypeError(f"expected {expected}, received {text!r}")
        return given

    return names
