"""Which tokens that it has read the next token of a language model hangs on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.inspection.attribution import Graded, by_gradients, integrated_gradients, margin, with_gradient
from toolkit.inspection.explained import Attribution, Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.layers.replacing import replaced
from toolkit.models.embedding import embedding_of
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import runner_up, two_best, with_occlusion, without_each
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

    def integrated(self, prompt: str, tokens: Sequence[str]) -> list[Explained]:
        """Explains by integrated gradients why tokens may follow a prompt, each rather than the most probable other one.

        Args:
            prompt: The prompt.
            tokens: The tokens, as they stand in the vocabulary.
        """
        ids = self._read(self.tokenizer.encode([prompt])[0])
        logits, vectors, found = self._next_logits(ids), np.asarray(self.embedding(ids)), []
        for token in self.tokenizer.ids_of(tokens):
            best = int(token), runner_up(logits, token)
            found.append(self._explained(prompt, ids, logits, best, [integrated_gradients(self._given(ids, best), vectors)]))
        return found

    def items(self, text: str | None, examples: int) -> list[np.ndarray]:
        """Returns the tokens of the text, or of the beginnings of held-out passages."""
        tokens = self.tokenizer.encode(super().items(text, examples))
        if text is not None and len(tokens[0]) > MOST_READ:
            raise InvalidArgument("text", f"a text of up to {MOST_READ} tokens", f"one of {len(tokens[0])}")
        return [self._read(ids[: MOST_READ if text else READ]) for ids in tokens]

    def explained(self, number: int, item: np.ndarray, most_steps: int) -> list[Explained]:
        """Explains the token after a text."""
        ids, logits = item, self._next_logits(item)
        best = two_best(logits)
        weights = by_gradients(self._given(ids, best), np.asarray(self.embedding(ids)), most_steps)
        found = self._explained(self.tokenizer.decode(ids.tolist()), ids, logits, best, weights)
        without = np.asarray(self._next(without_each(ids))) if len(ids) > 1 else logits[np.newaxis]
        return [with_occlusion(found, without, best, lambda token: self.tokenizer.pieces([token])[0])]

    def _explained(self, item: str, ids: np.ndarray, logits: np.ndarray, best: tuple[int, int], found: list[Attribution]) -> Explained:
        answer, other = self.tokenizer.pieces(best)
        return Explained(item, "", answer, other, float(logits[best[0]] - logits[best[1]]), self.tokenizer.pieces(ids), found, [])

    def _read(self, ids: Sequence[int]) -> np.ndarray:
        """Returns what the model reads of a text: its tokens, after the one that begins it."""
        return np.array([self.tokenizer.begin_id, *ids], "int32")

    def _next_logits(self, ids: np.ndarray) -> np.ndarray:
        return np.asarray(self._next(ids[np.newaxis]))[0].astype("float64")

    def _given(self, ids: np.ndarray, best: tuple[int, int]) -> Graded:
        """Returns the score of a token as a function of the vectors of those before it."""
        return lambda vectors: self._graded(vectors, np.broadcast_to(ids, (len(vectors), len(ids))), np.array(best, "int32"))

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
