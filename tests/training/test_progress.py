import sys

import pytest

from toolkit.training import progress as module
from toolkit.training.budget import Budget, Pace
from toolkit.training.progress import Progress, clock


class Clock:
    """A clock on which each step takes two seconds, and each validation five."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def time(monkeypatch):
    time = Clock()
    monkeypatch.setattr(module, "time", time)
    return time


def run_epoch(progress, time, start=0, epoch=0):
    progress.set_params({"epochs": 2, "steps": 3, "after": 3 * (1 - epoch), "total": 6 - 3 * epoch - start, "validations": 2 - epoch})
    if epoch == 0:
        progress.on_train_begin()
    progress.on_epoch_begin(epoch)
    for batch in range(start, 3):
        time.now += 2
        progress.on_train_batch_end(batch, {"loss": 0.5, "gradient_norm": 2.0})
    time.now += 5
    progress.on_epoch_end(epoch, {"epoch": epoch + 1, "loss": 0.5, "val_loss": 0.25, "learning_rate": 0.1, "seconds": 62.0})


def test_a_file_gets_a_line_for_the_epoch_with_the_time_left_of_the_whole_command(capsys, time):
    progress = Progress(Budget(reserved=60, reserved_steps=10))
    run_epoch(progress, time)
    run_epoch(progress, time, epoch=1)
    assert capsys.readouterr().out.splitlines() == [
        "training   6 steps, 2 validations",
        "epoch 1/2: loss 0.5000, val_loss 0.2500, 1:02 so far, 1:31 left in all",  # 3 * 2 + 5 + 60 + 10 * 2
        "epoch 2/2: loss 0.5000, val_loss 0.2500, 1:02 so far, 1:20 left in all",
    ]


def test_a_file_gets_lines_in_a_long_epoch(capsys, time):
    run_epoch(Progress(line_seconds=0.0), time)
    _, first, *_ = lines = capsys.readouterr().out.splitlines()
    assert first == "epoch 1/2, step 2/3, loss 0.5000, 0:02 left, 0:08 in all"  # the first step compiles, and is no measure
    assert len(lines) == 1 + 2 + 1


def test_what_was_timed_before_is_known_from_the_first_line(capsys, time):
    progress = Progress(line_seconds=0.0)
    progress.pace = Pace(step=2.0, validation=20.0)
    run_epoch(progress, time)
    run_epoch(progress, time, epoch=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "training   6 steps, 2 validations; 0:52 left in all"
    assert lines[1].endswith("0:04 left, 0:50 in all")
    assert lines[5].endswith("step 1/3, loss 0.5000, 0:04 left, 0:09 in all")  # a validation has taken five seconds


@pytest.mark.parametrize(("start", "counts"), [(0, ["2/3", "3/3"]), (1, ["3/3"])])
def test_a_terminal_gets_a_line_that_is_written_over(capsys, monkeypatch, time, start, counts):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    run_epoch(Progress(), time, start)
    output = capsys.readouterr().out
    assert all(f"\repoch 1/2, step {count}" in output for count in counts)
    assert output.count("\n") == 2
    assert "gradient_norm" not in output


def test_a_line_on_a_terminal_is_no_longer_than_that(capsys, monkeypatch, time):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "30")
    run_epoch(Progress(), time)
    assert "\repoch 1/2, step 2/3, loss 0.5\r" in capsys.readouterr().out


def test_clock():
    assert [clock(7), clock(187.4), clock(3765)] == ["0:07", "3:07", "1:02:45"]
