"""A training that goes on from a finished run. No TensorFlow here until weights are read: the command line needs the settings before."""

import shutil
from dataclasses import asdict, dataclass, replace
from typing import Any

from toolkit.arguments import InvalidArgument, option
from toolkit.errors import UserError
from toolkit.recipe import Recipe
from toolkit.run_folder import RunFolder, differences
from toolkit.tasks.data_report import public_name

ORIGINS = ("init_from", "distill_from", "tokenizer_model", "target_tokenizer_model", "backbone_weights")
"""Settings that say where weights or tokenizers come from: those of a training that goes on come from the run alone."""


@dataclass(frozen=True)
class Continuation:
    """What a finished run gives to a training that goes on from it: tokenizers, weights, and the settings that are not given anew.

    Its optimizer is not taken up. The weights are those of the best epoch or an average of several, and the optimizer's state belongs to
    other ones, those of the last step.

    Attributes:
        recipe: The recipe of both.
        run: The finished run.
        settings: Its settings, as the training that goes on has them unless it is told otherwise.
        metrics: Its `metrics.json`.
    """

    recipe: Recipe
    run: RunFolder
    settings: Any
    metrics: dict[str, Any]

    @classmethod
    def of(cls, recipe: Recipe, folder: str) -> "Continuation":
        """Reads a run.

        Args:
            recipe: The recipe that goes on.
            folder: Folder of the run.

        Raises:
            UserError: It holds no finished run of this recipe.
        """
        run = RunFolder(folder)
        try:
            found = run.read_config()["recipe"]
            if found != recipe.name:
                raise UserError(f"{folder}: expected a run of the recipe {recipe.name}, received one of {found}")
            metrics, settings = run.read_metrics(), recipe.settings_of(run)
        except UserError as error:
            raise UserError(f"{option('continue_from')}: {error}") from error
        origins = {name: None for name in ORIGINS if hasattr(settings, name)}
        return cls(recipe, run, replace(settings, continue_from=folder, **origins), metrics)

    def check(self, settings: Any, run: RunFolder) -> None:
        """Checks a training that is to go on.

        Args:
            settings: Its settings.
            run: Its folder.

        Raises:
            UserError: The folder is that of the finished run, or a setting does not fit weights that are there already.
        """
        if run.path.resolve() == self.run.path.resolve():
            expected = "another folder than that of the new run"
            raise InvalidArgument("continue_from", expected, str(self.run.path), f"give another {option('run_dir')}")
        for name in ORIGINS:
            if value := getattr(settings, name, None):
                raise InvalidArgument(name, f"none with {option('continue_from')}, which brings weights and tokenizers", value)
        given = [name for name in self.recipe.fixed if getattr(settings, name) is not None]  # the rest is as it was
        fixed = [{name: getattr(each, name) for name in given} for each in (self.settings, settings)]
        if changed := differences(*fixed):
            raise UserError(
                f"{self.run.path}: its tokenizers and weights go on, and allow no other settings of these: {', '.join(changed)}; "
                f"leave them as they were, or train anew without {option('continue_from')}"
            )

    def give_tokenizers(self, run: RunFolder) -> None:
        """Copies the tokenizers into the folder of a new run, where they are found instead of being trained."""
        copy_tokenizers(self.run, run)

    def give_weights(self, model: Any, *, keeps_output: bool = False) -> None:
        """Gives a model the weights.

        Args:
            model: The model.
            keeps_output: As in `toolkit.models.start_from_model`.

        Raises:
            UserError: The model file cannot be read, or the model is of another shape.
        """
        from toolkit.models import load_model, start_from_model

        try:
            start_from_model(model, load_model(self.run.model), keeps_output=keeps_output)
        except ValueError as error:
            advice = f"train anew without {option('continue_from')}, or take back what has changed in the recipe"
            raise UserError(f"{self.run.path}: its weights do not fit the recipe's model ({error}); {advice}") from error

    def describe(self, settings: Any) -> str:
        """Returns a line: what a training goes on from, and what is other than it was there."""
        epochs = len(self.metrics["history"])
        changed = differences(*(asdict(each) for each in (self.settings, settings)))
        return (
            f"{self.run.path}, after {epochs} epoch{'s' * (epochs > 1)}; "
            f"{', '.join(changed) or 'with the same settings'}; the optimizer and its learning rate start anew"
        )

    def record(self) -> dict[str, Any]:
        """Returns what `metrics.json` of a training that went on keeps of the run, and of those before it: names, no folders."""
        return {
            "run": self.run.path.resolve().name,
            "epochs": len(self.metrics["history"]),
            "data": public_name(self.run.read_json(self.run.data_report)["name"]),
            "continued_from": self.metrics.get("continued_from"),
        }


def copy_tokenizers(run: RunFolder, other: RunFolder) -> None:
    """Copies the tokenizers of a finished run into the folder of another, unless it has them."""
    for mine, copy in ((run.tokenizer, other.tokenizer), (run.target_tokenizer, other.target_tokenizer)):
        if mine.exists() and not copy.exists():
            with other.replacing(copy) as temporary:
                shutil.copyfile(mine, temporary)
