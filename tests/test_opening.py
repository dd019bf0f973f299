import pytest

import toolkit


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "found nothing there"),
        ("text.txt", "found another file"),
        ("model.keras", "found a model file, which toolkit.load_model opens"),
        ("model.tflite", "model.json: expected the description that `toolkit export` wrote"),
        ("folder", "folder: expected an exported model or a version of one, found neither"),
    ],
)
def test_what_is_neither_a_run_nor_an_export_is_named(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    for file in ("text.txt", "model.keras", "model.tflite"):
        (tmp_path / file).write_text("text")
    with pytest.raises(toolkit.UserError) as error:
        toolkit.open(tmp_path / name)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_no_path_is_named():
    with pytest.raises(toolkit.UserError, match="expected the path of a run or of an exported model, received None"):
        toolkit.open(None)
