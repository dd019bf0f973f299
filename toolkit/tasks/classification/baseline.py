"""What a classifier has to beat: the most frequent label, and tf-idf with a logistic regression, trained on the same texts."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from toolkit.data.labeled_texts.corpus import Split

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Inverse regularization strengths that the validation texts choose from."""

MANY = 1000  # texts, from which on what occurs in one only is left out

_WORD = re.compile(r"\b\w\w+\b")  # scikit-learn's
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # Thai to Chinese


@dataclass(frozen=True)
class Baseline:
    """How many held-out texts get the right label without a recurrent network.

    Attributes:
        majority: Share that has the label that is most frequent in training.
        linear: Share that tf-idf and logistic regression are right about.
    """

    majority: float
    linear: float

    def as_dict(self) -> dict[str, Any]:
        """Returns plain numbers."""
        return asdict(self)

    def beside(self, accuracy: float) -> str:
        """Returns lines that set a model's accuracy beside these."""
        told = f"baseline: tf-idf and logistic regression {self.linear:.2%}, the most frequent label {self.majority:.2%}"
        if accuracy > max(self.linear, self.majority):
            return told
        return f"{told}\nthe model is no better than that: try more --epochs, --preset full, or more texts"

    @classmethod
    def of(cls, train: Split, validation: Split, test: Split) -> "Baseline":
        """Trains both.

        Args:
            train: What they are trained on.
            validation: What chooses the regularization.
            test: What they are measured on.
        """
        counts = np.bincount(train.labels)
        majority = float((test.labels == counts.argmax()).mean())
        if np.count_nonzero(counts) < 2:
            return cls(majority, majority)
        return cls(majority, float(fit_linear(train, validation).score(test.texts, test.labels)))


def fit_linear(train: Split, validation: Split, strengths: Sequence[float] = STRENGTHS) -> Pipeline:
    """Trains a logistic regression on tf-idf of words and pairs of words; of one to three characters where spaces do not part words.

    Args:
        train: What it is trained on.
        validation: What chooses among the strengths; the smaller one between equals.
        strengths: Values of scikit-learn's `C`, rising.

    Returns:
        The one that is most accurate on the validation split; once it gets worse, no further one is tried.
    """
    units = {"ngram_range": (1, 2)} if parts_words(train.texts) else {"analyzer": "char", "ngram_range": (1, 3)}
    vectorizer = TfidfVectorizer(**units, min_df=2 if len(train.texts) >= MANY else 1, sublinear_tf=True)
    features, held_out = vectorizer.fit_transform(train.texts), vectorizer.transform(validation.texts)
    best, highest = None, -1.0
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=1000).fit(features, train.labels)
        if (score := model.score(held_out, validation.labels)) < highest:
            break
        best, highest = (model, score) if score > highest else (best, highest)
    return make_pipeline(vectorizer, best)


def parts_words(texts: Sequence[str]) -> bool:
    """Tells texts whose words stand between spaces from those mostly of scripts such as Chinese, or of no words at all."""
    unspaced, words = (sum(len(pattern.findall(text)) for text in texts) for pattern in (_UNSPACED, _WORD))
    return words > 0 and 2 * unspaced < sum(map(len, texts))
