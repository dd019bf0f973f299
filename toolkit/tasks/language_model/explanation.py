"""Which tokens that it has read the next token of a language model hangs on."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.inspection.attribution import by_gradients, embedding_of, margin, replaced, with_gradient
from toolkit.inspection.explained import OCCLUSION, Attribution, Explained, Flip
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import two_best, without_each
from toolkit.text.tokenizer import Tokenizer

READ, MOST_READ = 32, 256  # tokens of a held-out passage before the next one, and of a text that is given


class NextTokenExplainer(TextExplainer):
    """Says which tokens the most probable next token hangs on: the logit of that one minus the logit of the next best one.

    Args:
        training: The `LanguageModeling` of a finished run, whose model embeds its tokens in one layer.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        self.tokenizer = Tokenizer.load(training.run.tokenizer)
        self.embedding = embedding_of(self.model)
        tokens, vectors = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None, self.embedding.output_dim], tf.float32)
        self._graded = with_gradient(self._score, [vectors, tokens, tf.TensorSpec([2], tf.int32)])
        self._next = tf.function(self._logits, input_signature=[tokens], autograph=False)

    def items(self, text: str | None, examples: int) -> list[np.ndarray]:
        """Returns the tokens of the text, or of the beginnings of held-out passages."""
        tokens = self.tokenizer.encode(super().items(text, examples))
        if text is not None and len(tokens[0]) > MOST_READ:
            raise InvalidArgument("text", f"a text of up to {MOST_READ} tokens", f"one of {len(tokens[0])}")
        return [np.array([self.tokenizer.begin_id, *ids[: MOST_READ if text else READ]], "int32") for ids in tokens]

    def explained(self, number: int, item: np.ndarray, most_steps: int) -> list[Explained]:
        """Explains the token after a text."""
        ids = item
        logits = np.asarray(self._next(ids[np.newaxis]))[0].astype("float64")
        best = two_best(logits)
        score = logits[best[0]] - logits[best[1]]

        def graded(vectors):
            return self._graded(vectors, np.broadcast_to(ids, (len(vectors), len(ids))), np.array(best, "int32"))

        found = by_gradients(graded, np.asarray(self.embedding(ids)), most_steps)
        without = np.asarray(self._next(without_each(ids))) if len(ids) > 1 else logits[np.newaxis]
        found.append(Attribution(OCCLUSION, score - (without[:, best[0]] - without[:, best[1]]).astype("float64")))
        pieces = self.tokenizer.pieces(ids)
        answer, other = self.tokenizer.pieces(best)
        nexts = self.tokenizer.pieces(without.argmax(-1))
        flips = [Flip(piece, place, token) for place, (piece, token) in enumerate(zip(pieces, nexts, strict=True)) if token != answer]
        return [Explained(self.tokenizer.decode(ids.tolist()), "", answer, other, float(score), pieces, found, flips)]

    def _score(self, vectors, tokens, best):
        with replaced(self.embedding, vectors):
            return margin(self._logits(tokens), best[0], best[1])

    def _logits(self, tokens):
        with backend("graph"):
            features, _ = self.model(tokens, training=False, return_features=True)
            return tf.cast(self.model.logits(features[:, -1]), tf.float32)


def explainer_of(training: Any) -> NextTokenExplainer | None:
    """Returns what explains the next token of a run; `None` if its model does not embed its tokens in one layer that is known."""
    return None if embedding_of(training.load_model()) is None else NextTokenExplainer(training)
