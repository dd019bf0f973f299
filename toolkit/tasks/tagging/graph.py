"""The tagger as a graph from raw strings to tags."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from toolkit.export.ragged_tokens import crop
from toolkit.tasks.tagging.functions import tag_function
from toolkit.tasks.tagging.vocabulary import FIRST, UNKNOWN


class TaggerModule(tf.Module):
    """What a SavedModel of a tagger holds: the vocabulary, padding, the model, the names of the tags.

    Args:
        model: A `Tagger`.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        self.word_length, self.reads_characters = model.word_length, model.character_units > 0
        self.tag_names = tf.constant(model.tag_names)
        self.words = _table(model.words, tf.string)
        self.characters = _table([ord(character) for character in model.characters], tf.int32)
        self._tag = tag_function(model, "graph")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])
    def tag(self, texts):
        """Tags the words of texts.

        Args:
            texts: UTF-8 strings `[batch]`, of any length; words are what white space separates.

        Returns:
            `words` and `tags`, strings `[batch, longest]`, empty after the end of a text, and `scores`, the probability of each tag,
            float32 `[batch, longest]`, 0 there. The longest has at least one word.
        """
        words = tf.strings.split(texts)
        longest = tf.reduce_max(tf.concat([words.row_lengths(), [1]], axis=0))
        words = words.to_tensor("", shape=tf.stack([-1, longest]))
        answer = self._tag(self.inputs(words))
        tags = tf.where(words == "", "", tf.gather(self.tag_names, answer["tags"]))
        return {"words": words, "tags": tags, "scores": answer["scores"]}

    def inputs(self, words):
        """Returns what the model reads of words, strings `[batch, time]`, empty after the end of a text."""
        normalized = tf.strings.regex_replace(tf.strings.lower(words, "utf-8"), "[0-9]", "0")
        inputs = {"tokens": tf.where(words == "", 0, self.words.lookup(normalized))}
        if self.reads_characters:
            inputs["characters"] = self._characters(words)
        return inputs

    def _characters(self, words):
        length = self.word_length
        points = crop(tf.strings.unicode_decode(tf.reshape(words, [-1]), "UTF-8"), length)
        numbers = tf.ragged.map_flat_values(self.characters.lookup, points).to_tensor(0, shape=[None, length])
        return tf.reshape(numbers, tf.concat([tf.shape(words), [length]], 0))


def _table(keys: Sequence, dtype: tf.DType) -> tf.lookup.StaticHashTable:
    numbers = tf.range(FIRST, FIRST + len(keys), dtype=tf.int32)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(keys, dtype), numbers), UNKNOWN)
