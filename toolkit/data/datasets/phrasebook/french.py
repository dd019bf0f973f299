"""Says a sentence in French."""

from toolkit.data.datasets.phrasebook.french_forms import (
    begins_with_vowel,
    future,
    inflect_adjective,
    inflect_noun,
    join,
    participle,
    present,
)
from toolkit.data.datasets.phrasebook.lexicon import AVOIR, ETRE
from toolkit.data.datasets.phrasebook.sentence import Nominal, NounPhrase, Sentence
from toolkit.data.datasets.phrasebook.words import Adjective, Name, Pronoun

_CLITICS = (("me", "te", "nous", "vous"), ("le", "la", "les"), ("lui", "leur"))  # in the order in which they stand before the verb
_BEFORE_VOWEL = {"ce": "cet", "ma": "mon", "ta": "ton"}


def to_french(sentence: Sentence) -> str:
    """Says a sentence in French.

    Args:
        sentence: What to say.

    Returns:
        The text, with a capital and a full stop or, after a space, a question mark.
    """
    opening = ["est-ce", "que"] if sentence.question else []
    clause = join([*opening, *_nominal(sentence.subject), *_verb_group(sentence), *_complements(sentence)])
    topic = join(noun_phrase(sentence.direct)) + ", " if sentence.topic else ""
    text = topic + clause
    return text[0].upper() + text[1:] + (" ?" if sentence.question else ".")


def _verb_group(sentence: Sentence) -> list[str]:
    """Returns what stands between the subject and the complements: ne, object pronouns, the verb or its auxiliary, pas, the participle."""
    finite, *rest = _conjugate(sentence)
    verb = [*_clitics(sentence), finite]
    return [*(["ne", *verb, "pas"] if sentence.negative else verb), *rest]


def _conjugate(sentence: Sentence) -> list[str]:
    verb, person = sentence.verb, sentence.subject.person
    if sentence.tense == "present":
        return [present(verb, person)]
    if sentence.tense == "future":
        return [future(verb, person)]
    return [present(ETRE if verb.with_etre else AVOIR, person), _agreeing_participle(sentence)]


def _agreeing_participle(sentence: Sentence) -> str:
    """Agrees with the subject after être, and after avoir with a direct object that stands before it."""
    if sentence.verb.with_etre:
        return participle(sentence.verb, sentence.subject.feminine, sentence.subject.plural)
    if sentence.topic or isinstance(sentence.direct, Pronoun):
        return participle(sentence.verb, sentence.direct.feminine, sentence.direct.plural)
    return participle(sentence.verb)


def _clitics(sentence: Sentence) -> list[str]:
    """Returns the object pronouns that stand before the verb."""
    found = []
    if sentence.topic:
        found.append(_article(sentence.direct))
    elif isinstance(sentence.direct, Pronoun):
        found.append(sentence.direct.direct)
    if isinstance(sentence.oblique, Pronoun):
        found.append(sentence.oblique.indirect)
    return [clitic for rank in _CLITICS for clitic in found if clitic in rank]


def _article(phrase: NounPhrase) -> str:
    if phrase.plural:
        return "les"
    return "la" if phrase.feminine else "le"


def _complements(sentence: Sentence) -> list[str]:
    words = []
    if sentence.direct and not sentence.topic:
        words += _after_verb(sentence.direct, negated=sentence.negative)
    if sentence.oblique and not isinstance(sentence.oblique, Pronoun):
        preposition = sentence.verb.prepositions[1]
        words += [preposition, *_after_verb(sentence.oblique, after_de=preposition == "de")]
    if sentence.predicate:
        words.append(inflect_adjective(sentence.predicate, sentence.subject.feminine, sentence.subject.plural))
    return words


def _after_verb(nominal: Nominal, negated: bool = False, after_de: bool = False) -> list[str]:
    if isinstance(nominal, NounPhrase):
        return noun_phrase(nominal, negated, after_de)
    return [] if isinstance(nominal, Pronoun) else [nominal.text]


def _nominal(nominal: Nominal) -> list[str]:
    if isinstance(nominal, Pronoun):
        return [nominal.subject]
    return [nominal.text] if isinstance(nominal, Name) else noun_phrase(nominal)


def noun_phrase(phrase: NounPhrase, negated: bool = False, after_de: bool = False) -> list[str]:
    """Says a noun with its determiner, numeral and adjectives, each of which agrees with it.

    Args:
        phrase: What to say.
        negated: Whether it is the direct object of a negated verb, where un, une and des become de.
        after_de: Whether the preposition de stands before it, where des is left out.

    Returns:
        The words in full, before elision and contraction.
    """
    noun = inflect_noun(phrase.noun, phrase.plural)
    before = [_before_noun(adjective, phrase, noun) for adjective in phrase.adjectives if adjective.before]
    after = [inflect_adjective(adjective, phrase.feminine, phrase.plural) for adjective in phrase.adjectives if not adjective.before]
    numeral = [phrase.numeral.french] if phrase.numeral else []
    words = [*numeral, *before, noun, *after]
    if phrase.determiner.definite:
        return [_definite(phrase, words[0]), *words]
    return [*_indefinite(phrase, bool(before), negated, after_de), *words]


def _before_noun(adjective: Adjective, phrase: NounPhrase, noun: str) -> str:
    if adjective.vowel_form and not phrase.feminine and not phrase.plural and begins_with_vowel(noun):
        return adjective.vowel_form
    return inflect_adjective(adjective, phrase.feminine, phrase.plural)


def _definite(phrase: NounPhrase, following: str) -> str:
    """Returns a determiner other than the indefinite article: ce and cet, ma and, before a vowel, mon."""
    if phrase.plural:
        return phrase.determiner.plural
    word = phrase.determiner.feminine if phrase.feminine else phrase.determiner.masculine
    return _BEFORE_VOWEL.get(word, word) if begins_with_vowel(following) else word


def _indefinite(phrase: NounPhrase, adjective_before: bool, negated: bool, after_de: bool) -> list[str]:
    """Returns un, une or des; de after a negated verb and, in the plural, before an adjective; nothing before a numeral."""
    if phrase.numeral or (phrase.plural and after_de):
        return []
    if negated or (phrase.plural and adjective_before):
        return ["de"]
    if phrase.plural:
        return [phrase.determiner.plural]
    return [phrase.determiner.feminine if phrase.feminine else phrase.determiner.masculine]
