"""What a sentence says, before it is said in a language."""

from dataclasses import dataclass
from typing import Literal

from toolkit.data.datasets.phrasebook.words import THIRD, THIRD_PLURAL, Adjective, Determiner, Name, Noun, Numeral, Pronoun, Verb


@dataclass(frozen=True)
class NounPhrase:
    """A noun with a determiner, and perhaps with a numeral and adjectives: in French at most one before the noun and one after it."""

    determiner: Determiner
    noun: Noun
    plural: bool = False
    numeral: Numeral | None = None
    adjectives: tuple[Adjective, ...] = ()

    @property
    def feminine(self) -> bool:
        """The gender, which is the noun's."""
        return self.noun.feminine

    @property
    def person(self) -> int:
        """The person of a verb with this subject."""
        return THIRD_PLURAL if self.plural else THIRD


Nominal = Pronoun | Name | NounPhrase


@dataclass(frozen=True)
class Sentence:
    """One clause.

    Args:
        subject: Who does it.
        verb: What is done.
        tense: When.
        negative: Whether it is denied.
        question: Whether it is asked.
        direct: The direct object, if the verb takes one.
        oblique: The complement after a preposition, if the verb takes one.
        predicate: What the subject is, after a verb like `be`.
        topic: Whether the direct object is named first and taken up by a pronoun: `The apple, I eat it.`
    """

    subject: Nominal
    verb: Verb
    tense: Literal["present", "past", "future"] = "present"
    negative: bool = False
    question: bool = False
    direct: Nominal | None = None
    oblique: Nominal | None = None
    predicate: Adjective | None = None
    topic: bool = False

    @property
    def combination(self) -> tuple[str, ...]:
        """Which words meet: the subject, the verb and its complements, whatever their number, determiners and attributes."""
        complements = (_head(nominal) for nominal in (self.direct, self.oblique) if nominal)
        predicate = (self.predicate.english,) if self.predicate else ()
        return (_head(self.subject), self.verb.english, *complements, *predicate)


def _head(nominal: Nominal) -> str:
    if isinstance(nominal, NounPhrase):
        return nominal.noun.english
    return nominal.text if isinstance(nominal, Name) else nominal.english
