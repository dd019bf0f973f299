import dataclasses

import pytest

from benchmarks.finished_run import train_command, without_folders
from toolkit.cli.recipes import find_recipe

RECIPE = find_recipe("sentiment")


@pytest.mark.parametrize(
    ("preset", "changes", "options"),
    [
        ("quick", {}, ""),
        ("full", {}, " --preset full"),
        ("quick", {"continue_from": "runs/a"}, " --preset quick --continue-from runs/a"),  # else its settings would be the defaults
        ("quick", {"units": 7, "segment_length": None}, " --units 7 --segment-length null"),
    ],
)
def test_the_command_gives_the_settings_back(preset, changes, options):
    settings = dataclasses.replace(RECIPE.presets[preset], **changes)
    assert train_command(RECIPE, dataclasses.asdict(settings)) == (preset, "toolkit train sentiment" + options)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "toolkit train translation --data train=/a/b/c.en,/a/b/c.de --seed 3",
            "toolkit train translation --data train=c.en,c.de --seed 3",
        ),
        ("~/data/multi30k", "multi30k"),
        ("ted_hrlr_translate/pt_to_en", "ted_hrlr_translate/pt_to_en"),
        ("train=data/c.en", "train=data/c.en"),
    ],
)
def test_folders_of_the_machine_are_left_out(text, kept):
    assert without_folders(text) == kept
