"""Counts what the grammar can say, without saying it."""

from toolkit.data.datasets.phrasebook import grammar
from toolkit.data.datasets.phrasebook.sentence import Nominal
from toolkit.data.datasets.phrasebook.words import Adjective, Noun, Verb


def count_pairs() -> int:
    """Counts the sentences that can be drawn. No two of them are the same in English, so as many pairs are distinct."""
    return sum(len(verb.tenses) * 4 * _count_clauses(verb) for verb in grammar.VERBS)  # 4: affirmed or denied, told or asked


def _count_clauses(verb: Verb) -> int:
    """Counts subjects with their complements."""
    if verb.predicate:
        nouns = sum(_count_phrases(noun, may_be_bare=False) * len(_fitting(noun.kind)) for noun in grammar.NOUNS)
        return nouns + (len(grammar.PRONOUNS) + len(grammar.NAMES)) * len(_fitting("person"))
    people = sum(_count_phrases(noun, may_be_bare=False) for noun in _of_kind("person"))
    subjects = (*grammar.PRONOUNS, *grammar.NAMES)
    return people * _count_complements(verb, None) + sum(_count_complements(verb, subject) for subject in subjects)


def _count_complements(verb: Verb, subject: Nominal | None) -> int:
    """Counts the complements beside a subject, which is `None` for a noun phrase: it rules nothing out."""
    direct = _count_nominals(verb.direct, subject) + _count_topics(verb.direct) if verb.direct else 1
    oblique = _count_nominals(verb.oblique, subject, pronouns=verb.prepositions[1] == "à") if verb.oblique else 1
    return direct * oblique


def _count_nominals(kinds: str, subject: Nominal | None, pronouns: bool = True) -> int:
    count = sum(_count_phrases(noun, may_be_bare=True) for noun in _of_kind(kinds))
    if "person" in kinds:
        count += sum(name != subject for name in grammar.NAMES)
        if pronouns:
            count += sum(subject is None or not grammar.is_reflexive(subject, pronoun) for pronoun in grammar.PRONOUNS)
    return count


def _count_topics(kinds: str) -> int:
    definite = sum(determiner.definite for determiner in grammar.DETERMINERS)
    numbers = 2 + len(grammar.NUMERALS)
    return sum(definite * numbers * _count_attributes(noun.kind) for noun in _of_kind(kinds) if noun.kind != "person")


def _count_phrases(noun: Noun, may_be_bare: bool) -> int:
    numbers = 2 + len(grammar.NUMERALS)  # singular, plural, and every numeral
    bare = 0 if may_be_bare else sum(not determiner.definite for determiner in grammar.DETERMINERS)
    return (len(grammar.DETERMINERS) * numbers - bare) * _count_attributes(noun.kind)


def _count_attributes(kind: str) -> int:
    before = sum(adjective.before for adjective in _fitting(kind))
    return (1 + before) * (1 + len(_fitting(kind)) - before)


def _of_kind(kinds: str) -> list[Noun]:
    return [noun for noun in grammar.NOUNS if noun.kind in kinds.split()]


def _fitting(kind: str) -> list[Adjective]:
    return [adjective for adjective in grammar.ADJECTIVES if kind in adjective.kinds.split()]
