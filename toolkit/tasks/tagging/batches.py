"""Padded batches of words, their characters and their tags, as a `tf.data` pipeline that can begin anywhere."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.batching.packed_tokens import PackedTokens
from toolkit.data.batching.planned_batches import PlannedBatches
from toolkit.tasks.tagging.vocabulary import Vocabulary


class TaggedBatches(PlannedBatches):
    """Holds each different word of a split once, and the sentences as lists of their numbers.

    Args:
        sentences: Words of each sentence.
        tags: Numbers of their tags.
        vocabulary: What numbers the words.
        reads_characters: Whether batches have characters.
        plan: Which sentences go together; made for their lengths.
    """

    def __init__(
        self,
        sentences: Sequence[Sequence[str]],
        tags: Sequence[np.ndarray],
        vocabulary: Vocabulary,
        reads_characters: bool,
        plan: BatchPlan,
    ):
        super().__init__(plan)
        forms: dict[str, int] = {}
        rows = [np.array([forms.setdefault(word, len(forms) + 1) for word in words], np.int32) for words in sentences]
        tokens, characters = vocabulary.encode(list(forms))
        self._forms, self._tags = PackedTokens(rows), PackedTokens(tags)
        self._tokens = tf.constant(np.append(np.zeros(1, np.int32), tokens))  # form 0 is padding
        self._characters = (
            tf.constant(np.concatenate([np.zeros((1, vocabulary.word_length), np.int32), characters])) if reads_characters else None
        )

    def make_batch(self, indices: tf.Tensor, boundary: tf.Tensor) -> tuple[Mapping[str, tf.Tensor], tf.Tensor, tf.Tensor]:
        """Makes a batch.

        Args:
            indices: As in `PlannedBatches`.
            boundary: As in `PlannedBatches`.

        Returns:
            `tokens` int32 `[rows, boundary]` and maybe `characters` int32 `[rows, boundary, word_length]`; tags int32 `[rows, boundary]`;
            and weights float32 `[rows, boundary]`, 0 where there is no word.
        """
        forms, inside = self._forms.pad(indices, boundary)
        tags, _ = self._tags.pad(indices, boundary)
        inputs = {"tokens": tf.gather(self._tokens, forms)}
        if self._characters is not None:
            inputs["characters"] = tf.gather(self._characters, forms)
        return inputs, tags, tf.cast(inside, tf.float32)
