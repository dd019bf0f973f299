"""Says a sentence in English."""

from toolkit.data.datasets.phrasebook.sentence import Nominal, NounPhrase, Sentence
from toolkit.data.datasets.phrasebook.words import THIRD, Name, Noun, Pronoun, Verb

_BE = ("am", "are", "is", "are", "are", "are")  # present only: the past of be has no single tense in French
_CONSONANT_SOUND = ("university",)  # written with a vowel, spoken with a consonant: a university


def to_english(sentence: Sentence) -> str:
    """Says a sentence in English.

    Args:
        sentence: What to say.

    Returns:
        The text, with a capital and a full stop or question mark.
    """
    auxiliary, verb = _verb_group(sentence)
    subject = _nominal(sentence.subject)
    negation = ["not"] if sentence.negative else []
    opening = [auxiliary, subject] if sentence.question else [subject, auxiliary]
    words = [*opening, *negation, verb, *_complements(sentence)]
    topic = f"{noun_phrase(sentence.direct)}, " if sentence.topic else ""
    text = topic + " ".join(word for word in words if word)
    return text[0].upper() + text[1:] + ("?" if sentence.question else ".")


def _verb_group(sentence: Sentence) -> tuple[str, str]:
    """Returns the auxiliary and the verb; one of them may be empty."""
    verb, person, tense = sentence.verb, sentence.subject.person, sentence.tense
    if tense == "future":
        return "will", verb.english
    if verb.english == "be":
        return _BE[person], ""
    if sentence.negative or sentence.question:
        present = "does" if person == THIRD else "do"
        return "did" if tense == "past" else present, verb.english
    if tense == "past":
        return "", verb.past
    return "", _third_person(verb) if person == THIRD else verb.english


def _third_person(verb: Verb) -> str:
    word, *particle = verb.english.split()
    return " ".join(["has" if word == "have" else _add_s(word), *particle])


def _complements(sentence: Sentence) -> list[str]:
    words = []
    if sentence.direct:
        words.append(_taken_up(sentence.direct) if sentence.topic else _nominal(sentence.direct, as_object=True))
    if sentence.oblique:
        words += [sentence.verb.prepositions[0], _nominal(sentence.oblique, as_object=True)]
    if sentence.predicate:
        words.append(sentence.predicate.english)
    return words


def _taken_up(topic: NounPhrase) -> str:
    return "them" if topic.plural else "it"


def _nominal(nominal: Nominal, as_object: bool = False) -> str:
    if isinstance(nominal, Pronoun):
        return nominal.english_object if as_object else nominal.english
    return nominal.text if isinstance(nominal, Name) else noun_phrase(nominal)


def noun_phrase(phrase: NounPhrase) -> str:
    """Says a noun with its determiner, numeral and adjectives.

    Args:
        phrase: What to say.

    Returns:
        The words, separated by spaces.
    """
    numeral = [phrase.numeral.english] if phrase.numeral else []
    words = [*numeral, *(adjective.english for adjective in phrase.adjectives), _inflect(phrase.noun, phrase.plural)]
    determiner = phrase.determiner.english_plural if phrase.plural else phrase.determiner.english
    if determiner == "a" and words[0][0] in "aeiou" and words[0] not in _CONSONANT_SOUND:
        determiner = "an"
    return " ".join(word for word in (determiner, *words) if word)


def _inflect(noun: Noun, plural: bool) -> str:
    if not plural:
        return noun.english
    return noun.english_plural or _add_s(noun.english)


def _add_s(word: str) -> str:
    """Adds the ending that the plural of nouns and the third person of verbs share: keys, cities, churches, goes."""
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x", "o")) else "s")
