"""Labels by other classifiers: of each text the mean of their probabilities."""

from collections.abc import Iterable
from dataclasses import replace

import keras
import numpy as np

from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.probabilities import probabilities_of
from toolkit.tasks.classification.texts import LabeledTexts
from toolkit.tasks.classification.unlabelled import UNLABELLED


def distilled(data: LabeledTexts, models: Iterable[keras.Model], share: float) -> LabeledTexts:
    """Returns texts whose labels to train on are probabilities: of a labeled text its label and, by their share, those of the models.

        q = (1 - λ) [label] + λ mean p;    of a text without a label q = mean p

    Args:
        data: The texts.
        models: Classifiers of the same tokenizer and labels.
        share: λ, from 0 to 1.

    Source: Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural network", section 2, at temperature 1: what these models say
    has been calibrated on held-out texts.
    """
    labels = data.corpus.splits["train"].labels
    texts = [*data.tokens["train"], *data.tokens.get(UNLABELLED, [])]
    probabilities = np.mean([probabilities_of(classifier_runner(model), texts) for model in models], axis=0)
    given = np.eye(len(data.label_names), dtype=np.float32)[labels]
    probabilities[: len(labels)] = (1 - share) * given + share * probabilities[: len(labels)]
    return replace(data, soft_labels=probabilities)
