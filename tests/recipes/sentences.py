"""A small parallel text that is easy to translate: words one by one, the adjective behind its noun."""

import itertools
from pathlib import Path

WORDS = {"a": "un", "the": "le", "this": "ce", "my": "mon"}
ADJECTIVES = {"red": "rouge", "young": "jeune", "sad": "triste", "poor": "pauvre", "calm": "calme"}
NOUNS = {"dog": "chien", "cat": "chat", "bird": "oiseau", "horse": "cheval", "lion": "lion"}
VERBS = {"eats": "mange", "sleeps": "dort", "sings": "chante", "falls": "tombe"}


def pairs() -> list[tuple[str, str]]:
    """Returns every sentence with its translation, in an order that mixes the words."""
    all_pairs = [
        (f"{word} {adjective} {noun} {verb}", f"{WORDS[word]} {NOUNS[noun]} {ADJECTIVES[adjective]} {VERBS[verb]}")
        for word, adjective, noun, verb in itertools.product(WORDS, ADJECTIVES, NOUNS, VERBS)
    ]
    return [all_pairs[position * 7 % len(all_pairs)] for position in range(len(all_pairs))]  # 7 and 400 have no common divisor


def write_sentences(folder: Path) -> None:
    """Writes `train`, `valid` and `test`, each with `.en` and `.fr`."""
    rest = pairs()
    for name, size in (("test", 30), ("valid", 30), ("train", 340)):
        part, rest = rest[:size], rest[size:]
        for language, column in zip(("en", "fr"), zip(*part, strict=True), strict=True):
            (folder / f"{name}.{language}").write_text("\n".join(column) + "\n", "utf-8")
