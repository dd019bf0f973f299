"""Windows of texts for truncated backpropagation through time, as a `tf.data` pipeline that can begin anywhere."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from toolkit.arguments import check_integer, check_positive_integer
from toolkit.data.batching.prefetching import prefetched
from toolkit.data.running_text.token_file import TokenFile
from toolkit.errors import UserError

_LONG = 16  # windows; a document of so many gets one more, so that its borders may lie anywhere


class WindowBatches:
    """Cuts documents into windows, and lets each row of the batches read on, step by step, where it stopped.

    A document reads `begin, t_1, ..., t_n` and is to predict `t_1, ..., t_n` and, if there is one, `end`. It begins in a window of its own,
    and its last window is padded. The windows stand one after another, and each row reads a run of them: so the state that a row carries
    from a step to the next is the true one. A single long text is cut into as many runs as there are rows.

    Every token is predicted once an epoch. With `shuffle` each epoch has another order of the documents, and other borders of the windows:
    the first window of a document is shortened at random, as far as the padding of its last one allows it.

    With `most_steps` an epoch is a part of that, and the next epoch the next part, until it begins again at the first.

    Args:
        tokens: The split.
        rows: Number of rows of a batch.
        length: Number of steps in a window.
        seed: Of the order and of the borders.
        shuffle: Whether epochs differ; if not, the windows are in the order of the text.
        begin_id: Id that begins what a document reads.
        end_id: Id that a document predicts last; `None` for a text that does not end, such as the beginning of a book.
        most_steps: Batches of an epoch at most; `None` for all of the text.

    Raises:
        ValueError: An argument is out of range.

    Source: Mikolov et al. 2010, "Recurrent neural network based language model", for training with a carried state; Merity, Keskar & Socher
    2018, "Regularizing and optimizing LSTM language models", for borders that differ between epochs.
    """

    def __init__(
        self,
        tokens: TokenFile,
        rows: int,
        length: int,
        *,
        seed: int = 0,
        shuffle: bool = False,
        begin_id: int = 2,
        end_id: int | None = None,
        most_steps: int | None = None,
    ):
        check_positive_integer("rows", rows)
        check_positive_integer("length", length)
        check_integer("seed", seed, 0)
        check_positive_integer("begin_id", begin_id)
        if end_id is not None:
            check_positive_integer("end_id", end_id)
        if most_steps is not None:
            check_positive_integer("most_steps", most_steps)
        self.tokens = tokens
        self.rows = rows
        self.length = length
        self.seed = seed
        self.shuffle = shuffle
        self.begin_id = begin_id
        self.end_id = end_id
        self.most_steps = most_steps
        self._ids = np.asarray(tokens.ids)  # a plain array over the same memory is indexed faster
        self._predicted = tokens.lengths + (end_id is not None)
        windows = -(-self._predicted // length)
        self._windows = windows + (windows >= _LONG) if shuffle else windows

    @property
    def predicted(self) -> int:
        """Number of tokens that the whole text predicts: the sum of the weights of an epoch that is not cut short."""
        return int(self._predicted.sum())

    def steps(self, epoch: int) -> int:
        """Returns the number of batches of an epoch, which is the same for all."""
        return self._all_steps if self.most_steps is None else min(self.most_steps, self._all_steps)

    @property
    def _all_steps(self) -> int:
        return -(-int(self._windows.sum()) // self.rows)

    def _part(self, epoch: int) -> int:
        """Returns the step of the text that an epoch begins with; the last part is as long as the others, and begins before they end."""
        steps = self.steps(epoch)
        parts = -(-self._all_steps // steps) if steps else 1
        return min(epoch % parts * steps, self._all_steps - steps)

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        """Returns the batches of an epoch.

        Args:
            epoch: Number of the epoch.
            start: How many batches to leave out at the beginning; they cost nothing.
            replica: Which of the rows of each batch to take: `replica`, `replica + replicas` and so on.
            replicas: Number of replicas; a divisor of the number of rows.

        Returns:
            A dataset of ((tokens int32 `[rows, length]`, first bool `[rows]`), labels int32 `[rows, length]`, weights float32
            `[rows, length]`). `first` says that the state of a row has to be zero before this window: a document begins here, or the run of
            the row. Weights are 1 where there is something to predict, and 0 in padding and in rows that have come to their end.

        Raises:
            ValueError: An argument is out of range.
        """
        steps = self.steps(epoch)
        if not (0 <= start <= steps and 0 <= replica < replicas) or self.rows % replicas:
            raise ValueError(
                f"`start` must be in [0, {steps}], `replica` in [0, replicas) and `replicas` a divisor of {self.rows} rows. "
                f"Received: start={start}, replica={replica}, replicas={replicas}"
            )
        order, part = self._order(epoch), self._part(epoch)
        rows = np.arange(replica, self.rows, replicas)

        def make_batch(step: tf.Tensor) -> tuple:
            types = (tf.int32, tf.bool, tf.int32, tf.float32)
            arrays = tf.numpy_function(lambda step: self._make_batch(order, rows, part, int(step)), [step], types, stateful=False)
            read, first, labels, weights = arrays
            for array in (read, labels, weights):
                array.set_shape([len(rows), self.length])
            first.set_shape([len(rows)])
            return (read, first), labels, weights

        return prefetched(tf.data.Dataset.range(start, steps).map(make_batch, num_parallel_calls=1, deterministic=True))

    def _order(self, epoch: int) -> "_Order":
        if not self.shuffle:
            documents, shifts = np.arange(len(self._windows)), np.zeros_like(self._windows)
        else:
            random = np.random.default_rng([self.seed, epoch])
            room = self._windows * self.length - self._predicted  # of the padding
            documents = random.permutation(len(self._windows))
            shifts = random.integers(np.minimum(room, self.length - 1), endpoint=True)
        starts = np.cumsum(self.tokens.lengths) - self.tokens.lengths
        return _Order(np.cumsum(self._windows[documents]), starts[documents], self._predicted[documents], shifts[documents])

    def _make_batch(self, order: "_Order", rows: np.ndarray, part: int, step: int) -> tuple[np.ndarray, ...]:
        windows = order.ends[-1] if len(order.ends) else 0
        full, more = divmod(int(windows), self.rows)  # the first `more` rows have one window more than the others
        window = np.minimum(rows * full + np.minimum(rows, more) + part + step, windows - 1)
        live = part + step < full + (rows < more)
        document = np.searchsorted(order.ends, window, side="right")
        number = window - np.where(document > 0, order.ends[document - 1], 0)  # of the window in its document
        begin = number * self.length - order.shifts[document]
        end = np.where(live, np.minimum(begin + self.length, order.predicted[document]), 0)
        position = np.maximum(begin, 0)[:, np.newaxis] + np.arange(self.length)
        inside = position < end[:, np.newaxis]
        read, labels = self._gather(order, document, position)
        first = (number == 0) | (step == 0) | ~live
        return np.where(inside, read, 0), first, np.where(inside, labels, 0), inside.astype(np.float32)

    def _gather(self, order: "_Order", document: np.ndarray, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns what is read and what is predicted at positions of documents; anything at all after their ends."""
        ids = self._ids
        place = order.starts[document][:, np.newaxis] + position
        before = ids[np.clip(place - 1, 0, len(ids) - 1)].astype(np.int32)
        read = np.where(position == 0, np.int32(self.begin_id), before)
        labels = ids[np.minimum(place, len(ids) - 1)].astype(np.int32)
        if self.end_id is not None:
            labels = np.where(position == order.predicted[document][:, np.newaxis] - 1, np.int32(self.end_id), labels)
        return read, labels


@dataclass(frozen=True)
class _Order:
    """The documents of an epoch, in their order.

    Attributes:
        ends: Number of windows up to the end of each document.
        starts: Where its tokens begin.
        predicted: Number of tokens that it predicts.
        shifts: By how much its first window is shortened.
    """

    ends: np.ndarray
    starts: np.ndarray
    predicted: np.ndarray
    shifts: np.ndarray


def check_one_window(name: str, tokens: TokenFile, length: int) -> None:
    """Refuses a training text that does not fill a single window.

    Args:
        name: The data, for the error message.
        tokens: The training split.
        length: Number of steps in a window.

    Raises:
        UserError: All documents together are shorter than that.
    """
    if len(tokens) < length:
        raise UserError(
            f"{name}: expected at least one window of {length} tokens in the train split, received {len(tokens)}; "
            "give more text or a smaller window"
        )
