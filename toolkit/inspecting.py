"""Looking inside from Python and on the command line."""

from typing import Any

from toolkit.arguments import naming_options
from toolkit.cli.options import setting_kinds
from toolkit.inspection.registry import find_inspection, require
from toolkit.values import take


def inspect(subject: Any, what: str, **options: Any) -> Any:
    """Looks inside of a model.

    Args:
        subject: A `Subject`: a Keras model with our layers, and examples. A run has a method `inspect` of its own.
        what: What to look at, such as `"gates"`; `toolkit inspect --help` lists all.
        **options: What the inspection takes.

    Returns:
        A `Finding`: a sentence, numbers, and a page that `save(folder)` writes.

    Raises:
        UserError: There is no such inspection, the model has nothing for it, or an option is not what it should be.
    """
    inspection = find_inspection(what)
    values = take(setting_kinds(inspection), options, f"option of {what}")
    require(subject, inspection)
    with naming_options(values):
        return inspection(**values).of(subject)
