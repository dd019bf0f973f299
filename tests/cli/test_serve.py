import pytest

from toolkit.cli import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "small" / "3").mkdir(parents=True)
    (tmp_path / "small" / "3" / "saved_model.pb").touch()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.yaml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_can_be_had_without_running_it(folder, capsys):
    assert main(["serve", "small", "--backend", "kserve", "--port", "9000", "--print-command"]) == 0
    expected = f"toolkit serve {folder / 'small'} --name small --host 127.0.0.1 --port 9000 --backend kserve\n"
    assert capsys.readouterr().out == expected
    assert main(["serve", "small/3", "--backend", "kserve", "--name", "a", "--print-command"]) == 0
    assert f"serve {folder / 'small' / '3'} --name a " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["nothing"], "nothing: expected the folder of an exported model"),
        (["."], "found several models; give one of them"),
        (["small", "--port", "99999"], '--port: expected a number from 1 to 65535, or 0 for any that is free, received "99999"'),
        (["small", "--name", "a/b"], '--name: expected letters, digits, ".", "_" and "-", received "a/b"'),
        (["run", "--print-command"], "--print-command: expected an exported model, received a run"),
        (["run"], "config.yaml: expected the configuration of a run"),
        (["small", "--host", "192.0.2.1"], "--host: expected a name or an address of this machine"),
        (["small"], "small/3/saved_model.pb: expected a SavedModel with its variables and assets, but it cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line(folder, capsys, argv, message):
    if argv[-1] != "--print-command" and argv in (["run"], ["small"], ["small", "--host", "192.0.2.1"]):
        pytest.importorskip("kserve", reason="kserve is not installed")
    assert main(["serve", *argv, "--backend", "kserve", *([] if "--port" in argv else ["--port", "0"])]) == 2
    err = capsys.readouterr().err
    assert message in err
    (line,) = (line for line in err.splitlines() if line.startswith("toolkit: error"))
    assert message in line
