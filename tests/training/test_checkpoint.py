import logging
import resource

import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.training.checkpoint import CheckpointFolder


@pytest.fixture
def folder(tmp_path):
    return CheckpointFolder(tmp_path / "checkpoints")


def names(folder):
    return sorted(path.name for path in folder.path.iterdir())


def save(folder, step):
    return folder.save(step, {"model/0": np.full([50], step, "float32"), "optimizer/0": np.array(step)}, {"epoch": step, "name": "é"})


def test_gives_back_what_was_saved(folder):
    path = save(folder, 7)
    checkpoint = folder.latest()
    assert (checkpoint.path, checkpoint.state) == (path, {"epoch": 7, "name": "é"})
    assert checkpoint.arrays.keys() == {"model/0", "optimizer/0"}
    np.testing.assert_array_equal(checkpoint.arrays["model/0"], np.full([50], 7, "float32"))
    assert checkpoint.arrays["optimizer/0"].shape == ()


def test_keeps_two_and_the_best_epochs(folder):
    for epoch in (1, 2, 3):
        folder.save_epoch(epoch, {}, {"epoch": epoch})
    for step in (1, 2, 30):
        save(folder, step)
    folder.keep_epochs([2])
    assert names(folder) == ["epoch-0002.npz", "step-00000002.npz", "step-00000030.npz"]
    assert folder.latest().state["epoch"] == 30
    assert folder.average([2]).state == {"epoch": 2}


def test_averages_weights_but_not_the_states_of_generators(folder):
    random = np.random.default_rng(0)
    weights = [random.normal(size=(3, 2)).astype("float32") for _ in range(3)]
    for epoch, weight in enumerate(weights):
        folder.save_epoch(epoch, {"model/0": weight, "model/1": np.array([epoch, 7], "uint32")}, {})
    average = folder.average([2, 0, 1])
    np.testing.assert_allclose(average.arrays["model/0"], np.mean(weights, axis=0), rtol=1e-6)  # rounded to float32
    assert average.arrays["model/0"].dtype == "float32"
    np.testing.assert_array_equal(average.arrays["model/1"], [2, 7])
    np.testing.assert_array_equal(folder.average([1]).arrays["model/0"], weights[1])


def test_going_on_from_an_earlier_one_removes_the_damaged(folder):
    for step in (5, 11, 12):
        latest = save(folder, step)
    latest.write_bytes(b"")
    assert folder.latest().state["epoch"] == 11
    save(folder, 6)
    assert names(folder) == ["step-00000006.npz"]


def test_there_is_none_at_first(folder):
    assert folder.latest() is None
    with pytest.raises(UserError, match="expected the best weights"):
        folder.average([1])


def test_a_write_that_was_killed_is_not_a_checkpoint(folder):
    whole = save(folder, 1).read_bytes()
    (folder.path / "step-00000002.npz.unfinished").write_bytes(whole[: len(whole) // 2])
    assert folder.latest().state["epoch"] == 1
    save(folder, 2)
    assert names(folder) == ["step-00000001.npz", "step-00000002.npz"]


@pytest.mark.parametrize("length", [0, 1, 100, -1, -100])
def test_a_truncated_latest_gives_the_one_before_and_a_warning(folder, caplog, length):
    save(folder, 1)
    latest = save(folder, 2)
    latest.write_bytes(latest.read_bytes()[:length])
    with caplog.at_level(logging.WARNING):
        assert folder.latest().state["epoch"] == 1
    (record,) = caplog.records
    assert str(latest) in record.getMessage()


def test_no_flipped_byte_goes_unnoticed(folder):
    save(folder, 1)
    latest = save(folder, 2)
    whole = latest.read_bytes()
    for position in range(0, len(whole), 5):
        latest.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert folder.latest().state["epoch"] == 1, position


def test_a_damaged_best_is_an_error(folder):
    path = folder.save_epoch(12, {}, {})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"epoch-0012.npz: expected the best weights of this run, received the checkpoint is damaged"):
        folder.average([12])


def test_a_full_disk_leaves_nothing_half_written(folder):
    save(folder, 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))  # the system refuses to write on, as it does when a disk is full
    try:
        with pytest.raises(UserError, match=r"step-00000002.npz: cannot write the checkpoint: File too large; make room"):
            save(folder, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(folder) == ["step-00000001.npz"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file/checkpoints.*Not a directory"):
        save(CheckpointFolder(tmp_path / "file" / "checkpoints"), 1)
