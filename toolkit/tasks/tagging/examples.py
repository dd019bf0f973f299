"""What the measuring of a tagger has seen of each sentence, for the report of its run."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from toolkit.evaluation.measured import Example, Measured, Ratio, by_length, by_name, worst_first
from toolkit.tasks.tagging.measures import TAGS, Item, items_of
from toolkit.tasks.tagging.sentence import Sentence

NOTE = "Whole sentences are drawn, as the words of one are not independent of each other."


def measured_sentences(
    sentences: Sequence[Sentence], predicted: Sequence[Sequence[str]], known: Sequence[np.ndarray], kind: str
) -> Measured:
    """Returns what became of each sentence.

    Args:
        sentences: The sentences with their true tags.
        predicted: The tags that their words were given.
        known: Whether the model knows each word.
        kind: What the tags stand for, see `kind_of_tags`.
    """
    pairs = zip(sentences, predicted, strict=True)
    right = [np.array([one == other for one, other in zip(sentence.tags, tags, strict=True)], bool) for sentence, tags in pairs]
    words, hits = np.array([len(row) for row in right]), np.array([row.sum() for row in right])
    unknown = np.array([np.sum(~each) for each in known])
    unknown_hits = np.array([np.sum(row & ~each) for row, each in zip(right, known, strict=True)])
    true = [set(items_of(sentence.tags, kind)) for sentence in sentences]
    found = [set(items_of(tags, kind)) for tags in predicted]
    both, wanted, given = ([Counter(name for name, *_ in items) for items in each] for each in (map(set.__and__, true, found), true, found))
    accuracy = Ratio("accuracy", hits, words)
    main = accuracy if kind == TAGS else _f1(both, wanted, given)
    rates = [] if kind == TAGS else [main, *_precision_and_recall(both, wanted, given)]
    names = sorted({name for counts in (*wanted, *given) for name in counts})

    def example(row: int) -> Example:
        sentence = sentences[row]
        missed, wrong = (_listed(sentence.words, items) for items in (true[row] - found[row], found[row] - true[row]))
        return Example(sentence.text, missed, wrong, words[row] - hits[row])

    return Measured(
        "sentences",
        scores=[*rates, accuracy, *([Ratio("accuracy of words that are not known", unknown_hits, unknown)] if unknown.any() else [])],
        slices={
            "words": by_length(main.of, words),
            "tag" if kind == TAGS else "kind": {name: _f1(both, wanted, given, name) for name in names},
            "source": by_name(main.of, [sentence.source for sentence in sentences]),
        },
        worst=worst_first(words - hits, hits < words),
        example=example,
        worst_are="sentences with the most wrong tags; beside them what was to be found and was not, and what was found and is not there",
        score="wrong tags",
        note=NOTE,
    )


def _f1(both: Sequence[Counter], wanted: Sequence[Counter], given: Sequence[Counter], name: str | None = None) -> Ratio:
    """Returns F1 of the items of a name, or of all."""
    right, true, found = (_numbers(counts, name) for counts in (both, wanted, given))
    return Ratio("F1", 2 * right, true + found)


def _precision_and_recall(both: Sequence[Counter], wanted: Sequence[Counter], given: Sequence[Counter]) -> list[Ratio]:
    right = _numbers(both)
    return [Ratio("precision", right, _numbers(given)), Ratio("recall", right, _numbers(wanted))]


def _numbers(counts: Sequence[Counter], name: str | None = None) -> np.ndarray:
    return np.array([each.total() if name is None else each[name] for each in counts], float)


def _listed(words: Sequence[str], items: Collection[Item]) -> str:
    in_order = sorted(items, key=lambda item: (item[1], item[2], item[0]))
    return "; ".join(f"{' '.join(words[first:end])}: {name}" for name, first, end in in_order)
