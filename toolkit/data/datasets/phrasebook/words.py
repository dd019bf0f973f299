"""The kinds of words the phrasebook knows, each in both languages, with what their inflection cannot be guessed from.

A person is a number from 0 to 5: I, you, he or she, we, you all, they. A kind is one of person, animal, thing and place; where a word fits
several, they are written with spaces between.
"""

from dataclasses import dataclass

FIRST, SECOND, THIRD, FIRST_PLURAL, SECOND_PLURAL, THIRD_PLURAL = range(6)


@dataclass(frozen=True)
class Noun:
    """A noun: `english_plural` only where it is irregular."""

    english: str
    french: str
    kind: str
    feminine: bool
    english_plural: str = ""


@dataclass(frozen=True)
class Adjective:
    """An adjective.

    `before` says that it stands before the noun in French; `vowel_form` is the masculine before a vowel (bel, vieil, nouvel).
    """

    english: str
    masculine: str
    feminine: str
    kinds: str
    before: bool = False
    vowel_form: str = ""


@dataclass(frozen=True)
class Determiner:
    """A determiner in the singular and plural; in French also by gender in the singular."""

    english: str
    english_plural: str
    masculine: str
    feminine: str
    plural: str

    @property
    def definite(self) -> bool:
        """Whether a noun with it names something known, which a pronoun can take up."""
        return self.english != "a"


@dataclass(frozen=True)
class Numeral:
    """A number from two on, written out."""

    english: str
    french: str


@dataclass(frozen=True)
class Pronoun:
    """A personal pronoun; in French as the subject, the direct object and the recipient. `I`, `you`, `we` and `they` count as masculine."""

    english: str
    english_object: str
    subject: str
    direct: str
    indirect: str
    person: int
    feminine: bool = False

    @property
    def plural(self) -> bool:
        """Whether what agrees with it is in the plural."""
        return self.person >= FIRST_PLURAL


@dataclass(frozen=True)
class Name:
    """A person's name, the same in both languages."""

    text: str
    feminine: bool
    person: int = THIRD
    plural: bool = False


@dataclass(frozen=True)
class Verb:
    """A verb with the complements it takes.

    Args:
        english: Base form, with a particle if it has one (`look for`).
        past: English past tense.
        french: Infinitive.
        direct: Kinds of its direct object in French; empty without one.
        oblique: Kinds of its complement after a preposition in French; empty without one.
        prepositions: What stands before that complement in English (may be part of the verb, so empty) and in French.
        predicate: Whether an adjective follows that agrees with the subject.
        present: The six forms of the French present, where they are irregular.
        future: The stem of the French future, where it is not the infinitive.
        participle: The past participle, where it is irregular.
        with_etre: Whether the passé composé is formed with être.
        tenses: The tenses in which English and French mean the same by it.
    """

    english: str
    past: str
    french: str
    direct: str = ""
    oblique: str = ""
    prepositions: tuple[str, str] = ("", "à")
    predicate: bool = False
    present: str = ""
    future: str = ""
    participle: str = ""
    with_etre: bool = False
    tenses: tuple[str, ...] = ("present", "past", "future")
