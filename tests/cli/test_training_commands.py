"""What happens to a training from outside: signals, readers that leave, and a second one in its folder."""

import json
import os
import signal
import time

import pytest

from tests.cli.shell import finish, shell, start
from toolkit.cli import main

TINY = (
    "toolkit train --data texts.csv --run_dir runs/tiny sentiment --units 4 --embedding_dim=4 --tokenizer char --epochs 3 --export-dir out "
    "--checkpoint-seconds 0"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    rows = [f"a {'good' if i % 2 else 'bad'} film of year {1900 + i},{'yes' if i % 2 else 'no'}\n" for i in range(100)]
    (folder / "texts.csv").write_text("text,label\n" + "".join(rows))
    return folder


def wait_for(condition, process):
    for _ in range(2400):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail("it did not happen")


@pytest.mark.slow
def test_a_training_is_terminated_and_goes_on_without_its_reader_and_alone(folder, capsys):
    run = folder / "runs" / "tiny"

    process = start(TINY, cwd=folder)
    wait_for(lambda: any(run.glob("checkpoints/*.npz")), process)
    os.kill(json.loads((run / "in_use").read_text())["process"], signal.SIGTERM)
    codes, _, err = finish(process)
    assert codes == [143]
    assert err == "toolkit: interrupted in epoch 1; a checkpoint is saved and the same command goes on from it\n"
    assert not (run / "in_use").exists()

    process = start(f"{TINY} | head -1", cwd=folder)
    wait_for(lambda: (run / "in_use").exists() and (run / "in_use").read_text(), process)
    first = json.loads((run / "in_use").read_text())["process"]
    os.kill(first, signal.SIGSTOP)
    codes, out, err = shell(TINY, cwd=folder)
    assert (codes, out) == ([2], "")
    assert err.startswith(f"toolkit: error: runs/tiny: this run folder is in use by process {first} since ")
    assert main(["predict", str(run), "text"]) == 2  # who reads is not kept out
    assert f"{run}: this training is not finished" in capsys.readouterr().err
    os.kill(first, signal.SIGCONT)

    codes, out, err = finish(process)
    assert codes == [0, 0]
    assert out == "reading    texts.csv\n"
    assert err == "toolkit: nobody reads the output any more; the training goes on, and its results will be in runs/tiny\n"
    assert len(json.loads((run / "metrics.json").read_text())["history"]) == 3
    assert not (run / "in_use").exists()
    assert (folder / "out" / "tiny" / "1" / "saved_model.pb").is_file()

    (folder / "out" / "tiny" / "1" / "litert" / "model.tflite").write_bytes(b"no model")
    codes, out, err = shell("toolkit export --verify out/tiny", cwd=folder)
    assert (codes, out) == ([2], "")
    assert err.count("\n") == 1
    assert err.startswith("toolkit: error: ")
    assert "model.tflite" in err


@pytest.mark.slow
def test_nothing_but_our_lines_before_an_error_of_a_server(tmp_path):
    pytest.importorskip("kserve", reason="kserve is not installed")
    (tmp_path / "small" / "3").mkdir(parents=True)
    (tmp_path / "small" / "3" / "saved_model.pb").touch()
    codes, out, err = shell("toolkit serve small --backend kserve --port 0", cwd=tmp_path)
    assert (codes, out) == ([2], "")
    note, error = err.splitlines()
    assert note.startswith(f"serving {tmp_path / 'small' / '3'} as small, by kserve")
    assert error.startswith(f"toolkit: error: {tmp_path / 'small' / '3' / 'saved_model.pb'}: expected a SavedModel")


def test_a_training_that_cannot_begin_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "sentiment", "--data", "nowhere.csv", "--run-dir", "runs/new"]) == 2
    out, err = capsys.readouterr()
    assert out == "reading    nowhere.csv\n"
    assert err.startswith("toolkit: error: nowhere.csv: ")
    assert err.count("\n") == 1
    assert not any(tmp_path.iterdir())
