import sys

import pytest

from toolkit.training.progress import Progress, clock


def run_epoch(progress, start=0):
    progress.set_params({"epochs": 2, "steps": 3})
    progress.on_epoch_begin(0)
    for batch in range(start, 3):
        progress.on_train_batch_end(batch, {"loss": 0.5, "gradient_norm": 2.0})
    progress.on_epoch_end(0, {"epoch": 1, "loss": 0.5, "val_loss": 0.25, "learning_rate": 0.1, "seconds": 62.0})


def test_a_file_gets_a_line_for_the_epoch(capsys):
    run_epoch(Progress())
    assert capsys.readouterr().out == "epoch 1/2: loss 0.5000, val_loss 0.2500, 1:02 so far\n"


def test_a_file_gets_lines_in_a_long_epoch(capsys):
    run_epoch(Progress(line_seconds=0.0))
    first, *_ = lines = capsys.readouterr().out.splitlines()
    assert first == "epoch 1/2, step 1/3, loss 0.5000, 0:00 left"
    assert len(lines) == 3 + 1


@pytest.mark.parametrize(("start", "counts"), [(0, ["1/3", "3/3"]), (1, ["1/2", "2/2"])])
def test_a_terminal_gets_a_bar_of_what_is_left(capsys, monkeypatch, start, counts):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    run_epoch(Progress(), start)
    output = capsys.readouterr().out
    assert all(count in output for count in counts)
    assert "gradient_norm" not in output


def test_clock():
    assert [clock(7), clock(187.4), clock(3765)] == ["0:07", "3:07", "1:02:45"]
