import asyncio

import numpy as np
import pytest

from toolkit.server.batcher import Batcher, stack
from toolkit.server.tensor_spec import TensorSpec

SPECS = {"repeat": {"counts": TensorSpec("int32", (None,)), "factor": TensorSpec("int32", ())}, "add": {"pair": TensorSpec("int32", (2,))}}


class Model:
    """Repeats each number as often as it says, padded with zeros, and notes what it is called with."""

    def __init__(self):
        self.calls = []

    def __call__(self, signature, inputs):
        if signature == "add":
            return {"sum": inputs["pair"].sum()}
        self.calls.append(inputs["counts"].tolist())
        if -1 in inputs["counts"]:
            raise ValueError("negative")
        width = max(inputs["counts"])
        rows = [[int(inputs["factor"]) * count] * count + [0] * (width - count) for count in inputs["counts"]]
        return {"rows": np.array(rows, np.int32).reshape(len(rows), width)}


def answers(model, requests, **options):
    """The answers of requests that come at the same time, each numbers and a factor; zeros at the end are cut."""

    async def run():
        batcher = Batcher(model, SPECS, **options)
        arrays = [{"counts": np.array(counts, np.int32), "factor": np.array(factor, np.int32)} for counts, factor in requests]
        return await asyncio.gather(*(batcher.run("repeat", inputs) for inputs in arrays), return_exceptions=True)

    found = asyncio.run(run())
    return [each if isinstance(each, Exception) else [[int(x) for x in row if x] for row in each["rows"]] for each in found]


def expected(counts, factor):
    return [[factor * count] * count for count in counts]


def test_those_that_wait_are_joined():
    model, requests = Model(), [([i % 5 + 1], 1) for i in range(21)]
    assert answers(model, requests, most_rows=8) == [expected(*request) for request in requests]
    assert [len(call) for call in model.calls] == [8, 8, 5]


def test_only_what_agrees_is_joined():
    model, requests = Model(), [([1, 2], 1), ([3], 2), ([4], 1), ([5], 2)]
    assert answers(model, requests) == [expected(*request) for request in requests]
    assert model.calls == [[1, 2, 4], [3, 5]]


def test_a_large_request_is_answered_in_parts():
    model = Model()
    counts = list(range(1, 12))
    assert answers(model, [(counts, 1)], most_rows=4) == [expected(counts, 1)]
    assert [len(call) for call in model.calls] == [4, 4, 3]


def test_one_that_fails_does_not_take_the_others_with_it():
    first, wrong, last = answers(Model(), [([1], 1), ([-1], 1), ([2], 1)])
    assert (first, last) == (expected([1], 1), expected([2], 1))
    assert isinstance(wrong, ValueError)


def test_without_rows_there_is_one_call():
    batcher = Batcher(Model(), SPECS)
    answer = asyncio.run(batcher.run("add", {"pair": np.array([3, 4], np.int32)}))
    assert answer["sum"] == 7


@pytest.mark.parametrize("empty", [0, b""])
def test_parts_are_padded_to_one_shape(empty):
    kind = object if empty == b"" else np.int32
    parts = [np.full((2, 1, 3), empty or 7, kind), np.full((1, 2, 2), empty or 8, kind)]
    stacked = stack(parts)
    assert stacked.shape == (3, 2, 3)
    assert (stacked[:2, :1] == parts[0]).all()
    assert (stacked[2:, :, :2] == parts[1]).all()
    assert (stacked[2, :, 2] == empty).all()
