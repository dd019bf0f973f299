"""What a model learns from the answers of others. No TensorFlow here until weights are read: the command line needs the settings before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from toolkit.arguments import InvalidArgument, option
from toolkit.errors import UserError
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder, differences
from toolkit.tasks.continuation import ORIGINS, copy_tokenizers


@dataclass(frozen=True)
class Teachers:
    """Finished runs of one recipe. Together they answer what a new model is trained on; it learns from these answers, too.

    Attributes:
        recipe: The recipe.
        runs: The runs.

    Source: Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural network"; Kim & Rush 2016, "Sequence-level knowledge
    distillation".
    """

    recipe: Recipe
    runs: Sequence[RunFolder]

    @classmethod
    def of(cls, recipe: Recipe, given: str) -> "Teachers":
        """Finds the runs.

        Args:
            recipe: The recipe of the new model.
            given: Their folders, by commas.

        Raises:
            UserError: One of them is no finished run of this recipe.
        """
        runs = [RunFolder(word.strip()) for word in given.split(",") if word.strip()]
        if not runs:
            raise InvalidArgument("distill_from", "RUN,RUN", given)
        try:
            for run in runs:
                if (found := run.read_config()["recipe"]) != recipe.name:
                    raise UserError(f"{run.path}: expected a run of the recipe {recipe.name}, received one of {found}")
                run.read_metrics()
        except UserError as error:
            raise UserError(f"{option('distill_from')}: {error}") from error
        return cls(recipe, runs)

    @property
    def settings(self) -> Any:
        """The settings of the first, as the new model has them unless it is told otherwise."""
        settings = self.recipe.settings_of(self.runs[0])
        return replace(settings, continue_from=None, **{name: None for name in ORIGINS if hasattr(settings, name)})

    def check(self, settings: Any, run: RunFolder) -> None:
        """Checks a training that is to learn from them.

        Args:
            settings: Its settings.
            run: Its folder.

        Raises:
            UserError: The folder is that of a teacher, their tokenizers differ, or a setting does not fit them.
        """
        for teacher in self.runs:
            if teacher.path.resolve() == run.path.resolve():
                expected = "other folders than that of the new run"
                raise InvalidArgument("distill_from", expected, str(teacher.path), f"give another {option('run_dir')}")
            for mine, others in zip(_tokenizers(self.runs[0]), _tokenizers(teacher), strict=True):
                if _content(mine) != _content(others):
                    expected = f"{option('distill_from')}: expected runs of the same tokenizer"
                    raise UserError(f"{expected}, but {others} is not {mine}; train them on the same data, or with --tokenizer-model")
        names = [name for name in getattr(settings, "fixed", ()) if getattr(settings, name) is not None]
        fixed = [{name: getattr(each, name) for name in names} for each in (self.settings, settings)]
        if changed := differences(*fixed):
            raise UserError(
                f"{self.runs[0].path}: its tokenizers are taken over, and allow no other settings of these: {', '.join(changed)}"
            )

    def give_tokenizers(self, run: RunFolder) -> None:
        """Copies the tokenizers into the folder of a new run, where they are found instead of being trained."""
        copy_tokenizers(self.runs[0], run)

    def models(self) -> Iterator[Any]:
        """Reads one model after the other.

        Raises:
            UserError: One cannot be read.
        """
        from toolkit.models import load_model

        for run in self.runs:
            yield load_model(run.model, dtype="float32")

    def __str__(self) -> str:
        return ", ".join(str(run.path) for run in self.runs)


def _tokenizers(run: RunFolder) -> tuple[Path, Path]:
    return run.tokenizer, run.target_tokenizer


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
