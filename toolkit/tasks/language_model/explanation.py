"""Which tokens that it has read the next token of a language model hangs on."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.inspection.attribution import OCCLUSION, by_gradients, embedding_of, replaced, with_gradient
from toolkit.inspection.explained import Attribution, Explained, Flip
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.explaining import texts_to_explain, two_best, without_each
from toolkit.text.tokenizer import Tokenizer

READ, MOST_READ = 32, 256  # tokens of a held-out passage before the next one, and of a text that is given


class NextTokenExplainer:
    """Says which tokens the most probable next token hangs on: the logit of that one minus the logit of the next best one.

    Args:
        training: The `LanguageModeling` of a finished run, whose model embeds its tokens in one layer.
    """

    def __init__(self, training: Any):
        self.training = training
        self.tokenizer = Tokenizer.load(training.run.tokenizer)
        self.model = training.load_model()
        self.embedding = embedding_of(self.model)
        tokens, vectors = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None, self.embedding.output_dim], tf.float32)
        self._graded = with_gradient(self._score, [vectors, tokens, tf.TensorSpec([2], tf.int32)])
        self._next = tf.function(self._logits, input_signature=[tokens], autograph=False)

    def __call__(self, text: str | None, examples: int, most_steps: int) -> list[Explained]:
        """Explains the token after a text, or after the beginnings of held-out passages, by all methods.

        Args:
            text: The text; `None` for held-out passages.
            examples: How many of those.
            most_steps: Of integrated gradients.

        Raises:
            InvalidArgument: The text has no words, or more tokens than can be left out one by one.
            UserError: No held-out text has words.
        """
        tokens = self.tokenizer.encode(texts_to_explain(self.training, text, examples))
        if text is not None and len(tokens[0]) > MOST_READ:
            raise InvalidArgument("text", f"a text of up to {MOST_READ} tokens", f"one of {len(tokens[0])}")
        read = [ids if text is not None else ids[:READ] for ids in tokens]
        return [self._explained(np.array([self.tokenizer.begin_id, *ids], "int32"), most_steps) for ids in read]

    def _explained(self, ids: np.ndarray, most_steps: int) -> Explained:
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
        return Explained(self.tokenizer.decode(ids.tolist()), "", answer, other, float(score), pieces, found, flips)

    def _score(self, vectors, tokens, best):
        with replaced(self.embedding, vectors):
            logits = tf.gather(self._logits(tokens), best, axis=1)
        return logits[:, 0] - logits[:, 1]

    def _logits(self, tokens):
        with backend("graph"):
            features, _ = self.model(tokens, training=False, return_features=True)
            return tf.cast(self.model.logits(features[:, -1]), tf.float32)


def explainer_of(training: Any) -> NextTokenExplainer | None:
    """Returns what explains the next token of a run; `None` if its model does not embed its tokens in one layer that is known."""
    return None if embedding_of(training.load_model()) is None else NextTokenExplainer(training)
