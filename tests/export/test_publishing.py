import pytest

from toolkit.errors import UserError
from toolkit.export.publishing import write_version


def test_an_export_that_fails_leaves_no_folder(tmp_path):
    def fail(folder):
        (folder / "saved_model.pb").touch()
        raise UserError("it differs")

    with pytest.raises(UserError, match="it differs"):
        write_version(tmp_path / "saved_models" / "model", fail)
    assert not any(tmp_path.iterdir())


def test_an_export_that_fails_leaves_the_versions_that_are_there(tmp_path):
    path, _ = write_version(tmp_path / "saved_models" / "model", lambda folder: (folder / "saved_model.pb").touch())
    assert path.name == "1"

    def fail(folder):
        raise UserError("it differs")

    with pytest.raises(UserError, match="it differs"):
        write_version(tmp_path / "saved_models" / "model", fail)
    assert [*path.parent.iterdir()] == [path]
