"""The inventory of a version: what was changed, is missing or was added is named."""

import hashlib
import json
import subprocess
import sys

import pytest

from toolkit.errors import UserError
from toolkit.export.formats.litert import LiteRT
from toolkit.export.formats.saved_model import SavedModel
from toolkit.export.inventory import FILE, PROOF, check_inventory, write_inventory
from toolkit.export.sealed import write_sealed
from toolkit.tasks.artefact import newest_version, open_artefact

FILES = {
    "README.md": b"# A card\n",
    "batching_params.pbtxt": b"max_batch_size { value: 32 }\n",
    "saved_model.pb": b"graph",
    "variables/variables.index": b"index",
    "assets/labels.json": b'["no", "yes"]',
    "litert/model.tflite": b"....TFL3....",
    "litert/model.json": b'{"label_names": ["no", "yes"]}',
    "litert/tokenizer.model": b"tokenizer",
}


@pytest.fixture
def version(tmp_path):
    version = tmp_path / "1"
    for name, content in FILES.items():
        (version / name).parent.mkdir(parents=True, exist_ok=True)
        (version / name).write_bytes(content)
    write_sealed({"task": "classification"}, version / "verification.json")
    (version / PROOF).parent.mkdir()
    (version / "verification.json").rename(version / PROOF)
    write_inventory(version)
    return version


def test_what_was_exported_is_whole(version):
    assert check_inventory(version) == []
    files = json.loads((version / FILE).read_text("utf-8"))["files"]
    assert sorted(files) == sorted([*FILES, PROOF.as_posix()])
    assert files["litert/model.json"] == {"bytes": 30, "sha256": hashlib.sha256(FILES["litert/model.json"]).hexdigest()}


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("README.md", "batching_params.pbtxt")])
def test_a_damaged_file_is_named(version, name):
    path, content = version / name, FILES[name]
    path.write_bytes(content.replace(b"o", b"0"))
    if path.read_bytes() != content:
        with pytest.raises(
            UserError, match=rf"{name}: expected the file that was exported, found another one, of SHA-256 .*export the run"
        ):
            check_inventory(version)
    path.write_bytes(content[:3])
    with pytest.raises(UserError, match=rf"{name}: expected the file that was exported, found another one, of 3 bytes in place of"):
        check_inventory(version)
    path.unlink()
    with pytest.raises(UserError, match=rf"{name}: expected the file that was exported, found none"):
        check_inventory(version)


def test_two_files_that_changed_places_are_both_named(version):
    (version / "litert" / "model.json").rename(version / "x")
    (version / "assets" / "labels.json").rename(version / "litert" / "model.json")
    (version / "x").rename(version / "assets" / "labels.json")
    with pytest.raises(UserError, match=r"assets/labels\.json: expected .* \(also: litert/model\.json\); export the run anew"):
        check_inventory(version)


def test_a_file_that_was_added_is_named_and_a_hidden_one_is_said(version):
    (version / "litert" / ".DS_Store").write_bytes(b"")
    assert check_inventory(version) == ["litert/.DS_Store: not exported, and read by nothing"]
    (version / "litert" / "target_tokenizer.model").write_bytes(b"would be read")
    with pytest.raises(UserError, match=r"litert/target_tokenizer\.model: expected no such file"):
        check_inventory(version)


def test_a_users_own_files_may_change_and_it_is_said(version):
    (version / "README.md").write_text("# A card\n\nAsk Ada.\n")
    (version / "batching_params.pbtxt").unlink()
    remarks = check_inventory(version)
    assert remarks == [
        "README.md: changed since it was exported, as it may be",
        "batching_params.pbtxt: removed since it was exported, as it may be",
    ]


def test_the_inventory_protects_itself(version):
    content = (version / FILE).read_bytes()
    for place in range(0, len(content), 7):
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]):
            (version / FILE).write_bytes(damaged)
            with pytest.raises(UserError, match=r"inventory\.json: expected the inventory"):
                check_inventory(version)
    without_digest = json.loads(content)
    del without_digest["sha256"]
    (version / FILE).write_text(json.dumps(without_digest, indent=1) + "\n", "utf-8")
    with pytest.raises(UserError, match=r"inventory\.json: .*its digest does not fit"):
        check_inventory(version)


def test_a_lost_inventory_is_named_and_one_that_never_was_is_said(version):
    (version / FILE).unlink()
    with pytest.raises(UserError, match=r"inventory\.json: expected the inventory that `toolkit export` writes, found none"):
        check_inventory(version)
    (version / PROOF).write_text('{"task": "classification"}')  # as older exports have it
    assert check_inventory(version) == ["written before there were inventories, so the files are compared by their meaning only"]
    SavedModel().check_files(version)


def test_what_is_opened_is_checked_and_nothing_else(version):
    (version / "saved_model.pb").write_bytes(b"grapj")
    LiteRT().check_files(version / "litert")
    with pytest.raises(UserError, match=r"saved_model\.pb: expected the file that was exported"):
        SavedModel().check_files(version)
    (version / "litert" / "model.json").write_bytes(FILES["litert/model.json"].replace(b'"no", "yes"', b'"yes", "no"'))
    for folder in (version / "litert", version / "litert" / "model.tflite"):
        with pytest.raises(UserError, match=r"litert/model\.json: expected the file that was exported"):
            open_artefact(folder)


def test_a_version_that_lost_its_saved_model_is_not_passed_over(version):
    (version.parent / "2").mkdir()
    version.rename(version.parent / "3")
    (version.parent / "3" / "saved_model.pb").unlink()
    assert newest_version(version.parent).name == "3"
    with pytest.raises(UserError, match=r"3/saved_model\.pb: expected the file that was exported, found none"):
        open_artefact(version.parent)


def test_no_tensorflow_is_needed():
    script = "import sys, toolkit.export.formats; print('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip() == "False"
