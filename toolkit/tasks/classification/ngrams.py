"""The linear model of words and n-grams beside the recurrent layers, fitted by logistic regression.

Tokens may share what their letters say: besides a feature of its own, a token has those of its spelling in lower case and of the sequences
of two to five characters in it. As all of them are added up, they end in one row for each token, and cost nothing where texts are labeled.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter, matmul
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from scipy.sparse import csr_matrix, diags, hstack, vstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from toolkit.data.batching.token_lists import by_length, padded
from toolkit.layers.ngram_logits import NgramLogits
from toolkit.tasks.classification.fusion import LabeledTokens, best_scales
from toolkit.tasks.classification.spelling import spelling_of
from toolkit.tasks.classification.word_vectors import topic_vectors

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Inverse regularization strengths that the held-out texts choose from."""

CHARACTERS = range(2, 6)
OF_LETTERS, OF_TOKENS = 0.5, 0.25
"""How long what is known of the tokens is beside the words: of tokens that share what their letters say, and of those that do not."""
MOST_VALUES = 4e7  # features of all texts, times labels: what a minute or so is enough for
MANY = 2_000_000  # tokens, those of each text counted once, from which on texts tell what a word says, and its letters do not
LEAST_ITERATIONS, MOST_ITERATIONS, WORK = 40, 100, 2e8
"""Steps of a fit, at least and at most, and about how many weights all of them may change; the first steps find nearly all."""

MOST_FOR_BOTH = 4_000_000  # n-grams times labels, up to which there is time to try both that letters say something and that they do not
NEVER = 20.0  # nats

TOPICS, SHARE = 100, 0.5
"""Size of the vectors by texts, and the length of each kind beside that of all n-grams of a text, which is 1."""


class Features(NamedTuple):
    """What texts have.

    Attributes:
        tokens: 1 where a text has a token, `[texts, tokens]`.
        ngrams: 1 where it has a word or an n-gram of words in a bucket, `[texts, buckets]`.
    """

    tokens: csr_matrix
    ngrams: csr_matrix


class Parts(NamedTuple):
    """What texts to train on have, what held-out ones have, and what all have that tell how rare it is."""

    found: Features
    others: Features
    everything: Features


class Fit(NamedTuple):
    """A linear model: how unlikely held-out labels are with it, and the weights of the layer but `spelling`."""

    nats: float
    weights: list[np.ndarray]


class PlainTexts(NamedTuple):
    """Texts without labels.

    Attributes:
        tokens: Token ids of each text.
        contexts: Vectors of tokens by their contexts, `[tokens, dim]`.
    """

    tokens: Sequence[np.ndarray]
    contexts: np.ndarray


def fit_ngrams(
    layer: NgramLogits, pieces: Sequence[str], train: LabeledTokens, held_out: LabeledTokens, plain: PlainTexts | None = None
) -> None:
    """Finds the weights of the linear model: a logistic regression on the presence of n-grams, weighted by how rare they are.

    Args:
        layer: The built layer, whose weights are changed.
        pieces: How each token is written.
        train: What it learns from. Labels that do not occur there are never given; if there is one only, nothing is learned.
        held_out: What chooses the regularization, and whether tokens share what their characters say: of many texts, those that are spelled
            alike are better kept apart, and words say nearly all. With very many weights there is time for one of both.
        plain: Texts without labels, which tell how rare n-grams are, and which tokens are like each other: these share what the labels
            say of them.
    """
    if len(np.unique(train.labels)) < 2:
        return
    layer.spelling.assign(spelling_of(pieces))
    found, others = (features_of(texts.tokens, layer) for texts in (train, held_out))
    everything = Features(*map(vstack, zip(found, features_of(plain.tokens, layer), strict=True))) if plain else found
    spellings, most = [piece.lower() for piece in pieces], int(MOST_VALUES / layer.labels)
    ways = [] if found.tokens.nnz >= MANY and not plain else [(most, OF_LETTERS)]
    ways += [] if plain or (ways and layer.buckets * layer.labels > MOST_FOR_BOTH) else [(0, OF_TOKENS)]
    spelled = [length * _spelled(spellings, everything.tokens, values) for values, length in ways]
    fits = [_fitted(each, Parts(found, others, everything), train, held_out, layer.labels, plain) for each in spelled]
    layer.set_weights([*min(fits, key=attrgetter("nats")).weights, layer.spelling])


