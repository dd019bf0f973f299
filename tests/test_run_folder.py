import dataclasses
import os
import subprocess
import sys

import pytest

from toolkit.errors import UserError
from toolkit.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class Settings:
    units: int = 4
    data: str | None = None


def test_the_same_settings_open_a_run_again(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.open("sentiment", Settings())
    run.open("sentiment", Settings())
    assert run.read_config() == {"recipe": "sentiment", "settings": {"units": 4, "data": None}}


def test_other_settings_are_refused_and_the_difference_is_shown(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.open("sentiment", Settings())
    with pytest.raises(UserError, match="units 4 → 8"):
        run.open("sentiment", Settings(units=8))
    assert run.read_config()["settings"]["units"] == 4


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(UserError, match="found other files"):
        RunFolder(tmp_path).open("sentiment", Settings())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.tex"]


@pytest.mark.parametrize("config", ["", "units: 4", "recipe: [", "\x00"])
def test_a_broken_configuration_is_a_users_mistake(tmp_path, config):
    (tmp_path / "config.yaml").write_text(config)
    with pytest.raises(UserError, match=r"config\.yaml"):
        RunFolder(tmp_path).read_config()


def test_an_unfinished_run_says_how_to_finish_it(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.open("sentiment", Settings())
    with pytest.raises(UserError, match="toolkit train"):
        run.read_metrics()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    run = RunFolder(tmp_path)
    run.write_json(run.metrics, {"old": 1})

    def write_half():
        with run.replacing(run.metrics) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert run.read_metrics() == {"old": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.json"]


def test_a_folder_that_cannot_be_written_is_a_users_mistake(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match="cannot be written"):
        RunFolder(tmp_path / "file" / "run").open("sentiment", Settings())


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX")
def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    script = (
        "import resource, signal, sys\n"
        "from toolkit.run_folder import RunFolder\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "run = RunFolder(sys.argv[1])\n"
        "run.write_json(run.metrics, ['x' * 5000])\n"
    )
    process = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert "UserError" in process.stderr
    assert list(tmp_path.iterdir()) == []
