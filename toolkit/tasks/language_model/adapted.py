"""What a text costs a language model that learns from it, beside the model as it is."""

from collections.abc import Iterator, Sequence

import numpy as np

from toolkit.data.running_text.document_ids import DocumentIds
from toolkit.data.running_text.token_file import TokenFile
from toolkit.evaluation.likelihood import AdaptedLikelihood, Likelihood
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.dynamic_evaluation import DECAY, LEARNING_RATE, SEGMENT, Dynamic, Learner, choose_dynamic
from toolkit.tasks.language_model.measures import size_of, text_nats
from toolkit.tasks.language_model.neural_cache import FLATNESS, SHARE, Cache, Memory, choose_cache, length_of
from toolkit.tasks.language_model.predicted import Predicted, nats_of, read_statically
from toolkit.text.tokenizer import Tokenizer

MOST_CHOOSING, LEAST_CHOOSING = 20_000, 500  # tokens on which it is chosen how to learn; on fewer, chance would choose
SHARE_CHOOSING = 10  # of the measured text a tenth, if there is no other that training has not seen
STRETCHES, STRETCH = 20, 10 * SEGMENT  # of the training text: how many, and of how many tokens


def measure_adapted(
    model: LanguageModel,
    tokenizer: Tokenizer,
    end_id: int | None,
    tokens: TokenFile,
    validation: TokenFile,
    train: TokenFile,
    *,
    dynamic: bool,
    cache: int | None,
) -> AdaptedLikelihood:
    """Measures a text twice.

    How the model learns is chosen on the beginning of the validation text. If that is the text itself, its beginning is not measured. If it
    is short, nothing is chosen.

    Args:
        model: The model; afterwards it is what it was.
        tokenizer: Its tokenizer.
        end_id: What ends a document and is predicted; `None` if nothing does.
        tokens: The text.
        validation: The validation text of the training.
        train: The text that the model was trained on.
        dynamic: Whether its weights follow the text.
        cache: Tokens of a neural cache; `None` for none.
    """
    documents: Sequence[np.ndarray] = DocumentIds(tokens, tokenizer.begin_id, end_id)
    size = np.array(size_of(tokens, end_id))
    is_validation = tokens.fingerprint == validation.fingerprint
    most = min(MOST_CHOOSING, len(tokens) // SHARE_CHOOSING) if is_validation else MOST_CHOOSING
    choosing, chosen_on = None, f"nothing, as there are no {LEAST_CHOOSING} tokens for it: the usual numbers"
    if min(most, len(validation)) >= LEAST_CHOOSING:
        choosing = _beginning(DocumentIds(validation, tokenizer.begin_id, end_id), most)
        chosen_on = f"the first {sum(len(document) - 1 for document in choosing):,} tokens of the validation text"
        if is_validation:
            documents, chosen_on = _rest(documents, choosing), f"{chosen_on}, which are not measured"
            size -= _sizes(choosing, tokenizer)
    nats, ways = measured(model, documents, choosing, [*_stretches(train, tokenizer.begin_id)], dynamic=dynamic, cache=cache)
    sizes = [*map(int, size)]
    return AdaptedLikelihood(Likelihood(text_nats(model, documents), *sizes), Likelihood(nats, *sizes), ways, chosen_on)


def learn_from(model: LanguageModel, tokenizer: Tokenizer, end_id: int | None, tokens: TokenFile, train: TokenFile) -> None:
    """Lets a model learn from a text, as it would if that was measured.

    Args:
        model: The model, whose weights change.
        tokenizer: Its tokenizer.
        end_id: As for `measure_adapted`.
        tokens: The text.
        train: The text that the model was trained on.
    """
    documents = DocumentIds(tokens, tokenizer.begin_id, end_id)
    Learner(model, _stretches(train, tokenizer.begin_id)).learn(documents, Dynamic(LEARNING_RATE, DECAY))


def measured(
    model: LanguageModel,
    documents: Sequence[np.ndarray],
    choosing: Sequence[np.ndarray] | None,
    trained: Sequence[np.ndarray],
    *,
    dynamic: bool = False,
    cache: int | None = None,
) -> tuple[float, dict[str, Dynamic | Cache]]:
    """Returns what documents cost a model that learns from them, in nats, and how it learns.

    Args:
        model: The model; afterwards it is what it was.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`. What is learned of one is not forgotten in the next.
        choosing: Other documents, on which the numbers of the ways are chosen; `None` for the usual numbers.
        trained: Stretches of the training text.
        dynamic: Whether the weights follow the text.
        cache: Tokens of a cache; `None` for none.
    """
    ways: dict[str, Dynamic | Cache] = {}
    if dynamic:
        learner = Learner(model, trained)
        ways["dynamic"] = Dynamic(LEARNING_RATE, DECAY) if choosing is None else choose_dynamic(learner, choosing)

    def segments(documents: Sequence[np.ndarray]) -> Iterator[Predicted]:
        return learner.read(documents, ways["dynamic"]) if dynamic else read_statically(model, documents)

    if not cache:
        return nats_of(segment.log_p for segment in segments(documents)), ways
    length = length_of([*read_statically(model, trained)])
    ways["cache"] = Cache(cache, FLATNESS, SHARE) if choosing is None else choose_cache([*segments(choosing)], cache, length)
    return nats_of(map(Memory(ways["cache"], length).mixed, segments(documents))), ways


def _beginning(documents: Sequence[np.ndarray], most: int) -> list[np.ndarray]:
    """Returns documents of so many tokens, the last of which may be the beginning of one."""
    beginning: list[np.ndarray] = []
    for document in documents:
        beginning.append(document[: most + 1])
        most -= len(beginning[-1]) - 1
        if not most:
            break
    return beginning


def _rest(documents: Sequence[np.ndarray], beginning: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Returns what is left of documents after their beginning; what is left of the last one there begins as that does."""
    cut = documents[len(beginning) - 1]
    rest = np.concatenate([cut[:1], cut[len(beginning[-1]) :]])
    return [each for each in (rest, *(documents[row] for row in range(len(beginning), len(documents)))) if len(each) > 1]


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