def logits_of(layer: NgramLogits, token_lists: Sequence[np.ndarray]) -> np.ndarray:
    """Returns what a layer says of texts, as its call does, `[texts, labels]`."""
    found = features_of(token_lists, layer)
    sums, squares = (sum(map(matmul, found, map(np.asarray, tables))) for tables in (layer.tables, layer.squares))
    return sums / np.sqrt(np.maximum(squares, keras.config.epsilon())) + np.asarray(layer.bias)


def _vectors(contexts: np.ndarray, found: Features, squares: Sequence[np.ndarray]) -> np.ndarray:
    """Returns vectors of tokens by their contexts and by their texts, `[tokens, dim]`, times how rare the tokens are.

    The mean of those by contexts is none, so that long texts have none either; the sum of a text's vectors has length `SHARE` on average.
    """
    rarity = _rarity(found.tokens)
    weighted = found.tokens @ diags(rarity)
    lengths = np.sqrt(np.maximum(weighted.multiply(weighted).sum(axis=1), keras.config.epsilon()))
    mass = np.asarray(weighted.sum(axis=0)).ravel()
    topics = topic_vectors(csr_matrix(diags(1 / np.ravel(lengths)) @ weighted), TOPICS)
    whole = np.sqrt(np.maximum(sum(each @ square for each, square in zip(found, squares, strict=True)), keras.config.epsilon()))
    blocks = []
    for vectors in (contexts - mass @ contexts / mass.sum(), topics):
        vectors = rarity[:, np.newaxis] * vectors
        sums = found.tokens @ vectors / whole
        blocks.append(SHARE / np.sqrt(max((sums**2).sum(axis=1).mean(), keras.config.epsilon())) * vectors)
    return np.concatenate(blocks, axis=1)


def features_of(token_lists: Sequence[np.ndarray], layer: NgramLogits) -> Features:
    """Returns which tokens, words and n-grams of a layer each text has."""
    rows, columns, buckets_of = [], [], tf.function(layer.buckets_of, [tf.TensorSpec((None, None), tf.int32)])
    for batch in by_length([len(ids) for ids in token_lists]):
        buckets = np.asarray(buckets_of(padded([token_lists[row] for row in batch])))
        places = np.nonzero(buckets >= 0)
        rows.append(np.asarray(batch)[places[0]])
        columns.append(buckets[places])
    numbers = np.repeat(np.arange(len(token_lists)), [len(ids) for ids in token_lists])
    tokens = _presence([numbers], token_lists, (len(token_lists), layer.vocabulary_size))
    return Features(tokens, _presence(rows, columns, (len(token_lists), layer.buckets)))


def _presence(rows: Sequence[np.ndarray], columns: Sequence[np.ndarray], shape: tuple[int, int]) -> csr_matrix:
    rows, columns = (np.concatenate([np.empty(0, np.int64), *each]) for each in (rows, columns))
    matrix = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape)
    matrix.data[:] = 1  # what occurs twice has been added up
    return matrix


def _spelled(spellings: Sequence[str], tokens: csr_matrix, most: int) -> csr_matrix:
    """Returns which features each token has, `[tokens, features]`: itself, its spelling, and, from the rarest on, its characters.

    A frequent token needs no help, and as many texts have it, its characters would be many values.
    """
    features: dict[str | int, int] = defaultdict(lambda: len(features))
    counts = np.asarray(tokens.sum(axis=0)).ravel()
    rows, columns, values = [], [], 2 * counts.sum()
    for token in np.argsort(counts, kind="stable"):
        names = [int(token), spellings[token]]
        values += counts[token] * len(characters := [*_characters(spellings[token])])
        names += characters if values < most else []
        columns += [features[name] for name in names]
        rows += [token] * len(names)
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), (len(spellings), len(features)))
    matrix.data[:] = 1
    return matrix


