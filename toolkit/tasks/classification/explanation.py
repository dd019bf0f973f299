"""Why a classifier gave a text its label, and where its attention was."""

from collections import defaultdict
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.data.batching.crop import crop
from toolkit.inspection.attribution import MOST_STEPS, Graded, gradient_times_input, integrated_gradients, with_gradient
from toolkit.inspection.explained import INTEGRATED, OCCLUSION, Attended, Attribution, Explained
from toolkit.layers.ngram_logits import NgramLogits
from toolkit.layers.pooling.attention_over_time import AttentionOverTime
from toolkit.layers.recurrent.time_loop import backend
from toolkit.layers.replacing import replaced
from toolkit.models.embedding import embedding_of
from toolkit.models.text_classifier import PARTS, TextClassifier
from toolkit.tasks.classification.probabilities import probabilities_of
from toolkit.tasks.classification.word_occlusion import flips_of, log_ratio
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import check_one_answer, texts_to_explain, two_best
from toolkit.text.unknown_words import word_numbers, word_of_each_piece


class ClassifierExplainer(TextExplainer):
    """Says which tokens of a text a classifier's label hangs on.

    What is explained is the logit of the label minus that of the next best one. Where a linear model of n-grams stands beside the recurrent
    layers, it is a sum, and each part is explained by itself: the recurrent one by gradients with respect to the embedded tokens, from
    vectors of zeros on; the linear one by its own weights, which add up exactly, see `shares_of_tokens`.

    Args:
        training: The `TextClassification` of a finished run, whose model embeds its tokens in one layer.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        model = self.model
        parts = model.parts() if isinstance(model, TextClassifier) else {}
        self.recurrent = parts.get(PARTS[0], model)
        self.scales = np.asarray(model.get_layer("fusion").scales) if parts else np.ones(1)
        self.linear = model.get_layer("ngrams") if PARTS[1] in parts else None
        self.embedding = embedding_of(model)
        vectors = tf.TensorSpec([None, None, self.embedding.output_dim], tf.float32)
        self._graded = with_gradient(self._score, [vectors, tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([2], tf.int32)])

    @property
    def most_read(self) -> int:
        """Tokens that the recurrent layers read of a text, which loses its middle."""
        return _most_read(self.model) or self.predictor.max_length

    def integrated(self, text: str) -> Explained:
        """Explains the label of a text by integrated gradients."""
        ids, labels, probabilities = self._read(text)
        found = self._integrated(ids, labels, MOST_STEPS) if len(ids) else Attribution(INTEGRATED, np.zeros(0), 0.0, 0)
        return self._explained(text, ids, labels, probabilities, [found])

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains the label of a text."""
        ids, labels, probabilities = self._read(item)
        if not len(ids):
            raise InvalidArgument("text", "a text of which the tokenizer makes tokens", item)
        gradient = self._with_linear(gradient_times_input(*self._on_path(ids, labels)), ids, labels)
        found = [gradient, self._integrated(ids, labels, most_steps)]
        pieces = self.predictor.tokenizer.pieces(ids)
        numbers = word_numbers(pieces)
        words, firsts = word_of_each_piece(item, pieces), np.unique(numbers, return_index=True)[1]
        left = [np.delete(ids, place) for place in range(len(ids))] + [ids[numbers != numbers[first]] for first in firsts]
        without = probabilities_of(self.predictor.runner, left, self.predictor.tokens_per_batch)
        score = log_ratio(probabilities[np.newaxis], labels)
        found.append(Attribution(OCCLUSION, score - log_ratio(without[: len(ids)], labels)))
        flips = flips_of([words[first] for first in firsts], without[len(ids) :], self.predictor.label_names, labels[0])
        return [self._explained(item, ids, labels, probabilities, found)._replace(flips=flips)]

    def _read(self, text: str) -> tuple[np.ndarray, tuple[int, int], np.ndarray]:
        """Returns the tokens of a text, its two best labels, and the probabilities of all."""
        ids = crop(self.predictor.tokenizer.encode([text])[0], self.predictor.max_length)
        probabilities = self.predictor.predict([text]).probabilities[0]
        return ids, two_best(probabilities), probabilities

    def _explained(self, text, ids, labels, probabilities, found) -> Explained:
        answer, other = (self.predictor.label_names[label] for label in labels)
        score = float(log_ratio(probabilities[np.newaxis], labels)[0])
        return Explained(text, "", answer, other, score, self.predictor.tokenizer.pieces(ids), found, [])

    def _on_path(self, ids: np.ndarray, labels: tuple[int, int]) -> tuple[Graded, np.ndarray]:
        """Returns the score of the recurrent part as a function of the vectors that it reads, and these."""

        def graded(vectors):
            return self._graded(vectors, np.broadcast_to(ids, (len(vectors), len(ids))), np.array(labels, "int32"))

        return graded, np.asarray(self.embedding(crop(ids, self.most_read)))

    def _score(self, vectors, tokens, labels):
        with replaced(self.embedding, vectors), backend("graph"):
            logits = tf.cast(self.recurrent(tokens, training=False), tf.float32)
        chosen = tf.gather(logits, labels, axis=1)
        return float(self.scales[0]) * (chosen[:, 0] - chosen[:, 1])

    def _integrated(self, ids: np.ndarray, labels: tuple[int, int], most_steps: int) -> Attribution:
        beside = float(self._shares(ids, labels).sum())
        return self._with_linear(integrated_gradients(*self._on_path(ids, labels), most_steps, beside), ids, labels)

    def _with_linear(self, found: Attribution, ids: np.ndarray, labels: tuple[int, int]) -> Attribution:
        """Returns weights for all tokens, of which the recurrent part may have read some, with those of the linear part added."""
        weights = self._shares(ids, labels)
        change = None if found.change is None else found.change + float(weights.sum())
        weights[crop(np.arange(len(ids)), self.most_read)] += found.weights
        return found._replace(weights=weights, change=change)

    def _shares(self, ids: np.ndarray, labels: tuple[int, int]) -> np.ndarray:
        """Returns what each token adds to the score by the linear part, `[tokens]`."""
        if self.linear is None:
            return np.zeros(len(ids))
        shares = shares_of_tokens(self.linear, ids)
        return float(self.scales[1]) * (shares[:, labels[0]] - shares[:, labels[1]])


