"""The forms in which a version holds a model: a file of `toolkit/export/formats/` for each."""

import abc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from toolkit.export.report import Artefact
from toolkit.inference.runner import Runner

if TYPE_CHECKING:
    from toolkit.export.exporter import Exporter
    from toolkit.export.verification import Check


class Format(abc.ABC):
    """A form of export, which writes what an exporter says of a model and opens as a runner.

    Its module is imported to open any export, so it imports TensorFlow only in the methods that need it.
    """

    folder: ClassVar[str] = "."
    """Where it lies in a version."""

    has_tokenizers: ClassVar[bool] = False
    """Whether the folder has `Exporter.tokenizers`, from which a version's model is made again."""

    file: ClassVar[str]
    """What a folder that is a model in this form has."""

    def holds(self, path: Path) -> bool:
        """Returns whether a path is a model in this form."""
        return (path / self.file).is_file()

    @abc.abstractmethod
    def check_files(self, path: Path) -> None:
        """Checks that what opening a path reads is what was exported.

        Raises:
            UserError: A file was changed, or is missing.
        """

    @abc.abstractmethod
    def description(self, path: Path) -> Path:
        """Returns the file in which a path says what model it is, with the tokenizers or label names beside it."""

    @abc.abstractmethod
    def open(self, path: Path) -> Runner:
        """Opens a path.

        Raises:
            UserError: It is damaged, or does not take texts of any length.
        """

    def prepare(self) -> None:  # noqa: B027 - most forms need nothing
        """Starts what takes a while, before the model that is to be written answers."""

    @abc.abstractmethod
    def write(self, exporter: "Exporter", version: Path, samples: Sequence[Any]) -> None:
        """Writes a model.

        Args:
            exporter: The model.
            version: Folder of the version, which is there.
            samples: Held-out texts.

        Raises:
            OSError: It cannot be written.
            UserError: It cannot be made.
        """

    @abc.abstractmethod
    def check_descriptions(self, exporter: "Exporter", version: Path, samples: Sequence[Any]) -> None:
        """Checks what clients read of a version, with what wrote it.

        Args:
            exporter: The model.
            version: Folder of the version.
            samples: As for `write`.

        Raises:
            UserError: A file says something else than the model; the message names the file and the field.
        """

    @abc.abstractmethod
    def compare(self, check: "Check", version: Path, publishing: bool) -> list[Artefact]:
        """Opens what was written, and compares it with the model.

        Args:
            check: Compares runners with the model.
            version: Folder of the version.
            publishing: Whether the version is being made, so that what does not agree may be left out of it.

        Raises:
            UserError: Something does not agree that has to.
        """

    def leave_out(self, version: Path, reasons: Mapping[str, str]) -> None:  # noqa: B027 - most forms have one file
        """Removes what is not wanted of a version that was written.

        Args:
            version: Folder of the version.
            reasons: Why, by name of the file; those of other forms are passed over.
        """

    def publish(self, directory: Path) -> None:  # noqa: B027 - most forms need nothing
        """Writes what lies beside the models, after a version is in its place.

        Args:
            directory: Folder of all exported models.

        Raises:
            UserError: It cannot be written.
        """

    def check_surroundings(self, exporter: "Exporter", version: Path) -> list[str]:
        """Checks what lies beside a version and its models, and returns sentences about what is no error.

        Raises:
            UserError: It does not fit the version.
        """
        return []
