"""Which words the label of a text hangs on, by leaving each out: for any classifier, also one that is exported."""

import numpy as np

from toolkit.inspection.explained import OCCLUSION, Attribution, Explained, Flip
from toolkit.tasks.classification.predictor import Predictor
from toolkit.tasks.classification.probabilities import logarithm
from toolkit.tasks.explaining import two_best


def explained_by_words(predictor: Predictor, text: str) -> Explained:
    """Returns what each word of a text adds to its label's score: how much lower the score is without that word.

    Args:
        predictor: What labels texts.
        text: The text; its words are what stands between white space.
    """
    words = text.split()
    others = [" ".join([*words[:place], *words[place + 1 :]]) for place in range(len(words))]
    probabilities = predictor.predict([text, *others]).probabilities
    labels = two_best(probabilities[0])
    scores = log_ratio(probabilities, labels)
    weights = scores[0] - scores[1:]
    names = predictor.label_names
    flips = flips_of(words, probabilities[1:], names, labels[0])
    return Explained(text, "", *(names[label] for label in labels), float(scores[0]), words, [Attribution(OCCLUSION, weights)], flips)


def log_ratio(probabilities: np.ndarray, labels: tuple[int, int]) -> np.ndarray:
    """Returns the logarithm of how much more probable one label is than another, float64 `[rows]`: the difference of their logits."""
    logs = logarithm(probabilities[:, labels].astype("float64"))
    return logs[:, 0] - logs[:, 1]


def flips_of(words: list[str], probabilities: np.ndarray, names: list[str], answer: int) -> list[Flip]:
    """Returns the words without which a text has another label.

    Args:
        words: The words.
        probabilities: Of the text without each of them, `[words, labels]`.
        names: Names of the labels.
        answer: The label of the text.
    """
    labels = probabilities.argmax(-1)
    return [Flip(words[place], place, names[label]) for place, label in enumerate(labels) if label != answer]
