"""What each part of an input adds to a score, by gradients; for any function of it, and for a layer inside of a model."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from toolkit.inspection.explained import GRADIENT, INTEGRATED, OCCLUSION, Attribution

FIRST_STEPS, MOST_STEPS = 16, 512
GAP = 0.01
"""Share of the score's change that integrated gradients may miss before their steps become smaller."""

PATCHES = 8  # along each side of an image
VALUES_AT_ONCE = 2**20  # numbers of the inputs that go through a model together

Graded = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From inputs `[rows, ..., features]` to the score of each, `[rows]`, and its gradient, of the shape of the inputs."""


def with_gradient(score: Callable[..., tf.Tensor], specs: Sequence[tf.TensorSpec]) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    """Returns a score with its gradient, as one graph.

    Args:
        score: `(inputs, *others) -> scores`: from `[rows, ..., features]` to `[rows]`, where a row does not depend on the others.
        specs: Shapes and types of its arguments.

    Returns:
        `(inputs, *others) -> (scores, gradients)`.
    """

    @tf.function(input_signature=specs, autograph=False)
    def graded(inputs, *others):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            scores = score(inputs, *others)
        return scores, tape.gradient(scores, inputs, unconnected_gradients="zero")

    return graded


def margin(logits: tf.Tensor, answer: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Returns the logit of an answer minus that of another, `[rows]`, of `[rows, classes]`."""
    return tf.gather(logits, answer, axis=1) - tf.gather(logits, other, axis=1)


def gradient_times_input(graded: Graded, inputs: np.ndarray) -> Attribution:
    """Returns the gradient of the score times the input, summed over the features. Of a linear score it is what each part adds.

    Args:
        graded: The score.
        inputs: One input, `[..., features]`.

    Source: Simonyan, Vedaldi & Zisserman 2014, "Deep inside convolutional networks", for the gradient; Denil, Demiraj & de Freitas 2014,
    "Extraction of salient sentences from labelled documents", for its product with the embedded words.
    """
    return Attribution(GRADIENT, _along(graded, inputs, np.ones(1))[1][0])


def integrated_gradients(graded: Graded, inputs: np.ndarray, most_steps: int = MOST_STEPS, beside: float = 0.0) -> Attribution:
    """Returns the gradients along the straight path from zeros to the input, times the input.

        a_i = Σ_f x_if ∫_0^1 ∂F(α x) / ∂x_if dα,        Σ_i a_i = F(x) - F(0)

    The integral is a sum of trapezoids. What each of them misses is known, as the score is known at both of its ends; those that miss most
    are halved until all of them together miss less than `GAP` of the score's change, or there are enough.

    Args:
        graded: The score F.
        inputs: One input x, `[..., features]`.
        most_steps: Trapezoids from which on none is halved any more.
        beside: What else the score that is explained changes by, and is no part of F.

    Source: Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks", equations 1 and 3, and proposition 1, completeness.
    """
    places = np.linspace(0, 1, FIRST_STEPS + 1)
    scores, slopes = _along(graded, inputs, places)
    while True:
        parts = ((slopes[1:] + slopes[:-1]).T / 2 * np.diff(places)).T
        misses = np.abs(parts.reshape(len(parts), -1).sum(1) - np.diff(scores))
        allowed = GAP * abs(scores[-1] - scores[0] + beside)
        coarse = misses > allowed / len(misses)
        if misses.sum() <= allowed or not coarse.any() or len(parts) >= most_steps:
            return Attribution(INTEGRATED, parts.sum(0), float(scores[-1] - scores[0]), len(parts))
        between = ((places[1:] + places[:-1]) / 2)[coarse]
        found = zip((places, scores, slopes), (between, *_along(graded, inputs, between)), strict=True)
        places, scores, slopes = (np.concatenate(pair) for pair in found)
        order = np.argsort(places)
        places, scores, slopes = places[order], scores[order], slopes[order]


def by_gradients(graded: Graded, inputs: np.ndarray, most_steps: int = MOST_STEPS) -> list[Attribution]:
    """Returns both of them for one input, `[..., features]`."""
    return [gradient_times_input(graded, inputs), integrated_gradients(graded, inputs, most_steps)]


def of_pixels(graded: Graded, images: np.ndarray, most_steps: int = MOST_STEPS) -> tuple[float, list[Attribution]]:
    """Returns a score of images, and what each pixel adds to it: by gradients, from black images on, and by patches that are covered.

    A covered patch has the mean colour of its image. What it takes from the score is shared equally by its pixels.

    Args:
        graded: The score.
        images: `[images, height, width, channels]`, from 0 to 255.
        most_steps: As for `integrated_gradients`.

    Source: Zeiler & Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2, for the patches.
    """
    images = images.astype("float32")
    rows, columns = (np.array_split(np.arange(size), min(PATCHES, size)) for size in images.shape[1:3])
    patches = [np.ix_([image], row, column) for image in range(len(images)) for row in rows for column in columns]
    score = float(graded(images[np.newaxis])[0][0])
    weights = np.zeros(images.shape[:3])
    at_once = max(1, VALUES_AT_ONCE // images.size)
    for start in range(0, len(patches), at_once):
        part = patches[start : start + at_once]
        scores = np.asarray(graded(np.stack([_covered(images, patch) for patch in part]))[0], "float64")
        for patch, without in zip(part, scores, strict=True):
            weights[patch] = (score - without) / weights[patch].size
    return score, [*by_gradients(graded, images, most_steps), Attribution(OCCLUSION, weights)]


def _covered(images: np.ndarray, patch: tuple) -> np.ndarray:
    covered = images.copy()
    covered[patch] = images[patch[0].ravel()].mean((1, 2), keepdims=True)
    return covered


def _along(graded: Graded, inputs: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the score at places on the path, `[places]`, and its slope there in the direction of each part, `[places, ...]`."""
    rows = max(1, VALUES_AT_ONCE // max(1, inputs.size))
    scores, slopes = [], []
    for start in range(0, len(places), rows):
        part = places[start : start + rows].reshape(-1, *[1] * inputs.ndim)
        values, gradients = graded((part * inputs).astype("float32"))
        scores.append(np.asarray(values, "float64"))
        slopes.append((np.asarray(gradients, "float64") * inputs).sum(-1))
    return np.concatenate(scores), np.concatenate(slopes)
