"""The classifier as a graph from raw strings to labels."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from toolkit.export.ragged_tokens import crop, pad
from toolkit.tasks.classification.functions import probability_function
from toolkit.text.graph_tokenizer import GraphTokenizer
from toolkit.text.tokenizer import Tokenizer


class ClassifierModule(tf.Module):
    """What a SavedModel of a classifier holds: tokenizer, padding, model, label names.

    Args:
        model: Classifier from token ids to logits.
        tokenizer: Its tokenizer.
        max_length: Tokens kept of a text; a longer one loses its middle.
        label_names: Names of the labels, in the order of the logits.
    """

    def __init__(self, model: keras.Model, tokenizer: Tokenizer, max_length: int, label_names: Sequence[str]):
        super().__init__()
        self.max_length = max_length
        self.label_names = tf.constant(list(label_names))
        self.tokenizer = GraphTokenizer(tokenizer)
        self._probabilities = probability_function(model, "graph")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])
    def label(self, texts):
        """Labels texts.

        Args:
            texts: UTF-8 strings `[batch]`, of any length.

        Returns:
            `labels`, strings `[batch]`, and `scores`, the probabilities of all labels, float32 `[batch, labels]`.
        """
        scores = self._probabilities(pad(crop(self.tokenizer(texts), self.max_length)))
        return {"labels": tf.gather(self.label_names, tf.argmax(scores, axis=-1)), "scores": scores}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def classify(self, inputs):
        """Labels texts, in the form of TF Serving's Classify API.

        Args:
            inputs: Serialized `tf.Example`s `[batch]`, each with the text as its feature `text`; one without is an empty text.

        Returns:
            `classes`, the names of all labels, strings `[batch, labels]`, and `scores`, their probabilities, float32 `[batch, labels]`.
        """
        examples = tf.io.parse_example(inputs, {"text": tf.io.FixedLenFeature([], tf.string, default_value="")})
        scores = self.label(examples["text"])["scores"]
        return {"classes": tf.broadcast_to(self.label_names, tf.shape(scores)), "scores": scores}
