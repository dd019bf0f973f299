"""The SavedModel of a version: from raw strings, in the version's own folder, as TensorFlow Serving takes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.export.format import Format
from toolkit.export.inventory import check_files
from toolkit.export.publishing import size_of
from toolkit.export.report import Artefact
from toolkit.export.tensorflow_serving import MODEL_BATCHING, MODEL_BATCHING_TEXT, write_serving_files
from toolkit.inference.runner import Runner

if TYPE_CHECKING:
    from toolkit.export.exporter import Exporter
    from toolkit.export.verification import Check

OPENED = ("saved_model.pb", "variables/", "assets/")
FOLDERS = ("variables", "assets", "assets.extra")
WARMED = 32  # texts of a warm-up request


class SavedModel(Format):
    """Has its descriptions as assets, warm-up requests, and how requests to it are joined."""

    file = "saved_model.pb"

    def check_files(self, path: Path) -> None:
        """Checks what loading it reads."""
        check_files(path, OPENED)

    def description(self, path: Path) -> Path:
        """Returns the file among its assets."""
        return path / "assets" / "model.json"

    def open(self, path: Path) -> Runner:
        """Opens it in TensorFlow."""
        from toolkit.inference.saved_model import SavedModelRunner

        return SavedModelRunner(path)

    def write(self, exporter: "Exporter", version: Path, samples: Sequence[Any]) -> None:
        """Writes it, and what TensorFlow Serving reads beside it."""
        from toolkit.export.saving import write_saved_model
        from toolkit.export.warm_up import write_warm_up

        write_saved_model(exporter, version)
        write_warm_up(_requests(exporter, samples), version)
        if exporter.joins_requests:
            (version / MODEL_BATCHING).write_text(MODEL_BATCHING_TEXT, "utf-8", newline="\n")

    def check_descriptions(self, exporter: "Exporter", version: Path, samples: Sequence[Any]) -> None:
        """Checks its assets, signatures, tokenizers and warm-up requests."""
        from toolkit.export.saved_model_checks import check_contents

        check_contents(exporter, version, _requests(exporter, samples))

    def compare(self, check: "Check", version: Path, publishing: bool) -> list[Artefact]:
        """Compares it, which has to agree, and proves what TensorFlow's C API and XLA make of it."""
        from toolkit.export.saved_model_checks import proofs_of

        size = sum(size_of(path) for path in version.iterdir() if path.is_file() or path.name in FOLDERS)
        runner = self.open(version)
        agreement = (check.saved_model if runner.takes_strings else check.litert)(runner)
        proofs = proofs_of(version, runner)
        notes = [
            *(f"XLA compiles no {reason}" for reason in proofs["not_compiled"].values()),
            *([_of_c_api(proofs["c_api"])] if proofs["c_api"] != 0 else []),
            *([f"XLA compiles {', '.join(proofs['compiled'])}, without custom calls"] if proofs["compiled"] else []),
        ]
        return [Artefact("SavedModel", size, agreement, proofs=proofs, notes=notes)]

    def publish(self, directory: Path) -> None:
        """Writes the files with which TensorFlow Serving serves all models."""
        write_serving_files(directory)

    def check_surroundings(self, exporter: "Exporter", version: Path) -> list[str]:
        """Checks the files by which TensorFlow Serving serves it."""
        from toolkit.export.serving_files import check_serving_files

        return check_serving_files(version, exporter.joins_requests)


def _of_c_api(answered: int | None) -> str:
    if answered is None:
        return "TensorFlow's C API was not asked, as its package for this operating system has none"
    return f"TensorFlow's C API, without Python's TensorFlow, answers {answered} requests as Python does"


def _requests(exporter: "Exporter", samples: Sequence[Any]) -> list[Any]:
    """Returns what TensorFlow Serving asks before others do."""
    return exporter.warm_up((list(samples) or list(exporter.probes))[:WARMED])
