"""A training run on disk."""

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from toolkit.errors import UserError
from toolkit.json_text import to_json
from toolkit.lock import locked

LOCK = "in_use"
"""The file of a run folder that is there while a process trains in it."""


ORIGIN = ("recipe_file", "recipe_sha256")
"""What `config.yaml` says of a recipe that has a file of its own: where it is, and what it was when the run was started."""

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """The folder of one training run: enough to evaluate, predict, export and resume with no other argument.

    | file | what |
    |---|---|
    | `config.yaml` | the recipe, where it is, and every setting |
    | `tokenizer.model` | the tokenizer |
    | `target_tokenizer.model` | that of the targets, if a translator has two |
    | `model.keras` | the best weights |
    | `checkpoints/` | what a resumed training needs |
    | `metrics.json` | history, test metrics, minutes, versions |
    | `data_report.json` | what was read, dropped and cropped |
    | `samples.json` | held-out texts, to check an export on |
    | `references.json` | the right answers to them, if there are any |
    | `report.html` | a page about all of it |
    | `report.json` | what the page tells of the test examples, and why settings were chosen |
    | `plots/`, `logs/` | PNG files, TensorBoard |

    Attributes:
        path: The folder.
    """

    path: Path

    def __init__(self, path: str | os.PathLike):
        object.__setattr__(self, "path", Path(path))

    @property
    def config(self) -> Path:
        """The recipe and every setting."""
        return self.path / "config.yaml"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's SentencePiece model."""
        return self.path / "tokenizer.model"

    @property
    def target_tokenizer(self) -> Path:
        """The SentencePiece model of the targets, if there are two tokenizers."""
        return self.path / "target_tokenizer.model"

    @property
    def model(self) -> Path:
        """The trained model; it is there once the training is finished."""
        return self.path / "model.keras"

    @property
    def metrics(self) -> Path:
        """History, test metrics, minutes and versions."""
        return self.path / "metrics.json"

    @property
    def data_report(self) -> Path:
        """What was read, dropped and cropped."""
        return self.path / "data_report.json"

    @property
    def samples(self) -> Path:
        """Held-out texts, to check an export on."""
        return self.path / "samples.json"

    @property
    def references(self) -> Path:
        """The right answers to the samples, if there are any."""
        return self.path / "references.json"

    @property
    def report(self) -> Path:
        """A page about the run."""
        return self.path / "report.html"

    @property
    def report_data(self) -> Path:
        """What the page tells of the test examples, and why settings were chosen; a run of an older version has none."""
        return self.path / "report.json"

    @property
    def plots(self) -> Path:
        """Folder of PNG files."""
        return self.path / "plots"

    @property
    def is_finished(self) -> bool:
        """Whether the training ran to its end; `metrics.json` is the last file it writes."""
        return self.metrics.is_file()

    def open(self, recipe: str, settings: Any, file: Path | None = None) -> None:
        """Starts the run, or takes it up again if it was started with the same settings.

        Args:
            recipe: Name of the recipe.
            settings: Dataclass of settings.
            file: Where the recipe is, if it is not found by its name; a run that is taken up again remembers where it is now.

        Raises:
            UserError: The folder holds a run of other settings, or something that is no run, or it cannot be written.
        """
        origin = {} if file is None else {"recipe_file": str(file), "recipe_sha256": _digest(file)}
        wanted = {"recipe": recipe, **origin, "settings": dataclasses.asdict(settings)}
        if not self.config.exists():
            self._make()
            self._write_config(wanted)
            return
        found = self.read_config()
        self._check_same(found, wanted)
        if file is not None:
            self.compare_recipe(file)
            if found.get("recipe_file") != str(file):
                self._write_config({**found, **origin, "recipe_sha256": found.get("recipe_sha256", origin["recipe_sha256"])})

    def keep_chosen(self, values: dict[str, Any]) -> None:
        """Keeps settings that nobody has given and that were chosen for the data, by name."""
        config = self.read_config()
        if values != config.get("chosen", {}):
            self._write_config({**config, "chosen": values})

    def compare_recipe(self, file: Path) -> None:
        """Warns of a recipe's file that is not as it was when the run was started.

        Args:
            file: The file.
        """
        if self.read_config().get("recipe_sha256") not in (None, _digest(file)):
            _log.warning("%s: has changed since the run %s was started with it", file, self.path)

    @contextlib.contextmanager
    def opening(self, recipe: str, settings: Any, file: Path | None = None) -> Iterator[None]:
        """Opens the run for the block that prepares it; if that fails, a run that was new is gone again.

        So a mistake in the settings or the data leaves nothing behind that would refuse the corrected command.
        """
        is_new = not self.config.exists()
        self.open(recipe, settings, file)
        try:
            yield
        except BaseException:
            if is_new:
                shutil.rmtree(self.path, ignore_errors=True)
            raise

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keeps other processes from training in the folder, which is made if it is not there; who reads it is not kept from it.

        Raises:
            UserError: Another process trains in it, or it cannot be written.
        """
        missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.path / LOCK, f"{self.path}: this run folder", "wait until it ends, or give another --run-dir"):
                yield
        finally:
            remove_empty(missing)

    def _make(self) -> None:
        with writing(self.path):
            if self.path.is_dir() and any(path.name != LOCK for path in self.path.iterdir()):
                raise UserError(f"{self.path}: expected a new or empty folder, or a run, found other files; give another --run-dir")
            self.path.mkdir(parents=True, exist_ok=True)

    def _write_config(self, config: dict[str, Any]) -> None:
        self.write_text(self.config, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))

    def _check_same(self, found: dict, wanted: dict) -> None:
        chosen = {name: value for name, value in found.get("chosen", {}).items() if wanted["settings"].get(name) == value}
        changed = differences(
            {"recipe": found["recipe"], **found["settings"], **chosen}, {"recipe": wanted["recipe"], **wanted["settings"]}
        )
        if changed:
            advice = "give another --run-dir, the same settings, or delete the folder"
            if self.is_finished:
                advice = f"to train its model further, add --continue-from {self.path} and another --run-dir; otherwise {advice}"
            raise UserError(f"{self.path}: this run has other settings ({', '.join(changed)}); {advice}")

    def read_config(self) -> dict[str, Any]:
        """Returns `{"recipe": name, "settings": {...}}`, `recipe_file` and `recipe_sha256` if the recipe has a file, and what was `chosen`.

        Raises:
            UserError: The folder is no run folder.
        """
        if not self.path.is_dir():
            raise UserError(f"{self.path}: expected the folder of a training run, found no such folder")
        try:
            config = yaml.safe_load(self.config.read_text("utf-8"))
            origin = {name: str(config[name]) for name in ORIGIN if name in config}
            chosen = {"chosen": dict(config["chosen"])} if "chosen" in config else {}
            return {"recipe": config["recipe"], **origin, "settings": dict(config["settings"]), **chosen}
        except FileNotFoundError as error:
            raise UserError(f"{self.path}: expected the folder of a training run, found no config.yaml in it") from error
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise UserError(f"{self.config}: expected the configuration of a run, found something else ({type(error).__name__})") from error

    def read_metrics(self) -> dict[str, Any]:
        """Returns what `metrics.json` holds.

        Raises:
            UserError: The training is not finished.
        """
        if not self.is_finished:
            self.read_config()
            raise UserError(
                f"{self.path}: this training is not finished; run the `toolkit train` command that started it again to finish it"
            )
        return self.read_json(self.metrics)

    def read_json(self, path: Path) -> Any:
        """Returns what a JSON file of the run holds.

        Raises:
            UserError: The file is missing or malformed.
        """
        try:
            return json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{path}: expected a file that the training wrote, but it cannot be read ({error})") from error

    def write_text(self, path: Path, text: str) -> None:
        """Writes a file of the run: the whole of it or nothing."""
        with self.replacing(path) as temporary:
            temporary.write_text(text, "utf-8", newline="\n")

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Writes a file: the whole of it or nothing."""
        with self.replacing(path) as temporary:
            temporary.write_bytes(content)

    def write_json(self, path: Path, value: Any) -> None:
        """Writes a value as JSON, see `to_json`: the whole file or nothing."""
        self.write_text(path, to_json(value, indent=1) + "\n")

    @contextlib.contextmanager
    def replacing(self, path: Path) -> Iterator[Path]:
        """Gives a temporary path that replaces `path` when the block ends without an error, and is removed otherwise.

        Raises:
            UserError: The folder cannot be written, or the disk is full.
        """
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=".writing-"))
            try:
                yield folder / path.name
                (folder / path.name).replace(path)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def remove_empty(folders: Iterable[Path]) -> None:
    """Removes the folders that are empty, such as those that were made for something that has failed.

    Args:
        folders: The innermost first.
    """
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Returns what two sets of settings differ in, each such as `epochs 3 → 5`; values as they are given on the command line."""
    return [
        f"{key} {_shown(found.get(key))} → {_shown(wanted.get(key))}" for key in {**found, **wanted} if found.get(key) != wanted.get(key)
    ]


def _digest(file: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _shown(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns a failure to write `path` into a `UserError` that says why."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error}); free some room or give another folder") from error
