"""Labels that a model knows, and others."""

from collections.abc import Iterable, Sequence

from toolkit.data.labeled_texts.labels import sort_labels
from toolkit.errors import UserError

_SHOWN = 10


def check_labels(name: str, labels: Iterable[str], label_names: Sequence[str]) -> None:
    """Refuses labels that a model cannot give.

    Args:
        name: What messages call the data.
        labels: Their labels.
        label_names: Those of the model.

    Raises:
        UserError: There is one that it cannot give.
    """
    if unknown := sort_labels({*labels} - {*label_names}):
        known = ", ".join(label_names[:_SHOWN]) + (", ..." if len(label_names) > _SHOWN else "")
        raise UserError(f'{name}: expected the labels of training, {known}, found "{unknown[0]}"; correct or remove it')
