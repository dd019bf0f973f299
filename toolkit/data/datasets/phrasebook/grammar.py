"""Draws sentences at random, and decides which of them are for training."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from toolkit.data.datasets.phrasebook.english import to_english
from toolkit.data.datasets.phrasebook.french import to_french
from toolkit.data.datasets.phrasebook.lexicon import ADJECTIVES, DETERMINERS, NAMES, NOUNS, NUMERALS, PRONOUNS, VERBS
from toolkit.data.datasets.phrasebook.sentence import Nominal, NounPhrase, Sentence
from toolkit.data.datasets.phrasebook.words import FIRST, FIRST_PLURAL, SECOND, SECOND_PLURAL, Adjective, Noun, Pronoun, Verb
from toolkit.data.splits.splitting import split_of

_Option = TypeVar("_Option")
_PARTY = {FIRST: 1, FIRST_PLURAL: 1, SECOND: 2, SECOND_PLURAL: 2}  # who is speaking and who is spoken to
_COMMON = (*DETERMINERS[:1] * 4, *DETERMINERS[1:2] * 3, *DETERMINERS[2:])  # the and a are most frequent


def split_of_sentence(sentence: Sentence) -> Literal["train", "validation", "test"]:
    """Assigns a sentence to a split by the words that meet in it, so that no combination of a test sentence occurs in training.

    Args:
        sentence: The sentence.

    Returns:
        `"train"` for 90 per cent of the combinations, `"validation"` and `"test"` for 5 per cent each.
    """
    return split_of("|".join(sentence.combination), train=90, validation=5)


def draw_pairs(seed: int) -> Iterator[tuple[Sentence, str, str]]:
    """Draws sentences without repetition and says them in both languages, the same ones on every machine.

    Args:
        seed: Chooses the sentences.

    Yields:
        A sentence, its English and its French.
    """
    draw = Draw(seed)
    seen = set()
    while True:
        sentence = draw.sentence()
        english = to_english(sentence)
        if english not in seen:
            seen.add(english)
            yield sentence, english, to_french(sentence)


def draw_splits(sizes: Mapping[str, int], seed: int) -> dict[str, list[tuple[str, str]]]:
    """Draws as many pairs for every split as are wanted.

    Args:
        sizes: Number of pairs by split.
        seed: Chooses the sentences.

    Returns:
        Pairs of English and French by split; no pair is repeated.
    """
    splits: dict[str, list[tuple[str, str]]] = {split: [] for split in sizes}
    pairs = draw_pairs(seed)
    while any(len(splits[split]) < size for split, size in sizes.items()):
        sentence, english, french = next(pairs)
        split = split_of_sentence(sentence)
        if len(splits.get(split, [])) < sizes.get(split, 0):
            splits[split].append((english, french))
    return splits


def is_reflexive(subject: Nominal, pronoun: Pronoun) -> bool:
    """Says whether the pronoun, as an object, would mean the subject: `I see me`, `we see me`.

    Args:
        subject: The subject.
        pronoun: The object.

    Returns:
        Whether both are of the first person, or both of the second.
    """
    return subject.person in _PARTY and _PARTY[subject.person] == _PARTY.get(pronoun.person)


class Draw:
    """Draws sentences that make sense at least as to grammar.

    Args:
        seed: Chooses the sentences.
    """

    def __init__(self, seed: int):
        self._random = random.Random(seed).random  # of all its methods the one whose results Python promises to keep

    def sentence(self) -> Sentence:
        """Draws a sentence; every verb is equally likely."""
        verb = self._one_of(VERBS)
        subject = self._subject(verb)
        direct = self._complement(verb.direct, subject) if verb.direct else None
        return Sentence(
            subject=subject,
            verb=verb,
            tense=self._one_of(verb.tenses),
            negative=self._happens(0.35),
            question=self._happens(0.25),
            direct=direct,
            oblique=self._complement(verb.oblique, subject, pronouns=verb.prepositions[1] == "à") if verb.oblique else None,
            predicate=self._one_of(_predicates(subject)) if verb.predicate else None,
            topic=_can_be_topic(direct) and self._happens(0.25),
        )

    def _subject(self, verb: Verb) -> Nominal:
        if self._happens(0.45):
            return self._one_of(PRONOUNS)
        if self._happens(0.2):
            return self._one_of(NAMES)
        return self._noun_phrase("person animal thing place" if verb.predicate else "person", may_be_bare=False)

    def _complement(self, kinds: str, subject: Nominal, pronouns: bool = True) -> Nominal:
        if "person" in kinds and pronouns and self._happens(0.5):
            return self._one_of([pronoun for pronoun in PRONOUNS if not is_reflexive(subject, pronoun)])
        if "person" in kinds and self._happens(0.15):
            return self._one_of([name for name in NAMES if name != subject])
        return self._noun_phrase(kinds, may_be_bare=True)

    def _noun_phrase(self, kinds: str, may_be_bare: bool) -> NounPhrase:
        noun = self._one_of([noun for noun in NOUNS if noun.kind in kinds.split()])
        plural = self._happens(0.45)
        numeral = self._one_of(NUMERALS) if plural and self._happens(0.35) else None
        # `Chairs are round` speaks of all chairs, `Des chaises sont rondes` of some: no subject is a plural without a determiner.
        any_determiner = may_be_bare or numeral or not plural
        determiner = self._one_of([determiner for determiner in _COMMON if any_determiner or determiner.definite])
        return NounPhrase(determiner, noun, plural, numeral, self._adjectives(noun))

    def _adjectives(self, noun: Noun) -> tuple[Adjective, ...]:
        fitting = [adjective for adjective in ADJECTIVES if noun.kind in adjective.kinds.split()]
        drawn = []
        for before in (True, False):
            if self._happens(0.25):
                drawn.append(self._one_of([adjective for adjective in fitting if adjective.before == before]))
        return tuple(drawn)

    def _one_of(self, options: Sequence[_Option]) -> _Option:
        return options[int(self._random() * len(options))]

    def _happens(self, probability: float) -> bool:
        return self._random() < probability


def _predicates(subject: Nominal) -> list[Adjective]:
    kind = subject.noun.kind if isinstance(subject, NounPhrase) else "person"
    return [adjective for adjective in ADJECTIVES if kind in adjective.kinds.split()]


def _can_be_topic(direct: Nominal | None) -> bool:
    """Whether `it` or `them` can take up the object: it is known, and no person."""
    return isinstance(direct, NounPhrase) and direct.determiner.definite and direct.noun.kind != "person"
