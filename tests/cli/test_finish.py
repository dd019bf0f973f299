"""What comes after a training never fails it: with a task whose parts fail one by one."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from toolkit.cli.finish import finish
from toolkit.errors import UserError
from toolkit.evaluation.divergence import Trouble


class Task:
    """A finished run in which nothing goes wrong."""

    def __init__(self, **changed):
        self.run = SimpleNamespace(path=Path("runs/mine"), read_metrics=lambda: {"test": {"nats": 1.5}})
        self.exports = []
        for name, value in changed.items():
            setattr(self, name, value)

    example = "it's"
    trouble = staticmethod(lambda metrics: None)
    warning = staticmethod(lambda metrics: "this training is of no use")
    describe = staticmethod(lambda metrics: "accuracy 90 %")
    show_predictions = staticmethod(lambda number: ["→ fine"])

    def export(self, directory, name):
        self.exports.append(directory / name)
        return "saved_models/mine/1"


def failing(error):
    def fail(*_):
        raise error

    return fail


def finished(capsys, as_json=False, **changed):
    task = Task(**changed)
    code = finish(task, Path("out"), as_json)
    captured = capsys.readouterr()
    return code, captured.out, captured.err, task.exports


def test_a_finished_run_is_shown_and_exported(capsys):
    code, out, err, exports = finished(capsys)
    assert (code, err, exports) == (0, "", [Path("out/mine")])
    assert out.splitlines()[-1] == """Now try: toolkit predict runs/mine 'it'"'"'s'"""
    assert "→ fine" in out


@pytest.mark.parametrize("error", [UserError("the prompt 'a b' has characters"), ValueError("two\nlines"), KeyError("x")])
def test_a_demonstration_that_fails_is_a_warning(capsys, caplog, error):
    code, out, err, exports = finished(capsys, show_predictions=failing(error))
    assert (code, err, len(exports)) == (0, "", 1)
    assert "Now try" in out
    [warning] = caplog.messages
    assert warning.startswith("no predictions are shown: ")
    assert "\n" not in warning


@pytest.mark.parametrize("error", [UserError("SavedModel: expected the scores of the model; nothing was exported"), RuntimeError("a\nb")])
def test_an_export_that_fails_keeps_the_run(capsys, error):
    code, out, err, _ = finished(capsys, as_json=True, export=failing(error))
    assert code == 2
    assert err.startswith("toolkit: error: ")
    assert err.count("\n") == 1
    assert "kept in runs/mine, and `toolkit export runs/mine` exports it again" in err
    assert json.loads(out.splitlines()[-1])["test"] == {"nats": 1.5}
    assert "Now try" not in out


def test_a_model_that_has_diverged_is_not_exported(capsys):
    code, _, err, exports = finished(capsys, trouble=lambda metrics: Trouble("no", diverged=True))
    assert (code, exports) == (2, [])
    assert err == "toolkit: error: this training is of no use; nothing was exported, the run is kept in runs/mine\n"


def test_a_model_that_has_learned_nothing_is_exported_and_named(capsys):
    code, out, err, exports = finished(capsys, trouble=lambda metrics: Trouble("no", diverged=False))
    assert (code, len(exports)) == (2, 1)
    assert err == "toolkit: error: this training is of no use; the run is kept in runs/mine\n"
    assert "Now try" not in out


def test_what_may_be_chance_is_no_error(capsys):
    code, _, err, exports = finished(capsys, trouble=lambda metrics: Trouble("no", diverged=False, certain=False))
    assert (code, err, len(exports)) == (0, "", 1)
