"""What an export says of itself."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class ExportReport:
    """What an export wrote, and how well it agrees with the model.

    Attributes:
        path: The folder of the version.
        saved_model_bytes: Size of the SavedModel.
        litert_bytes: Size of the LiteRT file.
        compared: Number of texts that the artefacts were compared with the model on.
        saved_model_difference: Largest difference of a score.
        litert_difference: Largest difference of a score.
        seconds: Time that the export took.
    """

    path: str
    saved_model_bytes: int
    litert_bytes: int
    compared: int
    saved_model_difference: float
    litert_difference: float
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Returns what JSON can hold."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        return (
            f"exported {self.path}\n"
            f"  SavedModel  {self.saved_model_bytes / 1e6:6.1f} MB  scores within {self.saved_model_difference:.0e} of the model's\n"
            f"  LiteRT      {self.litert_bytes / 1e6:6.1f} MB  scores within {self.litert_difference:.0e} of the model's\n"
            f"  on {self.compared} texts, in {self.seconds:.0f} s"
        )


@dataclasses.dataclass(frozen=True)
class TranslatorReport(ExportReport):
    """What an export of a translator wrote, and how well it agrees with the model.

    Attributes:
        ties: Translations, of all that were compared, that are other ones than the model's, of the same score to within the tolerance.
    """

    ties: int = 0

    def __str__(self) -> str:
        return super().__str__() + (f"; {self.ties} translations differ by a tie" if self.ties else "; the same translations")


@dataclasses.dataclass(frozen=True)
class LanguageModelReport(ExportReport):
    """What an export of a language model wrote, and how well it agrees with the model.

    Attributes:
        ties: Greedy continuations, of all that were compared, in which a token is another one than the model's, but as probable to within
            the tolerance.
    """

    ties: int = 0

    def __str__(self) -> str:
        return super().__str__() + (f"; {self.ties} continuations differ by a tie" if self.ties else "; the same continuations")
