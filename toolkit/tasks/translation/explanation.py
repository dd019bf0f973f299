"""Which tokens of the source each token of a translation hangs on, and where attention looked for it."""

from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.inspection.attribution import by_gradients, embedding_of, margin, replaced, with_gradient
from toolkit.inspection.explained import OCCLUSION, Attended, Attribution, Explained, Flip
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import runner_up, search_for, texts_to_explain, without_each
from toolkit.tasks.translation.text_translator import DECODE

MOST_WRITTEN = 32  # tokens of a translation that are explained


class TranslationExplainer(TextExplainer):
    """Says which tokens of the source each token of the best translation hangs on, given the tokens before it.

    The score is the logit of the token minus that of the next best one.

    Args:
        training: The `Translation` of a finished run, whose model embeds the source's tokens in one layer, before it reads the target.
    """

    def __init__(self, training: Any):
        super().__init__(training)
        self.embedding = embedding_of(self.model)
        tokens, vectors = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None, self.embedding.output_dim], tf.float32)
        self._graded = with_gradient(self._score, [vectors, tokens, tokens, tf.TensorSpec([3], tf.int32)])
        self._all = tf.function(self._logits, input_signature=[tokens, tokens], autograph=False)

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains each token of the translation of a text."""
        translator = self.predictor
        source = source_ids(translator.source_tokenizer.encode([item])[0], translator.source_tokenizer.end_id, translator.max_length)
        decoded = translator.runner.run(DECODE, source=source[np.newaxis], prefix=np.zeros([1, 0], "int32"))
        written = decoded["tokens"][0, 0, : decoded["lengths"][0, 0]][:MOST_WRITTEN]
        read = np.array([translator.target_tokenizer.begin_id, *written[:-1]], "int32")
        logits = np.asarray(self._all(source[np.newaxis], read[np.newaxis]))[0].astype("float64")
        shorter = without_each(source)
        without = np.asarray(self._all(shorter, np.broadcast_to(read, (len(shorter), len(read))))) if shorter.size else logits[np.newaxis]
        pieces = translator.source_tokenizer.pieces(source)
        vectors, found = np.asarray(self.embedding(source)), []
        for place, token in enumerate(written):
            other = runner_up(logits[place], token)
            chosen = np.array([place, token, other], "int32")
            weights = by_gradients(self._given(source, read, chosen), vectors, most_steps)
            score = logits[place, token] - logits[place, other]
            weights.append(Attribution(OCCLUSION, score - (without[:, place, token] - without[:, place, other]).astype("float64")))
            answer, second = translator.target_tokenizer.pieces([token, other])
            nexts = translator.target_tokenizer.pieces(without[:, place].argmax(-1))
            flips = [Flip(piece, at, each) for at, (piece, each) in enumerate(zip(pieces, nexts, strict=True)) if each != answer]
            found.append(Explained(item, f"token {place + 1}", answer, second, float(score), pieces, weights, flips))
        return found

    def _given(self, source: np.ndarray, read: np.ndarray, chosen: np.ndarray) -> Any:
        """Returns the score of a token as a function of the source's vectors."""

        def graded(vectors):
            found = self._graded(vectors, *(np.broadcast_to(ids, (len(vectors), len(ids))) for ids in (source, read)), chosen)
            return [np.flip(part, 1) if self._reverses and part.shape.rank == 3 else part for part in found]

        return (lambda vectors: graded(np.flip(vectors, 1))) if self._reverses else graded

    @property
    def _reverses(self) -> bool:
        """Whether the encoder reads the source from its end."""
        return getattr(self.model, "reversed_source", False)

    def _score(self, vectors, source, read, chosen):
        with replaced(self.embedding, vectors):
            logits = self._logits(source, read)[:, chosen[0]]
        return margin(logits, chosen[1], chosen[2])

    def _logits(self, source, read):
        with backend("graph"):
            return tf.cast(self.model((source, read), training=False), tf.float32)


def explainer_of(training: Any) -> TranslationExplainer | None:
    """Returns what explains the translations of a run; `None` if it is not known which layer of its model embeds the source."""
    return None if embedding_of(training.load_model()) is None else TranslationExplainer(training)


def attention_of(training: Any) -> Any:
    """Returns what says where a translator looked, `(text, examples, hypothesis) -> list[Attended]`; `None` if it has no attention."""
    if training.load_model().attention == "none":
        return None

    def attended(text: str | None, examples: int, hypothesis: int) -> list[Attended]:
        found = []
        for each in training.predictor(search_for(training.search, hypothesis)).translate(texts_to_explain(training, text, examples)):
            if len(each.hypotheses) >= hypothesis and each.hypotheses[hypothesis - 1].alignment is not None:
                chosen = each.hypotheses[hypothesis - 1]
                item = f"{each.source} → {chosen.text} ({chosen.score:.3f})"
                found.append(Attended(item, chosen.tokens, each.source_tokens, chosen.alignment))
        return found

    return attended
