import random

from hypothesis import given
from hypothesis import strategies as st

from toolkit.text import text_sample
from toolkit.text.text_sample import TextSample, level_of, sizes_of

TEXTS = st.lists(st.text(alphabet="ab cé\n\ud800", max_size=30), max_size=12)


@given(TEXTS, st.integers(1, 4))
def test_samples_of_parts_are_together_that_of_the_whole(texts, number):
    parts = [texts[place::number] for place in range(number)]
    whole = TextSample([text for part in parts for text in part])
    level = level_of([sizes_of(part) for part in parts])
    merged = TextSample.merge([TextSample(part, level) for part in parts])
    assert level == 0
    assert list(merged) == list(whole)
    assert (merged.read, merged.characters) == (whole.read, whole.characters)


def test_of_very_many_parts_some_are_taken_wherever_they_are_read(monkeypatch):
    monkeypatch.setattr(text_sample, "SAMPLE", 2000)
    texts = [f"line {random.Random(number).random()}" for number in range(1000)]
    whole = TextSample(texts)
    parts = [texts[:300], texts[300:]]
    level = level_of(map(sizes_of, parts))
    merged = TextSample.merge([TextSample(part, level) for part in parts])
    assert merged.level == whole.level > 0
    assert list(merged) == list(whole)
    assert 500 < merged.characters <= 2000


def test_what_is_repeated_takes_no_room(monkeypatch):
    monkeypatch.setattr(text_sample, "SAMPLE", 100)
    sample = TextSample(["again and again"] * 1000)
    assert list(sample) == ["again and again"]
    assert level_of([sizes_of(["again"] * 1000)]) == 0


def test_a_long_text_is_cut_at_spaces():
    parts = list(TextSample(["word " * 500]))
    assert "".join(parts) == "word " * 500 or len(parts) < 3  # parts that are the same count once
    assert all(len(part) <= 1000 for part in parts)
