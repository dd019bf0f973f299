"""A language model with a unit that counts brackets, for tests."""

import random

import numpy as np

from toolkit.inspection.subject import Batch, Subject
from toolkit.models import LanguageModel
from toolkit.tasks.language_model.subject import read_texts
from toolkit.text.exact_tokenizer import train_exact_tokenizer

UNITS, PLANTED = 6, 4


def bracketed(characters, seed=0):
    """Returns text with nested brackets, none of which is open at its end."""
    rng, depth, text = random.Random(seed), 0, []
    while len(text) < characters or depth:
        sign = rng.choices("()ab \n", [2 * (depth < 3 and len(text) < characters), 2 * (depth > 0), 6, 6, 2, 1])[0]
        depth += {"(": 1, ")": -1}.get(sign, 0)
        text.append(sign)
    return "".join(text)


class PlantedCell(Subject):
    """A language model of characters whose unit `1 LSTM:4` holds the number of brackets that are open; its other units are random."""

    kind = "a language model"

    def __init__(self, texts):
        self.texts = texts
        self.tokenizer = train_exact_tokenizer(["()ab \n</script>"], "char")
        model = LanguageModel(self.tokenizer.vocabulary_size, embedding_dim=8, units=UNITS, num_layers=1, cell="lstm")
        model.build(None)
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(size=weight.shape, scale=0.5) for weight in model.get_weights()])
        opening, closing = (self.tokenizer.encode([bracket])[0][0] for bracket in "()")
        embedding = model.embedding_layer.embeddings.numpy()
        embedding[:, 0] = 0
        embedding[opening, 0], embedding[closing, 0] = 1, -1
        model.embedding_layer.embeddings.assign(embedding)
        kernel, recurrent_kernel, bias = model.recurrent.layers[0].get_weights()
        gates = [weight.reshape(-1, 4, UNITS) for weight in (kernel, recurrent_kernel, bias)]  # i, f, g, o
        for weight in gates:
            weight[..., PLANTED] = 0
        gates[0][0, 2, PLANTED] = 20  # g: 1 at an opening bracket, -1 at a closing one
        gates[2][0, :2, PLANTED] = 20  # i and f are open
        model.recurrent.layers[0].set_weights([kernel, recurrent_kernel, bias])
        tokens = np.array([self.tokenizer.encode(["(a)"])[0]])
        super().__init__(model, [Batch(tokens, None, None)], lambda batch: model(batch.inputs)[0])

    def read(self, texts, part=None):
        return read_texts(self.model, self.tokenizer, texts, part)
