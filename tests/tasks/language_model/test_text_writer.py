import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.tasks.language_model.text_writer import TextWriter
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["the cat sat on the mat\nthe end", "one two  three cats\n\n"]
BYTES = train_exact_tokenizer(TEXTS, "bpe", 300)
CHARACTERS = train_exact_tokenizer(TEXTS, "char")
WORDS = train_exact_tokenizer(TEXTS, "word")
FOLDED = Tokenizer.train(TEXTS, 300)


def pieces(tokenizer, prompt, text, stop=()):
    """Writes a text after a prompt, token by token, until it stops."""
    writer = TextWriter(tokenizer, prompt, tokenizer.encode([prompt])[0], stop)
    shown = []
    for token in tokenizer.encode([text])[0]:
        shown.append(writer.add(token))
        if writer.stopped:
            break
    return [*shown, writer.finish()]


@given(prompt=st.text(), text=st.text())
def test_pieces_make_up_the_text_and_are_whole_characters(prompt, text):
    shown = pieces(BYTES, prompt, f"{text}.")
    assert "".join(shown) == f"{text}."
    assert "\ufffd" in text or "\ufffd" not in "".join(shown)


def test_a_character_of_several_tokens_comes_when_it_is_whole():
    shown = pieces(BYTES, "", "€")
    assert shown == ["", "", "€", ""]


def test_a_character_that_lacks_bytes_is_left_out():
    writer = TextWriter(BYTES)
    assert [writer.add(token) for token in BYTES.encode(["a€"])[0][:-1]] == ["a", "", ""]
    assert writer.finish() == ""


def test_bytes_that_are_no_character_come_as_soon_as_that_is_certain():
    writer = TextWriter(BYTES)
    first = BYTES.encode(["€"])[0][0]
    shown = [writer.add(token) for token in [first, *BYTES.encode(["a"])[0]]]
    assert shown == ["", "\ufffda"]


@pytest.mark.parametrize(
    ("tokenizer", "prompt", "text", "expected"),
    [
        (WORDS, "the cat", "sat on", " sat on"),
        (WORDS, "the cat ", "sat on", "sat on"),
        (WORDS, "the end\n", "one two", "one two"),
        (WORDS, "", "the cat", "the cat"),
        (FOLDED, "The Cat", "sat", " sat"),
        (FOLDED, "The Cat \t", "sat", "sat"),
        (BYTES, "the cat ", " sat", " sat"),  # it keeps spaces, so there are two
        (CHARACTERS, " ", " sat", " sat"),
    ],
)
def test_spaces_between_prompt_and_text(tokenizer, prompt, text, expected):
    assert "".join(pieces(tokenizer, prompt, text)) == expected


@pytest.mark.parametrize(
    ("text", "stop", "expected"),
    [
        ("one two", ["two"], ["o", "n", "e", " ", "", "", "", ""]),
        ("one ten", ["two"], ["o", "n", "e", " ", "", "te", "n", ""]),
        ("one t", ["two"], ["o", "n", "e", " ", "", "t"]),
        ("oon", ["oone"], ["", "", "", "oon"]),
        ("ooon", ["oon"], ["", "", "o", "", ""]),
        ("abc", [], None),
        ("the cat", ["cat", "e c"], ["t", "h", "", "", "", ""]),
        ("the cat", ["at", "cat"], ["t", "h", "e", " ", "", "", "", ""]),  # the one that begins first, though both are whole at once
    ],
)
def test_what_may_become_a_stop_string_is_held_back(text, stop, expected):
    expected = [*text, ""] if expected is None else expected
    assert pieces(train_exact_tokenizer([text], "char"), "", text, stop) == expected


def test_a_token_with_more_than_the_stop_string_is_cut():
    writer = TextWriter(WORDS, "the", WORDS.encode(["the"])[0], ["ca"])
    assert writer.add(*WORDS.encode(["cat"])[0]) == " "
    assert writer.stopped
    assert writer.finish() == ""
