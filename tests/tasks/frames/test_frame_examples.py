import numpy as np
import pytest

from toolkit.tasks.frames.examples import measured_sequences
from toolkit.tasks.frames.predictor import Tagged
from toolkit.tasks.frames.sequences import FrameSequences


def test_sequences():
    sequences = FrameSequences(np.zeros((5, 4, 4, 1), "uint8"), ["a", "b", "", "a", "b"], np.array([3, 2]), ["first", "second"])
    tagged = [Tagged("first", ("a", "a", "a"), np.ones(3), ("b", "b", "b")), Tagged("second", ("a", "b"), np.ones(2), ("a", "a"))]
    summary = measured_sequences(sequences, tagged).summary()
    assert [score["value"] for score in summary["scores"]] == [pytest.approx(3 / 4), pytest.approx(2 / 4), 0.5]
    slices = {sliced["by"]: {group["name"]: group["value"] for group in sliced["groups"]} for sliced in summary["slices"]}
    assert slices == {"frames in the sequence": {"2": 1, "3": 0.5}, "label": {"a": 1, "b": 0.5}}
    [worst] = summary["worst"]["examples"]
    assert (worst["text"], worst["expected"], worst["answer"], worst["score"]) == ("first", "a b ?", "a a a", 1)
