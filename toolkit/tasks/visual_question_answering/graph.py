"""A model that answers questions about images, as a graph from files and questions to answers."""

import keras
import tensorflow as tf

from toolkit.data.images.graph_decoding import decode_images
from toolkit.tasks.visual_question_answering.functions import answer_function
from toolkit.text.words import BETWEEN, FIRST, UNKNOWN

IMAGES = tf.TensorSpec([None], tf.string, name="images")
QUESTIONS = tf.TensorSpec([None], tf.string, name="questions")


class AnswererModule(tf.Module):
    """What a SavedModel of a model holds: the decoding of images, the words, the model, the names of the answers.

    Args:
        model: A `VisualAnswerer`.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        self.image_size = model.image_size
        self.names = tf.constant(model.answers)
        numbers = tf.range(FIRST, FIRST + len(model.words), dtype=tf.int32)
        self.words = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(model.words), numbers), UNKNOWN)
        self._answer = answer_function(model, "graph")

    @tf.function(input_signature=[IMAGES, QUESTIONS])
    def answer(self, images, questions):
        """Answers questions.

        Args:
            images: PNG or JPEG files, strings `[batch]`.
            questions: A question about each, UTF-8 strings `[batch]`.

        Returns:
            `answers`, strings `[batch]`; `scores`, the probability of each, float32 `[batch]`; `probabilities` of all answers, float32
            `[batch, answers]`; and `attention`, float32 `[batch, hops, places]`.
        """
        answer = self._answer(decode_images(images, self.image_size), self.tokens_of(questions))
        best = tf.argmax(answer["probabilities"], -1)
        return {"answers": tf.gather(self.names, best), "scores": tf.reduce_max(answer["probabilities"], -1), **answer}

    @tf.function(input_signature=[IMAGES])
    def pixels(self, images):
        """Returns what the model sees of files: `pixels`, RGB from 0 to 255, float32 `[batch, image_size, image_size, 3]`."""
        return {"pixels": decode_images(images, self.image_size)}

    def tokens_of(self, questions):
        """Returns the numbers of the words of questions, int32 `[batch, longest]`, 0 after the end of each."""
        spaced = tf.strings.regex_replace(tf.strings.lower(questions, "utf-8"), BETWEEN, " ")
        words = tf.strings.split(spaced)
        longest = tf.reduce_max(tf.concat([words.row_lengths(), [1]], axis=0))
        return tf.ragged.map_flat_values(self.words.lookup, words).to_tensor(0, shape=tf.stack([-1, longest]))
