"""The forms of French words: plurals, agreement, conjugation, and what changes where two words meet."""

import unicodedata

from toolkit.data.datasets.phrasebook.words import Adjective, Noun, Verb

_ELIDED = ("je", "me", "te", "le", "la", "ne", "de", "que")
_CONTRACTED = {("à", "le"): "au", ("à", "les"): "aux", ("de", "le"): "du", ("de", "les"): "des"}
_NO_ELISION = ("huit", "onze", "héros")  # written like words that begin with a vowel, spoken unlike them: le héros, de onze
_PRESENT = {
    "er": ("e", "es", "e", "ons", "ez", "ent"),
    "ir": ("is", "is", "it", "issons", "issez", "issent"),
    "re": ("s", "s", "", "ons", "ez", "ent"),
}
_PARTICIPLE = {"er": "é", "ir": "i", "re": "u"}
_FUTURE = ("ai", "as", "a", "ons", "ez", "ont")


def plural(word: str) -> str:
    """Puts a noun or an adjective into the plural: chiens, souris, chevaux, oiseaux."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-1] + "ux"
    return word + ("x" if word.endswith(("au", "eu")) and word != "bleu" else "s")


def inflect_noun(noun: Noun, in_plural: bool) -> str:
    """Gives a noun's singular or plural."""
    return plural(noun.french) if in_plural else noun.french


def inflect_adjective(adjective: Adjective, feminine: bool, in_plural: bool) -> str:
    """Gives an adjective the gender and number of its noun."""
    word = adjective.feminine if feminine else adjective.masculine
    return plural(word) if in_plural else word


def present(verb: Verb, person: int) -> str:
    """Conjugates a verb in the present."""
    if verb.present:
        return verb.present.split()[person]
    stem, group = verb.french[:-2], verb.french[-2:]
    ending = _PRESENT[group][person]
    if stem.endswith("g") and ending == "ons":
        stem += "e"  # nous mangeons: the g stays soft
    return stem + ending


def future(verb: Verb, person: int) -> str:
    """Conjugates a verb in the future."""
    return (verb.future or verb.french.removesuffix("e")) + _FUTURE[person]


def participle(verb: Verb, feminine: bool = False, in_plural: bool = False) -> str:
    """Gives the past participle of a verb, with the gender and number of what it agrees with."""
    word = verb.participle or verb.french[:-2] + _PARTICIPLE[verb.french[-2:]]
    return word + "e" * feminine + "s" * (in_plural and (feminine or not word.endswith("s")))


def begins_with_vowel(word: str) -> bool:
    """Whether a word makes the one before it elide: arbre, école, œuf, homme."""
    first = unicodedata.normalize("NFD", word)[0].lower()
    return first in "aeiouhœ" and word not in _NO_ELISION


def join(words: list[str]) -> str:
    """Writes words one after the other, elided (l'arbre, n'est, qu'il) and contracted (au, aux, du, des).

    Args:
        words: Words in full, none of them empty.

    Returns:
        The text.
    """
    elided = [
        word[:-1] + "'" if word in _ELIDED and begins_with_vowel(following) else word
        for word, following in zip(words, [*words[1:], "."], strict=True)
    ]
    written: list[str] = []
    for word in elided:
        if written and (written[-1], word) in _CONTRACTED:
            written[-1] = _CONTRACTED[written[-1], word]
        else:
            written.append(word)
    return " ".join(written).replace("' ", "'")
