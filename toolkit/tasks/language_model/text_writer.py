"""Token ids to text while they come."""

from collections.abc import Iterable, Sequence

from toolkit.text.tokenizer import Tokenizer

_NO_CHARACTER = "\ufffd"  # what bytes decode to that are no character, or not yet
_CONTEXT = 8  # tokens; whether a piece begins with a space shows only with one before it


class TextWriter:
    """Turns the tokens that follow a prompt into text, token by token.

    What it has returned is never taken back. So a character of several tokens, its bytes, comes when it is whole, and what may become a
    stop string comes when it has become something else.

    Args:
        tokenizer: What the tokens are of.
        prompt: What stands before the text.
        prompt_ids: Its ids. If they do not keep the white space that the prompt ends in, the text does not begin with a space either.
        stop: Strings that end the text and are no part of it.

    Attributes:
        stopped: Whether a stop string has come.
    """

    def __init__(self, tokenizer: Tokenizer, prompt: str = "", prompt_ids: Iterable[int] = (), stop: Sequence[str] = ()):
        self.stopped = False
        self._tokenizer = tokenizer
        self._stop = stop
        self._held = ""  # what may become a stop string
        self._begun: list[int] = []  # tokens of which the last characters are not whole
        self._shown = 0  # characters of them that are
        self._remember([int(token) for token in prompt_ids])
        self._drops_space = prompt[-1:].isspace() and not self._before[-1:].isspace()

    def add(self, token: int) -> str:
        """Returns the text that has become certain with one more token; after a stop string there must be none."""
        self._begun.append(int(token))
        text = self._tokenizer.decode(self._context + self._begun)[len(self._before) :]
        whole = text.rstrip(_NO_CHARACTER)
        new = whole[self._shown :]
        self._shown = len(whole)
        if whole == text:
            self._remember(self._context + self._begun)
        return self._up_to_stop(self._without_space(new))

    def finish(self) -> str:
        """Returns what was held back; a character that lacks bytes is left out."""
        held, self._held = self._held, ""
        return held

    def _remember(self, ids: list[int]) -> None:
        self._context, self._begun, self._shown = ids[-_CONTEXT:], [], 0
        self._before = self._tokenizer.decode(self._context)

    def _without_space(self, new: str) -> str:
        if self._drops_space and new:
            new = new.lstrip(" ")
            self._drops_space = not new
        return new

    def _up_to_stop(self, new: str) -> str:
        text = self._held + new
        found = [place for stop in self._stop if (place := text.find(stop)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        certain = len(text) - max((_beginning(text, stop) for stop in self._stop), default=0)
        self._held = text[certain:]
        return text[:certain]


def _beginning(text: str, stop: str) -> int:
    """Returns how many characters at the end of a text are the beginning of a stop string."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
