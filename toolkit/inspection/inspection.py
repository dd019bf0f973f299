"""What an inspection is. No TensorFlow here nor in the modules of inspections: the command line reads their options."""

import abc
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from toolkit.inspection.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Inspection(abc.ABC):
    """One way to look inside. A subclass is a dataclass whose fields are its options, and whose docstring is their help.

    Attributes of the class:
        name: What it is called, such as `"gates"`.
        needs: The attribute of a subject that it needs; a subject without it has nothing to look at.
        reads_run: Whether what it looks at is a `TrainingRun`, what is written in its folder, and no model.
    """

    name: ClassVar[str]
    needs: ClassVar[str] = "batches"
    reads_run: ClassVar[bool] = False

    @abc.abstractmethod
    def of(self, subject: Any) -> Finding:
        """Looks.

        Args:
            subject: What at, a `Subject`.

        Raises:
            UserError: There is nothing to see, and why.
        """


def real_steps(loop: Any, values: Any) -> np.ndarray:
    """Returns what stands at the steps that were read, `[steps, units]`.

    Args:
        loop: The `ObservedLoop`.
        values: Some of its values, `[batch, time, units]`.
    """
    values = np.asarray(values)
    return values.reshape(-1, values.shape[-1]) if loop.mask is None else values[np.asarray(loop.mask)]
