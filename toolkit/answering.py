"""What Python calls: a run or an export that answers items."""

import abc
import argparse
import contextlib
from collections.abc import Mapping
from typing import Any

from toolkit.arguments import check_positive_integer, naming_options
from toolkit.tasks.answers import Answers
from toolkit.tasks.prediction import Prediction
from toolkit.tasks.records import Answer
from toolkit.tasks.task import Task


class Answering(abc.ABC):
    """A trained model that answers items: texts, or whatever its kind of task reads.

    Args:
        task: The kind of task.
    """

    def __init__(self, task: Task):
        self.prediction: Prediction = task.part("prediction")()

    @abc.abstractmethod
    def answerer(self, options: argparse.Namespace) -> Any:
        """Returns what gives answers, with these options.

        Raises:
            UserError: The run is not finished, or an option does not fit it or an export.
        """

    def precision(self) -> contextlib.AbstractContextManager:
        """Returns a context in which answers are to be made."""
        return contextlib.nullcontext()

    def predict(self, items: Any = (), batch_size: int | None = None, **options: Any) -> Answers | Answer:
        """Answers items, such as texts.

        Args:
            items: Any number of them: a list, a generator, a pandas Series, an array of strings. A string alone is one item. None, where an
                option says what is asked.
            batch_size: Items answered at once; `None` for what the kind of task does.
            **options: Those of `toolkit predict` for this kind of task, with underscores in their names, such as `beam_width=5`.

        Returns:
            A list of the answers, each a dict. For a string alone its answer, without a list around it; the list, if it has several.

        Raises:
            UserError: An option is unknown or out of range, or there is something else among the items.
        """
        single = isinstance(items, self.prediction.item[0])
        items = self.prediction.checked([items] if single else items)
        chosen = self._chosen(items, batch_size, options)
        items = chosen.texts
        answerer = self.answerer(chosen)
        size = (batch_size or self.prediction.batch_size) * self.prediction.batches_together(chosen)
        batches = (items[start : start + size] for start in range(0, len(items), size))
        with self.precision():
            answers = Answers(self.prediction.answers(answerer, batches, chosen), self.prediction.columns(answerer, chosen))
        return answers[0] if single and len(answers) == 1 else answers

    def __call__(self, items: Any = (), **options: Any) -> Answers | Answer:
        """Answers items, as `predict` does."""
        return self.predict(items, **options)

    def _chosen(self, items: list[Any], batch_size: int | None, options: dict[str, Any]) -> argparse.Namespace:
        """Returns the options as a command line has them."""
        chosen = self.options(batch_size, options)
        vars(chosen).update(texts=items)
        self.prediction.prepare(chosen)
        return chosen

    def options(self, batch_size: int | None, given: Mapping[str, Any]) -> argparse.Namespace:
        """Returns options from Python as a command line has them.

        Args:
            batch_size: Items answered at once; `None` for what the kind of task does.
            given: The options of the kind of task, by name.

        Raises:
            UserError: An option is unknown or out of range.
        """
        chosen = self.prediction.chosen(given)
        if batch_size is not None:
            with naming_options(("batch_size",)):
                check_positive_integer("batch_size", batch_size)
        vars(chosen).update(
            texts=[], input="-", output="-", format="jsonl", text_column=None, skip_bad=False, batch_size=batch_size, first=1
        )
        return chosen
