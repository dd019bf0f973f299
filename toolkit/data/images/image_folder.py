"""Where the images are that a file names."""

import os
import re
from functools import cached_property
from pathlib import Path

from toolkit.errors import UserError

_NUMBER = re.compile(r"(\d+)$")


class ImageFolder:
    """Finds images by their names and numbers.

    Args:
        folder: Where they are, in folders or not.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        if not folder.is_dir():
            raise UserError(f"--images: {folder}: expected a folder of images, found none")

    def named(self, name: str) -> Path:
        """Returns the file of a name; if there is none, where it should be."""
        path = self.folder / name
        return path if path.is_file() else self._by_name.get(Path(name).name, path)

    def numbered(self, number: int, part: str = "") -> Path:
        """Returns the file of a number, such as `COCO_train2014_000000000009.jpg` or `9.png`; if there is none, where it should be.

        Args:
            number: The number that its name ends with.
            part: The part of a data set that its name, or that of its folder, has.
        """
        found = self._by_number.get(number, [])
        return next((path for path in found if part in str(path.relative_to(self.folder))), (found or [self.folder / f"{number}.jpg"])[0])

    @cached_property
    def _files(self) -> list[Path]:
        return sorted(Path(place) / name for place, _, names in os.walk(self.folder) for name in names)

    @cached_property
    def _by_name(self) -> dict[str, Path]:
        return {path.name: path for path in reversed(self._files)}

    @cached_property
    def _by_number(self) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        for path in self._files:
            if ending := _NUMBER.search(path.stem):
                found.setdefault(int(ending[1]), []).append(path)
        return found
