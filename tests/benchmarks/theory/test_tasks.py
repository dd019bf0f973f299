import numpy as np

from benchmarks.theory.tasks import ADDING_BASELINE, DECIDING, IGNORED, SYMBOLS, TURNING, adding, copying, recall, reversing, tagging


def generator():
    return np.random.default_rng(0)


def test_adding_marks_one_number_in_each_half():
    inputs, sums = adding(generator(), 4000, length=10)
    numbers, marks = inputs[..., 0], inputs[..., 1]
    np.testing.assert_array_equal(marks[:, :5].sum(1), 1)
    np.testing.assert_array_equal(marks[:, 5:].sum(1), 1)
    np.testing.assert_allclose((numbers * marks).sum(1), sums, rtol=1e-6)
    np.testing.assert_allclose(np.mean((sums - 1) ** 2), ADDING_BASELINE, rtol=0.05)


def test_copying_says_the_symbols_once_and_asks_at_the_end():
    inputs, said = copying(generator(), 3, length=12, symbols=3)
    read = inputs.argmax(-1)
    np.testing.assert_array_equal(read[:, :3], said)
    np.testing.assert_array_equal(read[:, 3:9], SYMBOLS)
    np.testing.assert_array_equal(read[:, 9:], SYMBOLS + 1)


def test_recall_has_one_symbol_at_its_distance():
    inputs, said = recall(generator(), 5, length=8, distance=3)
    read = inputs.argmax(-1)
    np.testing.assert_array_equal(read[:, 4], said)
    assert (np.delete(read, 4, 1) >= SYMBOLS).all()


def test_a_tag_is_that_of_the_nearest_deciding_word_on_its_side():
    words, tags = tagging(generator(), 50, length=9)
    for row, found in zip(words.tolist(), tags.tolist(), strict=True):
        for place, word in enumerate(row):
            side = row[:place][::-1] if word == TURNING[0] else row[place + 1 :]
            decided = next((other == DECIDING[1] for other in side if other in DECIDING), IGNORED)
            assert found[place] == (decided if word in TURNING else IGNORED)
    assert set(tags[words == TURNING[1]]) == {IGNORED, 0, 1}


def test_a_sequence_is_to_be_written_backwards():
    (read, before), written = reversing(generator(), 40, longest=6)
    for source, fed, target in zip(read.tolist(), before.tolist(), written.tolist(), strict=True):
        symbols = [symbol for symbol in source if symbol]
        assert source == symbols + [0] * (6 - len(symbols))
        assert target == [symbol - 1 for symbol in symbols[::-1]] + [IGNORED] * (6 - len(symbols))
        assert fed[: len(symbols)] == [0, *symbols[::-1]][: len(symbols)]
    assert {len(np.flatnonzero(row)) for row in read} == {2, 3, 4, 5, 6}
