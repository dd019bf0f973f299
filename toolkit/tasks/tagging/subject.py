"""What of a tagger's run an inspection looks at."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.inspection.reading import Reading, observing_states, passages, read_states
from toolkit.inspection.subject import Batch, Subject, named_loops
from toolkit.layers.recurrent.observing import ObservedLoop, observing
from toolkit.tasks.subjects import rows_of
from toolkit.tasks.tagging import marks
from toolkit.tasks.tagging.crf import negative_log_likelihood
from toolkit.tasks.tagging.explanation import explainer_of
from toolkit.tasks.tagging.functions import chain_of
from toolkit.tasks.tagging.measures import MARKS, kind_of_tags
from toolkit.tasks.tagging.vocabulary import Vocabulary
from toolkit.tasks.tagging.words import words_of
from toolkit.training.losses import sparse_cross_entropy


class TaggerSubject(Subject):
    """A tagger, and held-out sentences.

    The likelihood of a conditional random field is one of whole sentences. Where weights leave out words that have a tag, as an inspection
    does that looks at one step alone, the loss is the cross-entropy of the others by what the layers say of each, without the field.

    Args:
        training: The `Tagging` of a finished run.
    """

    kind = "a tagger"

    def __init__(self, training: Any):
        model = training.load_model()
        self.vocabulary, self.tag_names = Vocabulary.of_model(model), list(model.tag_names)
        numbers = {name: number for number, name in enumerate(self.tag_names)}
        texts, tags = (training.run.read_json(path) for path in (training.run.samples, training.run.references))
        self.max_length = training.settings.max_length
        sentences = [self.vocabulary.encode(words_of(text)[: self.max_length]) for text in texts]
        labels = [[numbers.get(tag, -1) for tag in each[: self.max_length]] for each in tags]
        tokens = [each.tokens for each in sentences]
        batches = []
        for rows in rows_of(tokens):
            inputs = {"tokens": padded([tokens[row] for row in rows])}
            if model.character_units:
                inputs["characters"] = np.zeros((*inputs["tokens"].shape, model.word_length), "int32")
                for place, row in enumerate(rows):
                    inputs["characters"][place, : len(tokens[row])] = sentences[row].characters
            right = padded([labels[row] for row in rows])
            weights = ((inputs["tokens"] != 0) & (right >= 0)).astype("float32")
            batches.append(Batch(inputs, np.maximum(right, 0), weights))
        super().__init__(model, batches, self._loss, str(training.run.path))
        self.texts = [
            marks.restored(words_of(text), each) if marks.are_marks(each) else text for text, each in zip(texts, tags, strict=True)
        ]
        self.explain = explainer_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        logits, chain, counts = self.model(batch.inputs, training=False), chain_of(self.model), batch.weights > 0
        if chain is None or not np.array_equal(counts, batch.inputs["tokens"] != 0):
            return tf.reduce_sum(batch.weights * sparse_cross_entropy(batch.labels, logits)) / tf.reduce_sum(batch.weights)
        return tf.reduce_sum(negative_log_likelihood(logits, batch.labels, counts, chain)) / tf.reduce_sum(batch.weights)

    def read_loops(self) -> dict[str, ObservedLoop]:
        """Returns the loops over words, and not that over the characters of each, as they ran on a word; see `Subject`."""
        return loops_over_words(self.model)

    def read(self, texts: Sequence[str], part: str | None = None) -> Reading:
        """Reads texts word by word: each line as a sentence of its own, of a longer one than `max_length` words parts of that length.

        What a step stands for is a word, with a space before it or the line breaks that are there. Where the tags are capitals and
        punctuation, the word has them, though the model reads it without.

        Args:
            texts: The texts.
            part: Part of the states to keep, such as `"h"`; `None` for c where there is one, else h.
        """
        return read_texts(self.model, texts, self.max_length, part)


def read_texts(model: Any, texts: Sequence[str], max_length: int, part: str | None = None) -> Reading:
    """Reads texts with a tagger, as `TaggerSubject.read` does."""
    has_marks = kind_of_tags(model.tag_names) == MARKS
    cut = [list(_lines(text, has_marks)) for text in texts]
    steps = [step for lines in cut for line in lines for step in line]
    numbers = {word: number for number, word in enumerate(dict.fromkeys(word for word, _ in steps), start=1)}  # 0 is padding
    encoded = Vocabulary.of_model(model).encode([*numbers])._asdict()
    inputs = {name: np.concatenate([np.zeros_like(encoded[name][:1]), encoded[name]]) for name in _inputs_of(model)}

    def call(words, state):
        model({name: tf.gather(values, words) for name, values in inputs.items()}, training=False)
        return state

    observe, kept = observing_states(call, part, [tf.TensorSpec([None, None], "int32"), ()]), [*loops_over_words(model)]

    def of_words(words, state):
        states, state = observe(words, state)
        return {name: states[name] for name in kept}, state

    ids = [np.array([numbers[word] for word, _ in line], "int32") for lines in cut for line in lines]
    states = read_states(of_words, passages(ids, max_length), len(steps), chunk=max_length)
    starts = np.cumsum([0, *(sum(map(len, lines)) for lines in cut)])[:-1].tolist()
    return Reading([piece for _, piece in steps], starts, states)


def loops_over_words(model: Any) -> dict[str, ObservedLoop]:
    """Returns the loops of a tagger that read words, as they ran on a sentence of one word, by the names that `named_loops` gives."""
    encoded = Vocabulary.of_model(model).encode(["a"])._asdict()
    with observing() as loops:
        model({name: encoded[name][np.newaxis] for name in _inputs_of(model)}, training=False)
    # Of the characters of a word at least two steps are read.
    return {name: loop for name, loop in named_loops(loops).items() if next(iter(loop.states.values())).shape[1] == 1}


def _inputs_of(model: Any) -> tuple[str, ...]:
    return ("tokens", "characters") if model.character_units else ("tokens",)


def _lines(text: str, has_marks: bool) -> Iterator[list[tuple[str, str]]]:
    """Yields the words of each line that has any, as they are read, each with the part of the text that it stands for."""
    before = ""
    for line in text.split("\n"):
        words = shown = words_of(line)
        if has_marks:
            words, tags = marks.plain(line)
            shown = [marks.restored([word], [tag]) for word, tag in zip(words, tags, strict=True)]
        if words:
            yield [(word, f"{' ' if place else before}{each}") for place, (word, each) in enumerate(zip(words, shown, strict=True))]
            before = ""
        before += "\n"


def subject_of(training: Any) -> TaggerSubject:
    """Returns what of a finished run an inspection looks at."""
    return TaggerSubject(training)
