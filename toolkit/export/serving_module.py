"""The classifier as a graph from raw strings to labels."""

from pathlib import Path

import keras
import tensorflow as tf

from toolkit.evaluation.prediction import probability_function
from toolkit.text.graph_tokenizer import GraphTokenizer
from toolkit.text.tokenizer import Tokenizer


class ServingModule(tf.Module):
    """What a SavedModel of a classifier holds: tokenizer, padding, model, label names.

    Args:
        model: Classifier from token ids to logits, with `label_names`.
        tokenizer: Its tokenizer.
        max_length: Tokens kept of a text; a longer one loses its middle.
        labels_file: JSON file of the label names, stored as an asset.
    """

    def __init__(self, model: keras.Model, tokenizer: Tokenizer, max_length: int, labels_file: Path):
        super().__init__()
        self.max_length = max_length
        self.label_names = tf.constant(model.label_names)
        self.labels_file = tf.saved_model.Asset(str(labels_file))
        self.tokenizer = GraphTokenizer(tokenizer)
        # A SavedModel keeps what is reachable from its root, so the variables have to be.
        self.model_variables = [variable.value for variable in model.variables]
        self._probabilities = probability_function(model, "graph")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])
    def classify(self, texts):
        """Labels texts.

        Args:
            texts: UTF-8 strings `[batch]`, of any length.

        Returns:
            `labels`, strings `[batch]`, and `scores`, the probabilities of all labels, float32 `[batch, labels]`.
        """
        scores = self._probabilities(pad(crop(self.tokenizer(texts), self.max_length)))
        return {"labels": tf.gather(self.label_names, tf.argmax(scores, axis=-1)), "scores": scores}


def crop(tokens: tf.RaggedTensor, max_length: int) -> tf.RaggedTensor:
    """Drops the middle of texts that are too long, as `toolkit.data.crop` does outside of the graph."""
    head = max_length // 2
    position = tf.ragged.range(tokens.row_lengths())
    from_end = tf.cast(tf.expand_dims(tokens.row_lengths(), 1), position.dtype) - position
    return tf.ragged.boolean_mask(tokens, tf.logical_or(position < head, from_end <= max_length - head))


def pad(tokens: tf.RaggedTensor) -> tf.Tensor:
    """Returns `[batch, longest]`, 0 after the end of a text, at least one step long: a batch of empty texts has none of its own."""
    longest = tf.reduce_max(tf.concat([tokens.row_lengths(), [1]], axis=0))
    return tokens.to_tensor(shape=tf.stack([-1, longest]))
