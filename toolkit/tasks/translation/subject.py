"""What of a translator's run an inspection looks at."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.batching.token_lists import padded
from toolkit.inspection.subject import Batch, Subject
from toolkit.layers.recurrent.observing import ObservedLoop
from toolkit.tasks.subjects import rows_of, with_mask
from toolkit.tasks.translation.explanation import attention_of, explainer_of
from toolkit.tasks.translation.texts import encode_sources, load_tokenizers
from toolkit.training.losses import SmoothedCrossEntropy


class TranslatorSubject(Subject):
    """A translator that reads held-out sentences, and the true words of their translations.

    Args:
        training: The `Translation` of a finished run.
    """

    kind = "a translator"

    def __init__(self, training: Any):
        self.source_tokenizer, self.target_tokenizer = load_tokenizers(training.run)
        self._nats = SmoothedCrossEntropy(training.settings.label_smoothing)
        texts, translations = (training.run.read_json(path) for path in (training.run.samples, training.run.references))
        longest, begin, end = training.settings.max_length, self.target_tokenizer.begin_id, self.target_tokenizer.end_id
        sources = encode_sources(self.source_tokenizer, texts, longest)
        targets = [[begin, *ids[:longest], end] for ids in self.target_tokenizer.encode(translations)]
        batches = [_batch([sources[row] for row in rows], [targets[row] for row in rows]) for rows in rows_of(sources)]
        super().__init__(training.load_model(), batches, self._loss, str(training.run.path))
        self.explain, self.attend = explainer_of(training), attention_of(training)

    def observed(self, batch: Batch, tape: tf.GradientTape | None = None) -> tuple[tf.Tensor, dict[str, ObservedLoop]]:
        """Runs the model on a batch; see `Subject`."""
        loss, loops = super().observed(batch, tape)
        return loss, with_mask(loops, batch.inputs[1] != 0)

    def _loss(self, batch: Batch) -> tf.Tensor:
        nats = self._nats(tf.convert_to_tensor(batch.labels), self.model(batch.inputs, training=False))
        return tf.reduce_sum(nats * batch.weights) / tf.reduce_sum(batch.weights)


def _batch(sources: list[np.ndarray], targets: list[list[int]]) -> Batch:
    read, follow = padded([ids[:-1] for ids in targets]), padded([ids[1:] for ids in targets])
    return Batch((padded(sources), read), follow, (follow != 0).astype("float32"))


def subject_of(training: Any) -> TranslatorSubject:
    """Returns what of a finished run an inspection looks at."""
    return TranslatorSubject(training)
