"""What of a tagger's run an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.inspection.subject import Batch, Subject
from toolkit.tasks.subjects import rows_of
from toolkit.tasks.tagging.crf import negative_log_likelihood
from toolkit.tasks.tagging.explanation import explainer_of
from toolkit.tasks.tagging.functions import chain_of
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
        longest = training.settings.max_length
        sentences = [self.vocabulary.encode(words_of(text)[:longest]) for text in texts]
        labels = [[numbers.get(tag, -1) for tag in each[:longest]] for each in tags]
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
        self.explain = explainer_of(training)

    def _loss(self, batch: Batch) -> tf.Tensor:
        logits, chain, counts = self.model(batch.inputs, training=False), chain_of(self.model), batch.weights > 0
        if chain is None or not np.array_equal(counts, batch.inputs["tokens"] != 0):
            return tf.reduce_sum(batch.weights * sparse_cross_entropy(batch.labels, logits)) / tf.reduce_sum(batch.weights)
        return tf.reduce_sum(negative_log_likelihood(logits, batch.labels, counts, chain)) / tf.reduce_sum(batch.weights)


def subject_of(training: Any) -> TaggerSubject:
    """Returns what of a finished run an inspection looks at."""
    return TaggerSubject(training)
