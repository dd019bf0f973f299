"""What a text costs a language model that learns from it, beside the model as it is."""

from collections.abc import Iterator, Sequence

import numpy as np

from toolkit.data.running_text.document_ids import DocumentIds
from toolkit.data.running_text.token_file import TokenFile
from toolkit.evaluation.likelihood import AdaptedLikelihood, Likelihood
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.adaptation import DECAY, LEARNING_RATE, SEGMENT, Dynamic, Learner, measured
from toolkit.tasks.language_model.measures import text_nats
from toolkit.text.tokenizer import Tokenizer

MOST_CHOOSING, LEAST_CHOOSING = 20_000, 500  # tokens on which it is chosen how to learn; on fewer, chance would choose
SHARE_CHOOSING = 10  # of the measured text a tenth, if there is no other that training has not seen
STRETCHES, STRETCH = 20, 10 * SEGMENT  # of the training text: how many, and of how many tokens


def measure_adapted(
    model: LanguageModel,
    tokenizer: Tokenizer,
    tokens: TokenFile,
    validation: TokenFile,
    train: TokenFile,
    *,
    ends: bool,
    dynamic: bool,
    cache: int | None,
) -> AdaptedLikelihood:
    """Measures a text twice.

    How the model learns is chosen on the beginning of the validation text. If that is the text itself, its beginning is not measured. If it
    is short, nothing is chosen.

    Args:
        model: The model; afterwards it is what it was.
        tokenizer: Its tokenizer.
        tokens: The text.
        validation: The validation text of the training.
        train: The text that the model was trained on.
        ends: Whether documents end with a token that is predicted.
        dynamic: Whether its weights follow the text.
        cache: Tokens of a neural cache; `None` for none.
    """
    of = {"begin_id": tokenizer.begin_id, "end_id": tokenizer.end_id if ends else None}
    documents: Sequence[np.ndarray] = DocumentIds(tokens, **of)
    size = np.array([len(tokens) + (tokens.documents if ends else 0), tokens.characters, tokens.bytes, tokens.unknown])
    is_validation = tokens.fingerprint == validation.fingerprint
    most = min(MOST_CHOOSING, len(tokens) // SHARE_CHOOSING) if is_validation else MOST_CHOOSING
    choosing, chosen_on = None, f"nothing, as there are no {LEAST_CHOOSING} tokens for it: the usual numbers"
    if min(most, len(validation)) >= LEAST_CHOOSING:
        choosing, rest = _parted(documents if is_validation else DocumentIds(validation, **of), most)
        chosen_on = f"the first {sum(len(document) - 1 for document in choosing):,} tokens of the validation text"
        if is_validation:
            documents, chosen_on = [*rest], f"{chosen_on}, which are not measured"
            size -= _sizes(choosing, tokenizer)
    nats, ways = measured(model, documents, choosing, [*_stretches(train, tokenizer.begin_id)], dynamic=dynamic, cache=cache)
    sizes = [*map(int, size)]
    return AdaptedLikelihood(Likelihood(text_nats(model, documents), *sizes), Likelihood(nats, *sizes), ways, chosen_on)


def learn_from(model: LanguageModel, tokenizer: Tokenizer, tokens: TokenFile, train: TokenFile, *, ends: bool) -> None:
    """Lets a model learn from a text, as it would if that was measured.

    Args:
        model: The model, whose weights change.
        tokenizer: Its tokenizer.
        tokens: The text.
        train: The text that the model was trained on.
        ends: As for `measure_adapted`.
    """
    documents = DocumentIds(tokens, tokenizer.begin_id, tokenizer.end_id if ends else None)
    Learner(model, _stretches(train, tokenizer.begin_id)).learn(documents, Dynamic(LEARNING_RATE, DECAY))


def _parted(documents: Sequence[np.ndarray], most: int) -> tuple[list[np.ndarray], Iterator[np.ndarray]]:
    """Returns documents of so many tokens, the last of which may be the beginning of one, and what is left."""
    head, left = [], most
    for place, document in enumerate(documents):
        head.append(document[: left + 1])
        left -= len(head[-1]) - 1
        if not left:
            rest = np.concatenate([document[:1], document[len(head[-1]) :]])
            return head, (each for each in (rest, *(documents[row] for row in range(place + 1, len(documents)))) if len(each) > 1)
    return head, iter(())


def _sizes(documents: Sequence[np.ndarray], tokenizer: Tokenizer) -> np.ndarray:
    """Returns tokens, characters, bytes and unknown tokens of documents."""
    predicted = [document[1:] for document in documents]
    texts = [tokenizer.decode([int(each) for each in ids if each != tokenizer.end_id]) for ids in predicted]
    unknown = sum(int((ids == tokenizer.unk_id).sum()) for ids in predicted)
    return np.array([sum(map(len, predicted)), sum(map(len, texts)), sum(len(text.encode()) for text in texts), unknown])


def _stretches(train: TokenFile, begin_id: int) -> Iterator[np.ndarray]:
    """Yields parts of the training text, evenly from all of it."""
    for start in np.unique(np.linspace(0, max(0, len(train) - STRETCH), STRETCHES).astype(int)):
        yield np.concatenate([[begin_id], train.ids[start : start + STRETCH]]).astype(np.int32)