def _most_read(model: keras.Model) -> int | None:
    return model.max_length if isinstance(model, TextClassifier) else None


def shares_of_tokens(layer: NgramLogits, ids: np.ndarray) -> np.ndarray:
    """Returns what each token adds to the logits of a linear model of n-grams.

    Each token, word or n-gram g that a text has adds r_g W_g / √(Σ_g r_g²), wherever and how often it occurs. All tokens that it is made
    of, at all places, share that equally. So the shares add up to the logits without the bias.

    Args:
        layer: The layer.
        ids: Token ids of a text, `[tokens]`.

    Returns:
        `[tokens, labels]`.
    """
    buckets = np.asarray(layer.buckets_of(np.asarray(ids, "int32")[np.newaxis]))[0].reshape(layer.order, len(ids))
    ends = np.flatnonzero(buckets[0] >= 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    carriers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, token in enumerate(ids):
        carriers[0, int(token)].append(place)
    for before, found in enumerate(buckets):
        for word, end in enumerate(ends):
            if found[end] >= 0:
                carriers[1, int(found[end])] += range(starts[word - before], end + 1)
    tables, squares = ([np.asarray(each, "float64") for each in of_both] for of_both in (layer.tables, layer.squares))
    shares = np.zeros([len(ids), layer.labels])
    for (table, row), places in carriers.items():
        np.add.at(shares, places, tables[table][row] / len(places))
    length = sum(squares[table][row, 0] for table, row in carriers)
    return shares / np.sqrt(max(length, keras.config.epsilon()))


def explainer_of(training: Any) -> ClassifierExplainer | None:
    """Returns what explains the labels of a run; `None` if its model does not embed its tokens in one layer that is known."""
    return None if embedding_of(training.load_model()) is None else ClassifierExplainer(training)


def attention_of(training: Any) -> Any:
    """Returns what says where a classifier looked, `(text, examples, hypothesis) -> list[Attended]`; `None` without attention pooling."""
    model = training.load_model()
    pooling = [layer for layer in model.layers if isinstance(layer, AttentionOverTime)]
    if len(pooling) != 1:
        return None
    sequences = keras.Model(model.input, keras.tree.flatten(pooling[0].input)[0])  # the others are masks

    def attended(text: str | None, examples: int, hypothesis: int) -> list[Attended]:
        check_one_answer(hypothesis)
        predictor, found = training.predictor(), []
        for each in texts_to_explain(training, text, examples):
            ids = crop(predictor.tokenizer.encode([each])[0], _most_read(model) or predictor.max_length)
            with backend("graph"):
                read = sequences(ids[np.newaxis], training=False)
            weights = pooling[0].attention(read, np.ones([1, len(ids), 1], bool))
            label = predictor.predict([each]).labels[0]
            found.append(Attended(each, [label], predictor.tokenizer.pieces(ids), np.asarray(weights)[:, :, 0]))
        return found

    return attended
