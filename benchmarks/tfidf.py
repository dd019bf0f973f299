"""What the records of the baseline say of it."""

import numpy as np
from sklearn.pipeline import Pipeline

from toolkit.data.labeled_texts.corpus import Split

WHAT = "tf-idf of 1-2-grams + logistic regression"


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
