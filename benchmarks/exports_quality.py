"""What is measured of one form of a model, whatever opens it: a run, a SavedModel or a LiteRT file."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Values = dict[str, float]
Measure = Callable[[Any], Values]

BATCH = 32
SAME = "same {} %"


def classification(task: Any, data: str | None) -> tuple[Measure, dict[str, Any]]:
    """Returns what measures a classifier, and what it is measured on.

    Args:
        task: A `TextClassification` of a finished run.
        data: Held-out data; `None` for the test split of the run's.

    Returns:
        From a `Predictor` to the accuracy, on each source too if there are several, and the share of the labels that are those of the
        first that was measured; and the settings of the record.
    """
    from benchmarks.sentiment_run import accuracies
    from toolkit.data.labeled_texts.corpus import read_corpus, read_split
    from toolkit.data.reading.reading import Reading
    from toolkit.tasks.classification.measures import evaluate_classifier
    from toolkit.tasks.classification.training import COLUMNS

    columns = {name: getattr(task.settings, name) for name in COLUMNS}
    names = task.run.read_metrics()["test"]["label_names"]
    own = data is None
    columns["reading"] = Reading.of(task.settings)
    split = read_corpus(task.settings.data, **columns).splits["test"] if own else read_split(data, label_names=names, **columns)
    same = _shared("labels")

    def measure(predictor: Any) -> Values:
        predictions = in_batches(lambda texts: predictor.predict(texts).probabilities, split.texts)
        result = evaluate_classifier(np.stack(predictions), split.labels, names, split.sources, split.texts)
        shares = accuracies(result.as_dict())
        accuracy = {f"accuracy %{'' if name == 'all' else f', {name}'}": 100 * share for name, share in reversed(shares.items())}
        return accuracy | same([int(row.argmax()) for row in predictions])

    return measure, {"test texts": len(split.texts)}


def translation(task: Any, data: str | None) -> tuple[Measure, dict[str, Any]]:
    """Returns what measures a translator, and what it is measured on.

    Args:
        task: A `Translation` of a finished run.
        data: Held-out data; `None` for the test split of the run's.

    Returns:
        From a `TextTranslator` to BLEU and the share of the translations that are those of the first that was measured; and the settings
        of the record.
    """
    from toolkit.data.parallel_texts.parallel_corpus import read_parallel_split
    from toolkit.data.reading.reading import Reading
    from toolkit.tasks.translation.measures import bleu_metric
    from toolkit.tasks.translation.training import LANGUAGES

    s = task.settings
    if data is None:
        split = task.read_data().corpus.splits["test"]
    else:
        split = read_parallel_split(data, **{name: getattr(s, name) for name in LANGUAGES}, reading=Reading.of(s))
    metric, same = bleu_metric(s.bleu_tokenizer, s.bleu_lowercase), _shared("translations")
    metric.corpus_score(split.targets[:1], [split.targets[:1]])  # before, it has no signature

    def measure(translator: Any) -> Values:
        texts = [each.text for each in translator.translate(split.sources)]
        return {"BLEU": metric.corpus_score(texts, [split.targets]).score} | same(texts)

    settings = {"test sentences": len(split.sources), "beam of": task.search.beam_width, "BLEU is": metric.get_signature().format()}
    return measure, settings


def language_model(task: Any, data: str | None) -> tuple[Measure, dict[str, Any]]:
    """Returns what measures a language model, and what it is measured on: the passages of the held-out text that the run keeps.

    Args:
        task: A `LanguageModeling` of a finished run.
        data: Must be `None`.

    Returns:
        From a `TextGenerator` to the nats per token; and the settings of the record.

    Raises:
        UserError: There are data.
    """
    from toolkit.errors import UserError
    from toolkit.text.tokenizer import Tokenizer

    if data is not None:
        raise UserError(f"--data: expected none for a language model, which is measured on what its run keeps, received {data}")
    tokenizer = Tokenizer.load(task.run.tokenizer)
    samples = task.run.read_json(task.run.samples)
    known = [text for text, ids in zip(samples, tokenizer.encode(samples), strict=True) if tokenizer.unk_id not in ids]
    tokens = sum(map(len, tokenizer.encode(known)))

    def measure(generator: Any) -> Values:
        return {"nats per token": sum(likelihood.nats for likelihood in generator.score(known)) / tokens}

    return measure, {"held-out passages": len(known), "tokens": tokens}


QUALITY = {"classification": classification, "translation": translation, "language_model": language_model}


def in_batches(answer: Callable[[list[str]], Sequence], texts: Sequence[str]) -> list:
    """Returns the answers to texts, asked in batches of texts of similar length, in the order of the texts."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    answers: list = [None] * len(texts)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        for place, found in zip(places, answer([texts[place] for place in places]), strict=True):
            answers[place] = found
    return answers


def _shared(what: str) -> Callable[[list], Values]:
    """Returns what gives the share of answers that are those of its first call."""
    first: list = []

    def same(answers: list) -> Values:
        if not first:
            first.extend(answers)
            return {}
        return {SAME.format(what): 100 * sum(a == b for a, b in zip(first, answers, strict=True)) / len(first)}

    return same
