"""What a classifier has to beat: the most frequent label, and tf-idf with a logistic regression, trained on the same texts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from toolkit.data.labeled_texts.corpus import Split
from toolkit.data.splits.interval import wilson_interval
from toolkit.tasks.classification.measures import ClassificationResult, scores
from toolkit.text.script import Script

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Inverse regularization strengths that the validation texts choose from."""

WORD = r"\w+|[^\w\s]"  # or a mark of punctuation

MANY = 1000  # texts, from which on what occurs in one only is left out


@dataclass(frozen=True)
class Baseline:
    """How good the labels of held-out texts are without a recurrent network: `scores` of each way.

    Attributes:
        majority: Of how frequent each label is in training, whatever the text.
        linear: Of tf-idf and logistic regression.
    """

    majority: dict[str, float]
    linear: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Returns plain numbers."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Baseline":
        """Makes a baseline from what `as_dict` returned; in older runs each was an accuracy alone."""
        return cls(**{name: value if isinstance(value, dict) else {"accuracy": value} for name, value in values.items()})

    @property
    def rows(self) -> dict[str, dict[str, float]]:
        """The scores by what they are called."""
        return {"tf-idf + logistic regression": self.linear, "most frequent label": self.majority}

    def verdict(self, model: ClassificationResult) -> str:
        """Returns a line on a model that is not better in every way, and what to try; `""` for one that is.

        Args:
            model: The model's scores on the same texts.
        """
        name = max(self.rows, key=lambda row: self.rows[row]["accuracy"])
        macro_f1 = max(row.get("macro_f1", 0.0) for row in self.rows.values())
        if model.accuracy > self.rows[name]["accuracy"]:
            rare = "the baseline does better with rare labels, as its macro F1 says: try --class-weights balanced"
            return rare if model.macro_f1 < macro_f1 else ""
        if model.macro_f1 > macro_f1:
            return "the baseline is more accurate, the model better with rare labels, as its macro F1 says"
        chance = self.rows[name]["accuracy"] <= wilson_interval(model.accuracy, model.examples)[1]
        difference = f"on {model.examples:,} texts, where the difference may be chance" if chance else "which is trained in seconds"
        return f"the model is no better than {name}, {difference}: try more labeled texts, more --epochs, or --preset full"

    @classmethod
    def of(cls, train: Split, validation: Split, test: Split, number: int) -> "Baseline":
        """Trains both.

        Args:
            train: What they are trained on.
            validation: What chooses the regularization.
            test: What they are measured on.
            number: How many labels there are.
        """
        counts = np.bincount(train.labels, minlength=number)
        guess = np.tile(counts / counts.sum(), (len(test.labels), 1))
        majority = scores(guess, test.labels)
        if np.count_nonzero(counts) < 2:
            return cls(majority, majority)
        linear = fit_linear(train, validation)
        probabilities = np.zeros_like(guess)
        probabilities[:, linear.classes_] = linear.predict_proba(test.texts)
        return cls(majority, scores(probabilities, test.labels))


def fit_linear(train: Split, validation: Split, strengths: Sequence[float] = STRENGTHS) -> Pipeline:
    """Trains a logistic regression on tf-idf of words and pairs of words; of one to three characters where spaces do not part words.

    A mark of punctuation is a word, too: in messages and tweets, it says much.

    Args:
        train: What it is trained on.
        validation: What chooses among the strengths; the smaller one between equals.
        strengths: Values of scikit-learn's `C`, rising.

    Returns:
        The one that is most accurate on the validation split; once it gets worse, no further one is tried.
    """
    units = (
        {"token_pattern": WORD, "ngram_range": (1, 2)}
        if Script.of(train.texts).parts_words
        else {"analyzer": "char", "ngram_range": (1, 3)}
    )
    vectorizer = TfidfVectorizer(**units, min_df=2 if len(train.texts) >= MANY else 1, sublinear_tf=True)
    features, held_out = vectorizer.fit_transform(train.texts), vectorizer.transform(validation.texts)
    best, highest = None, -1.0
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=1000).fit(features, train.labels)
        if (score := model.score(held_out, validation.labels)) < highest:
            break
        best, highest = (model, score) if score > highest else (best, highest)
    return make_pipeline(vectorizer, best)
