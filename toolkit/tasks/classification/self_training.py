"""What texts without labels are good for: a linear model that knows which words are alike labels them, and a network learns from that.

1. Vectors of tokens come from all texts (`word_vectors`): tokens of like meaning have like ones.
2. The linear model of n-grams has them as features, so that it knows of words that no labeled text has.
3. It labels the texts without labels. The recurrent layers start from the vectors and learn from all texts; what the linear model is unsure
   of counts less.

Source: Scudder 1965, "Probability of error of some adaptive pattern-recognition machines", for learning from one's own labels; Xie et al.
2020, "Self-training with noisy student improves ImageNet classification", for a student that is larger and is trained with noise.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import softmax

from toolkit.layers.fusion import Fusion
from toolkit.layers.ngram_logits import NgramLogits
from toolkit.models import TextClassifier
from toolkit.tasks.classification.fusion import LabeledTokens, fit_fusion
from toolkit.tasks.classification.ngrams import PlainTexts, fit_ngrams, logits_of
from toolkit.tasks.classification.texts import LabeledTexts
from toolkit.tasks.classification.unlabelled import UNLABELLED
from toolkit.tasks.classification.word_vectors import context_vectors

DIM = 200
"""Size of the vectors of tokens."""


def taught(data: LabeledTexts, order: int, buckets: int, class_weights: str | None) -> LabeledTexts:
    """Returns texts with labels for those that have none, and the linear model that these come from.

    Args:
        data: The texts, some of them without labels.
        order: Longest n-grams of the linear model.
        buckets: Rows of its table of n-grams.
        class_weights: As in `LabeledTextSettings`.
    """
    train, held_out = (data.labeled(split, class_weights) for split in ("train", "validation"))
    pieces, plain = data.tokenizer.pieces(range(data.tokenizer.vocabulary_size)), data.tokens[UNLABELLED]
    alike = alike_of(pieces)
    contexts = context_vectors([alike[ids] for ids in (*train.tokens, *plain)], len(pieces), DIM)[alike]
    layer = NgramLogits(len(pieces), len(data.label_names), order, buckets)
    layer.build((None, None))
    fit_ngrams(layer, pieces, train, held_out, PlainTexts(plain, contexts))
    logits = temperate(logits_of(layer, plain), logits_of(layer, held_out.tokens), held_out)
    sure = sureness(softmax(logits, axis=1))
    rows = np.flatnonzero(sure)  # a batch has to weigh something
    guessed = LabeledTokens([plain[row] for row in rows], logits[rows].argmax(axis=1), sure[rows])
    return replace(data, teacher=layer, contexts=contexts, guessed=guessed)


def alike_of(pieces: Sequence[str]) -> np.ndarray:
    """Returns for each token the first that is written like it but for upper case, integers `[tokens]`."""
    spellings = [piece.lower() for piece in pieces]
    first = {spelling: token for token, spelling in reversed([*enumerate(spellings)])}
    return np.array([first[spelling] for spelling in spellings])


def temperate(logits: np.ndarray, known: np.ndarray, held_out: LabeledTokens) -> np.ndarray:
    """Returns logits divided by the temperature that makes the labels of held-out texts most likely.

    Args:
        logits: Of any texts, `[texts, labels]`.
        known: Of the held-out texts.
        held_out: The held-out texts.
    """
    fusion = Fusion()
    fusion.build([known.shape])
    fit_fusion(fusion, [known], held_out)
    return float(fusion.scales[0]) * logits


def sureness(probabilities: np.ndarray) -> np.ndarray:
    """Returns how far the highest probability of each row is from chance, as a share: 0 if all are equal, 1 if there is no doubt.

    With two labels, the gradient of a text that has this weight and the likelier label is that of a text that has both, by their
    probabilities, while the model is undecided.
    """
    labels = probabilities.shape[1]
    return (labels * probabilities.max(axis=1) - 1) / (labels - 1)


def start_from_vectors(model: TextClassifier, contexts: np.ndarray) -> None:
    """Gives the embedding of a new classifier the vectors of its tokens, in the scale that it has; columns beyond theirs stay as they are.

    Args:
        model: The classifier, whose weights are changed.
        contexts: `[tokens, dim]`.
    """
    embeddings = model.embedding_layer.embeddings
    values = np.array(embeddings)
    columns = min(values.shape[1], contexts.shape[1])
    values[:, :columns] = values.std() / contexts[:, :columns].std() * contexts[:, :columns]
    embeddings.assign(values)