def _characters(spelling: str) -> Iterator[str]:
    return (f"…{spelling[start : start + n]}" for n in CHARACTERS for start in range(len(spelling) - n + 1))


def _rarity(found: csr_matrix) -> np.ndarray:
    """Returns a weight for each feature, `1 + log((1 + texts) / (1 + texts that have it))`; 0 for what no text has."""
    counts = found.getnnz(axis=0)
    return np.where(counts > 0, 1 + np.log((1 + found.shape[0]) / (1 + counts)), 0)


def _inputs(found: Features, scaled: Sequence[csr_matrix], squares: Sequence[np.ndarray]) -> csr_matrix:
    """Returns the weighted features of texts, each divided by the length that the layer divides by."""
    lengths = sum(each @ square for each, square in zip(found, squares, strict=True))
    weighted = hstack([each @ scale for each, scale in zip(found, scaled, strict=True)], "csr")
    return diags(1 / np.sqrt(np.maximum(lengths.ravel(), keras.config.epsilon()))) @ weighted


def _fitted(spelled: csr_matrix, parts: Parts, train: LabeledTokens, held_out: LabeledTokens, labels: int, plain: PlainTexts | None) -> Fit:
    """Returns the weights of the layer for features of tokens, `[tokens, features]`."""
    weights = [_rarity(parts.everything.tokens @ spelled), _rarity(parts.everything.ngrams)]
    scaled = [spelled @ diags(weights[0]), diags(weights[1]).tocsr()]
    squares = [np.asarray(each.multiply(each).sum(axis=1)) for each in scaled]
    if plain:
        scaled[0] = hstack([scaled[0], _vectors(plain.contexts, parts.everything, squares)], "csr")
    inputs, others = (_inputs(each, scaled, squares) for each in (parts.found, parts.others))
    kernel, bias, least = _regression(inputs, others, train, held_out, labels)
    kernels = np.split(kernel, [scaled[0].shape[1]])
    tables = [scale @ each for scale, each in zip(scaled, kernels, strict=True)]
    return Fit(least, [*tables, *squares, bias])


def _regression(
    inputs: csr_matrix, others: csr_matrix, train: LabeledTokens, held_out: LabeledTokens, labels: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Returns the kernel, the bias and nats; from the strongest regularization on, as long as the held-out labels become more likely.

    That is, with the scale that the fusion would give them: strong regularization makes for small logits, which says nothing of the rest.
    """
    whole = np.zeros((inputs.shape[1], labels))
    seen = np.flatnonzero(inputs.getnnz(axis=0))  # a feature that no text has keeps a weight of 0, and most buckets of a small set are such
    inputs, others = (each[:, seen].astype(np.float32) for each in (inputs, others))  # half the time, and precise enough
    iterations = int(np.clip(WORK / (inputs.shape[1] * labels), LEAST_ITERATIONS, MOST_ITERATIONS))
    model = LogisticRegression(warm_start=True, max_iter=iterations, tol=1e-5)
    best, least = None, np.inf
    for strength in STRENGTHS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter, and the held-out texts choose
            model.set_params(C=strength).fit(inputs, train.labels, train.weights)
        kernel, bias = _weights(model, labels)
        if (likely := best_scales([others @ kernel + bias], held_out).fun) >= least:
            break
        best, least = (kernel, bias), likely
    whole[seen], bias = best
    return whole, bias, least


def _weights(model: LogisticRegression, labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the kernel `[features, labels]` and the bias of logits; the bias of labels that were not seen lets them never be given."""
    kernel, bias = model.coef_, model.intercept_
    if len(kernel) == 1:  # of the second of two labels
        kernel, bias = np.concatenate([-kernel, kernel]) / 2, np.concatenate([-bias, bias]) / 2
    all_kernel, all_bias = np.zeros((kernel.shape[1], labels)), np.full(labels, bias.min() - NEVER)
    all_kernel[:, model.classes_], all_bias[model.classes_] = kernel.T, bias
    return all_kernel, all_bias
