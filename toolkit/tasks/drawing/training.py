"""Images drawn step by step: what train, evaluate, predict and export do for a recipe whose model draws."""

import base64
import functools
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.data.images.image_corpus import read_image_corpus, read_measured_images
from toolkit.evaluation.divergence import WORSE, Trouble
from toolkit.evaluation.measured import Measured
from toolkit.tasks.drawing import plots
from toolkit.tasks.drawing.batches import DrawingBatches
from toolkit.tasks.drawing.examples import measured_drawings
from toolkit.tasks.drawing.exporter import DrawingExporter
from toolkit.tasks.drawing.functions import drawing_runner
from toolkit.tasks.drawing.measures import DrawingResult, evaluate_drawings
from toolkit.tasks.drawing.objective import DrawingObjective
from toolkit.tasks.drawing.pictures import Pictures, form_of, held_out
from toolkit.tasks.drawing.predictor import Drawn, Predictor
from toolkit.tasks.training_run import TrainingRun

SAMPLES = 100
BEST, NEW, SHOWN_STEPS, ANIMATED = 10, 64, 6, 9  # drawings in a picture
AT_ONCE = 256  # images that are measured together
EXAMPLE = "example.png"
CAPTIONS = {
    "reconstructions": "Held-out images and what the model draws of them: those with the lowest bound, then those with the highest",
    "samples": "New images, drawn from noise alone: they should look like those of training, and no two of them alike",
    "steps": "The canvas after each step, of held-out images and of new ones, and the window through which the model draws",
    "drawing": "New images as they are drawn",
}


class DrawingTraining(TrainingRun):
    """The commands over one run of a recipe that draws.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    plot_captions = CAPTIONS
    result = DrawingResult
    model_has = ("image_size", "num_glimpses", "latent_dim", "noise_shape", "attention", "read_size", "write_size", "draw")
    subject_has = ("explain",)

    def _batches(self, data: Pictures, split: str, replicas: int) -> DrawingBatches:
        return data.batches(split, replicas)

    def _objective(self, data: Pictures) -> DrawingObjective:
        return DrawingObjective()

    def _describe_tokens(self, data: Pictures) -> str:
        side = self.settings.image_size
        return f"images of {side} by {side} pixels, {'black or white' if self.settings.binarize else 'in shades of grey'}"

    def _test(self, model: keras.Model, data: Pictures) -> tuple[DrawingResult, Callable[[], Measured]]:
        pixels = data.test()
        reconstruction, kl = _costs(_predictor(model), pixels, self.settings.seed)
        result = evaluate_drawings(reconstruction, kl, model.image_size**2)
        return result, functools.partial(measured_drawings, pixels, reconstruction, kl)

    def _keep_results(self, model: keras.Model, data: Pictures, result: DrawingResult) -> dict[str, Any]:
        predictor, pixels = _predictor(model), data.test()
        chosen = np.random.default_rng(0).permutation(len(pixels))[:SAMPLES]
        drawn = predictor.reconstructed([""] * len(chosen), pixels[chosen], predictor.noise(chosen.tolist(), self.settings.seed))
        files = [to_png(pixels[row, ..., 0]) for row in chosen]
        self._keep_samples(SAMPLES, [base64.b64encode(file).decode() for file in files], [each.bound for each in drawn])
        self.run.write_bytes(self.run.path / EXAMPLE, files[0])
        self._draw_plots(predictor, pixels[chosen], drawn)
        return {}

    def _draw_plots(self, predictor: Predictor, pixels: np.ndarray, drawn: list[Drawn]) -> None:
        """Writes pictures of held-out images as they are drawn, the best and the worst of them, and of new ones."""
        order = sorted(range(len(drawn)), key=lambda row: drawn[row].bound)
        best = order[: min(BEST, -(-len(order) // 2))]
        worst = order[len(order) - len(best) :] if len(order) >= 2 * len(best) else []
        write_size = predictor.write_size
        new = predictor.draw(predictor.noise(range(NEW), self.settings.seed))
        halves = [[drawn[row] for row in rows] for rows in (best, worst)]
        made = {
            "reconstructions.png": lambda path: plots.reconstructions(pixels[[*best, *worst]], *halves, path),
            "samples.png": lambda path: plots.samples(new, path),
            "steps.png": lambda path: plots.steps([*drawn[: SHOWN_STEPS // 2], *new[: SHOWN_STEPS // 2]], write_size, path),
            "drawing.gif": lambda path: plots.animation(new[:ANIMATED], write_size, path),
        }
        for name, make in made.items():
            with self.run.replacing(self.run.plots / name) as temporary:
                make(temporary)

    def evaluate(self, data: str | None = None, **options: Any) -> DrawingResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, or the data cannot be read.
        """
        predictor = self.predictor()
        s = self._settings_with(options)
        form = form_of(s)
        images = read_image_corpus(s.data, form).splits["test"] if data is None else read_measured_images(data, form)
        return evaluate_drawings(*_costs(predictor, held_out(images, s), s.seed), predictor.image_size**2)

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model knows images much worse than a guess, for which each pixel is white as often as not."""
        result, guess = DrawingResult.from_dict(metrics["test"]), self.settings.image_size**2 * math.log(2)
        if result.bound <= WORSE * guess:
            return None
        return Trouble(f"the bound of held-out images is {result.bound:,.4g} nats, and that of a guess {guess:,.4g}", diverged=True)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: the first of the new images in characters, and where the others are."""
        predictor = self.predictor()
        [new] = predictor.draw(predictor.noise([0], self.settings.seed))
        lines = [line for line in plots.text_of(new.pixels).splitlines() if line]
        return [*lines, f"new images: {self.run.plots / 'samples.png'}, and how they are drawn: {self.run.plots / 'drawing.gif'}"]

    @property
    def example(self) -> str:
        """The file of a held-out image."""
        return str(self.run.path / EXAMPLE)

    def predictor(self) -> Predictor:
        """Returns what draws with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        return _predictor(self.load_model())

    def exporter(self) -> DrawingExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return DrawingExporter(self.load_model())


def _predictor(model: keras.Model) -> Predictor:
    return Predictor(drawing_runner(model), model.image_size, model.noise_shape, model.write_size)


def _costs(predictor: Predictor, pixels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns what images cost that have been read, with noise of the seed: their canvases `[images]`, and each step `[images, steps]`."""
    reconstruction, kl = [], []
    for start in range(0, len(pixels), AT_ONCE):
        part = pixels[start : start + AT_ONCE]
        for drawn in predictor.reconstructed([""] * len(part), part, predictor.noise(range(start, start + len(part)), seed)):
            reconstruction.append(drawn.reconstruction)
            kl.append(drawn.kl)
    return np.asarray(reconstruction, np.float64), np.asarray(kl, np.float64)
