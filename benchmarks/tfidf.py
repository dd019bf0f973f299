"""The baseline: tf-idf of words and pairs of words, and a logistic regression."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from toolkit.data.labeled_texts.corpus import Split

WHAT = "tf-idf of 1-2-grams + logistic regression"
STRENGTHS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)


def fit_tfidf(train: Split, validation: Split, strengths: Sequence[float] = STRENGTHS) -> Pipeline:
    """Trains the baseline for each inverse regularization strength `C`.

    Args:
        train: What it is trained on.
        validation: What chooses among them; the smaller `C` between equals.
        strengths: The values of `C`.

    Returns:
        The one that is most accurate on the validation split.
    """
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform(train.texts)
    held_out = vectorizer.transform(validation.texts)
    models = [LogisticRegression(C=strength, max_iter=1000).fit(features, train.labels) for strength in strengths]
    best = max(models, key=lambda model: model.score(held_out, validation.labels))
    return make_pipeline(vectorizer, best)


def count_parameters(pipeline: Pipeline) -> int:
    """Returns the number of weights of the logistic regression."""
    model = pipeline[-1]
    return model.coef_.size + model.intercept_.size


def accuracy_by_source(predicted: np.ndarray, split: Split) -> dict[str, float]:
    """Returns the accuracy on each source, if there are several, and on `"all"`."""
    correct, sources = predicted == split.labels, np.asarray(split.sources)
    names = sorted(set(split.sources))
    parts = {name: float(correct[sources == name].mean()) for name in names} if len(names) > 1 else {}
    return parts | {"all": float(correct.mean())}
