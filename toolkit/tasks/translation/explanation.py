"""Which tokens of the source each token of a translation hangs on, and where attention looked for it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.inspection.attribution import Graded, by_gradients, integrated_gradients, margin, with_gradient
from toolkit.inspection.explained import Attended, Attribution, Explained
from toolkit.layers.recurrent.time_loop import backend
from toolkit.layers.replacing import replaced
from toolkit.models.embedding import embedding_of
from toolkit.tasks.explainer import TextExplainer
from toolkit.tasks.explaining import runner_up, search_for, texts_to_explain, with_occlusion, without_each
from toolkit.tasks.translation.text_translator import DECODE, Hypothesis, Translation

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

    def integrated(self, translation: Translation, hypothesis: Hypothesis) -> list[Explained]:
        """Explains each token of a translation by integrated gradients.

        Args:
            translation: The translations of a text.
            hypothesis: One of them.
        """
        if not hypothesis.tokens:
            return []
        source = self.predictor.source_tokenizer.ids_of(translation.source_tokens)
        written = self.predictor.target_tokenizer.ids_of(hypothesis.tokens)
        return self._explained(translation.source, source, written, lambda graded, vectors: [integrated_gradients(graded, vectors)])

    def explained(self, number: int, item: str, most_steps: int) -> list[Explained]:
        """Explains each token of the translation of a text."""
        translator = self.predictor
        source = source_ids(translator.source_tokenizer.encode([item])[0], translator.source_tokenizer.end_id, translator.max_length)
        decoded = translator.runner.run(DECODE, source=source[np.newaxis], prefix=np.zeros([1, 0], "int32"))
        written = decoded["tokens"][0, 0, : decoded["lengths"][0, 0]][:MOST_WRITTEN]
        found = self._explained(item, source, written, lambda graded, vectors: by_gradients(graded, vectors, most_steps))
        read, shorter = self._read(written), without_each(source)
        if not shorter.size:  # the end alone, which cannot be left out
            return found
        without = np.asarray(self._all(shorter, np.broadcast_to(read, (len(shorter), len(read)))))
        pieces, ids_of = translator.target_tokenizer.pieces, translator.target_tokenizer.ids_of
        return [
            with_occlusion(each, without[:, place], ids_of([each.answer, each.other]), lambda token: pieces([token])[0])
            for place, each in enumerate(found)
        ]

    def _explained(
        self, item: str, source: np.ndarray, written: np.ndarray, attribute: Callable[[Graded, np.ndarray], list[Attribution]]
    ) -> list[Explained]:
        """Explains tokens of a translation, by what `attribute` makes of the score and of the vectors of the source."""
        read, vectors, found = self._read(written), np.asarray(self.embedding(source)), []
        logits = np.asarray(self._all(source[np.newaxis], read[np.newaxis]))[0].astype("float64")
        pieces = self.predictor.source_tokenizer.pieces(source)
        for place, token in enumerate(written):
            other = runner_up(logits[place], token)
            answer, second = self.predictor.target_tokenizer.pieces([token, other])
            weights = attribute(self._given(source, read, np.array([place, token, other], "int32")), vectors)
            score = float(logits[place, token] - logits[place, other])
            found.append(Explained(item, f"token {place + 1}", answer, second, score, pieces, weights, []))
        return found

    def _read(self, written: np.ndarray) -> np.ndarray:
        """Returns what the decoder reads before each token that is written."""
        return np.array([self.predictor.target_tokenizer.begin_id, *written[:-1]], "int32")

    def _given(self, source: np.ndarray, read: np.ndarray, chosen: np.ndarray) -> Graded:
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
