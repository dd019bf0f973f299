"""A cache of what was read, against the formula of the paper."""

import numpy as np
import pytest

from tests.tasks.language_model.small_model import VOCABULARY, small_model, text
from toolkit.tasks.language_model.neural_cache import Cache, Memory
from toolkit.tasks.language_model.predicted import Predicted, read_statically


@pytest.mark.parametrize("width", [3, 7, 40])
def test_a_cache_is_that_of_the_formula(width):
    """Grave et al. 2017, token by token; however the text is cut."""
    rng, size, flatness, share, length = np.random.default_rng(0), 5, 2.0, 0.3, 1.7
    tokens, features, log_p = rng.integers(1, 4, 40), rng.normal(size=(40, 6)), np.log(rng.uniform(0.1, 0.9, 40))
    expected = []
    for t in range(40):
        past = range(max(0, t - size), t)
        if not past:
            expected.append(log_p[t])
            continue
        weights = np.exp([flatness * features[t] @ features[i] / length**2 for i in past])
        found = sum(weight for weight, i in zip(weights, past, strict=True) if tokens[i] == tokens[t]) / weights.sum()
        expected.append(np.log((1 - share) * np.exp(log_p[t]) + share * found))
    memory = Memory(Cache(size, flatness, share), length)
    parts = [memory.mixed(Predicted(tokens[i : i + width], log_p[i : i + width], features[i : i + width])) for i in range(0, 40, width)]
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=1e-9)


def test_probabilities_with_a_cache_add_up():
    """Over all words that could have come next."""
    model = small_model()
    [segment] = read_statically(model, [text(30)], width=30)
    logits = model(text(30)[None, :-1])[0].numpy()[0]
    log_p = logits - np.log(np.exp(logits.astype(float)).sum(-1, keepdims=True))
    total = np.zeros(30)
    for token in range(VOCABULARY):
        tokens = segment.tokens.copy()
        for t in range(1, 30):
            memory = Memory(Cache(8, 3.0, 0.4), 1.0)
            memory.mixed(Predicted(tokens[:t], log_p[np.arange(t), tokens[:t]], segment.features[:t]))
            total[t] += np.exp(memory.mixed(Predicted(np.array([token]), log_p[t, [token]], segment.features[t : t + 1]))[0])
    np.testing.assert_allclose(total[1:], 1, rtol=1e-5)
