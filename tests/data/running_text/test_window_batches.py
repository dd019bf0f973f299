import numpy as np
import pytest
import tensorflow as tf
from token_files import token_file

from toolkit.data.running_text.window_batches import WindowBatches, check_one_window
from toolkit.errors import UserError

BEGIN, END = 2, 3
LENGTH = 5


def random_texts(lengths):
    random = np.random.default_rng(0)
    return ["".join(random.choice(list("abcdefgh "), length - 1)) + "z" for length in lengths]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Documents of all lengths about those of windows, one of them long."""
    return token_file(tmp_path_factory.mktemp("tokens") / "many.ids", random_texts([*range(1, 24), 103, 5, 5, 10]))


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    return token_file(tmp_path_factory.mktemp("tokens") / "single.ids", random_texts([307]))


def arrays(dataset):
    return [[array.numpy() for array in tf.nest.flatten(batch)] for batch in dataset]


def documents_of(tokens, end=None):
    """What each document reads and predicts, as lists of pairs."""
    documents = np.split(np.asarray(tokens.ids, np.int32), np.cumsum(tokens.lengths)[:-1])
    labels = [[*document, *([] if end is None else [end])] for document in documents]
    return [list(zip([BEGIN, *label[:-1]], label, strict=True)) for label in labels]


def runs_of(batches):
    """What the rows read and predict from where their state is zero to where it is zero again, in order of rows and steps."""
    runs = []
    for row in range(len(batches[0][1])):
        for read, first, labels, weights in batches:
            if first[row]:
                runs.append([])
            inside = weights[row] == 1
            runs[-1] += zip(read[row][inside].tolist(), labels[row][inside].tolist(), strict=True)
    return [run for run in runs if run]


def joined(runs):
    """Puts documents together again that were cut where a row of the batches began."""
    documents = []
    for run in runs:
        if run[0][0] == BEGIN:
            documents.append([])
        documents[-1] += run
    return documents


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("rows", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("end", [END, None])
def test_every_token_is_predicted_once_from_all_before_it(many, rows, shuffle, end):
    batches = WindowBatches(many, rows, LENGTH, seed=1, shuffle=shuffle, end_id=end)
    for epoch in range(3):
        found, expected = joined(runs_of(arrays(batches.batches(epoch)))), documents_of(many, end)
        assert sorted(found) == sorted(expected)
        assert (found == expected) != shuffle


@pytest.mark.parametrize("most_steps", [1, 4, 1000])
def test_epochs_that_are_cut_short_take_turns_with_the_parts_of_the_text(single, most_steps):
    whole = WindowBatches(single, 3, LENGTH)
    batches = WindowBatches(single, 3, LENGTH, most_steps=most_steps)
    steps = min(most_steps, whole.steps(0))
    epochs = -(-whole.steps(0) // steps)
    read = [arrays(batches.batches(epoch)) for epoch in range(epochs + 1)]
    assert {len(epoch) for epoch in read} == {steps} == {batches.steps(epoch) for epoch in range(3)}
    assert all(epoch[0][1].all() for epoch in read)  # what was read before an epoch is forgotten
    labels = np.concatenate([label[weight == 1] for epoch in read for _, _, label, weight in epoch])
    assert len(labels) >= whole.predicted
    np.testing.assert_array_equal(read[0][0][0], read[-1][0][0])  # and again
    again = arrays(batches.batches(1, start=steps - 1))
    for one, other in zip(again[0][2:], read[1 % epochs][-1][2:], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("rows", [1, 4, 9])
def test_a_single_text_is_cut_into_a_run_for_each_row(single, rows, shuffle):
    runs = runs_of(arrays(WindowBatches(single, rows, LENGTH, shuffle=shuffle).batches(2)))
    assert len(runs) == rows
    assert joined(runs) == documents_of(single)
    assert max(map(len, runs)) - min(map(len, runs)) <= 3 * LENGTH  # a first and a last window are short, and one row may have one more


def test_shapes_and_types_are_fixed(many):
    dataset = WindowBatches(many, 4, LENGTH, end_id=END).batches(0)
    (read, first), labels, weights = dataset.element_spec
    assert [tuple(spec.shape) for spec in (read, first, labels, weights)] == [(4, LENGTH), (4,), (4, LENGTH), (4, LENGTH)]
    assert [spec.dtype for spec in (read, first, labels, weights)] == [tf.int32, tf.bool, tf.int32, tf.float32]
    for batch in arrays(dataset):
        assert [array.shape for array in batch] == [(4, LENGTH), (4,), (4, LENGTH), (4, LENGTH)]


def test_padding_is_zero_at_the_end_of_a_row(many):
    for read, _, labels, weights in arrays(WindowBatches(many, 4, LENGTH, shuffle=True, end_id=END).batches(0)):
        np.testing.assert_array_equal(read > 0, weights == 1)
        np.testing.assert_array_equal(labels > 0, weights == 1)
        assert np.all(np.diff(weights) <= 0)


def test_only_the_last_step_has_rows_without_windows(single):
    batches = arrays(WindowBatches(single, 5, LENGTH).batches(0))
    filled = [weights.any(axis=1).sum() for *_, weights in batches]
    assert filled == [5] * (len(batches) - 1) + [-(-307 // LENGTH) % 5]


def test_without_shuffle_windows_begin_at_multiples_of_their_length(single):
    batches = arrays(WindowBatches(single, 1, LENGTH).batches(0))
    np.testing.assert_array_equal(np.concatenate([labels[0] for _, _, labels, _ in batches])[:307], single.ids)


@pytest.mark.slow
def test_borders_differ_between_epochs_and_seeds(single):
    firsts = {
        (seed, epoch): int(arrays(WindowBatches(single, 1, LENGTH, seed=seed, shuffle=True).batches(epoch))[0][-1].sum())
        for seed in range(3)
        for epoch in range(20)
    }
    assert set(firsts.values()) == set(range(1, LENGTH + 1))
    assert len({tuple(firsts[seed, epoch] for epoch in range(20)) for seed in range(3)}) == 3


def test_all_epochs_have_as_many_steps(many):
    batches = WindowBatches(many, 4, LENGTH, shuffle=True, end_id=END)
    assert {len(arrays(batches.batches(epoch))) for epoch in range(5)} == {batches.steps(0)}


def test_shifted_borders_cost_no_window_but_in_long_documents(many):
    plain, shuffled = (WindowBatches(many, 1, LENGTH, shuffle=shuffle, end_id=END).steps(0) for shuffle in (False, True))
    assert shuffled == plain + 1


def test_the_weights_of_an_epoch_add_up_to_what_is_predicted(many):
    for end, predicted in ((None, len(many)), (END, len(many) + many.documents)):
        batches = WindowBatches(many, 4, LENGTH, shuffle=True, end_id=end)
        assert sum(batch[-1].sum() for batch in arrays(batches.batches(0))) == batches.predicted == predicted


def test_the_same_arguments_give_the_same_batches(many):
    first, second = (arrays(WindowBatches(many, 4, LENGTH, seed=2, shuffle=True).batches(3)) for _ in range(2))
    assert_same(first, second)


@pytest.mark.parametrize("start", [0, 1, 7])
def test_start_leaves_the_tail(many, start):
    batches = WindowBatches(many, 4, LENGTH, shuffle=True, end_id=END)
    assert_same(arrays(batches.batches(2, start=start)), arrays(batches.batches(2))[start:])


def test_start_at_the_end_leaves_nothing(many):
    batches = WindowBatches(many, 4, LENGTH)
    assert arrays(batches.batches(0, start=batches.steps(0))) == []


def test_replicas_share_the_rows(many):
    batches = WindowBatches(many, 4, LENGTH, shuffle=True, end_id=END)
    halves = zip(*(arrays(batches.batches(0, replica=replica, replicas=2)) for replica in range(2)), strict=True)
    for shares, whole in zip(halves, arrays(batches.batches(0)), strict=True):
        assert_same(shares, [[array[replica::2] for array in whole] for replica in range(2)])


def test_a_text_shorter_than_a_window(tmp_path):
    hello = token_file(tmp_path / "hello.ids", ["hello"])
    [batch] = arrays(WindowBatches(hello, 2, 8).batches(0))
    assert runs_of([batch]) == documents_of(hello)
    with pytest.raises(UserError, match=r"book\.txt: expected at least one window of 8 tokens in the train split, received 5; give more"):
        check_one_window("book.txt", hello, 8)
    check_one_window("book.txt", hello, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": 0}, "`rows` must be a positive integer"),
        ({"length": 0}, "`length` must be a positive integer"),
        ({"seed": -1}, "`seed` must be an integer of at least 0"),
        ({"begin_id": 0}, "`begin_id` must be a positive integer"),
        ({"end_id": 0}, "`end_id` must be a positive integer"),
    ],
)
def test_arguments_out_of_range_are_refused(many, arguments, message):
    with pytest.raises(ValueError, match=message):
        WindowBatches(many, **{"rows": 4, "length": LENGTH, **arguments})


@pytest.mark.parametrize("arguments", [{"start": -1}, {"start": 1000}, {"replica": 1}, {"replicas": 3}])
def test_positions_out_of_range_are_refused(many, arguments):
    with pytest.raises(ValueError, match="`start` must be in"):
        WindowBatches(many, 4, LENGTH).batches(0, **arguments)


def assert_same(first, second):
    for batch, other in zip(first, second, strict=True):
        for array, expected in zip(batch, other, strict=True):
            np.testing.assert_array_equal(array, expected)
