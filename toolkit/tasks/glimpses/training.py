"""Images read glimpse by glimpse: what train, evaluate, predict and export do for a recipe whose model chooses where to look."""

import base64
import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.data.images.image_corpus import read_image_corpus, read_measured_images
from toolkit.evaluation.divergence import Trouble, of_confusion
from toolkit.evaluation.measured import Measured
from toolkit.evaluation.plots import confusion_matrix
from toolkit.tasks.glimpses.batches import CanvasBatches
from toolkit.tasks.glimpses.canvases import Canvases, form_of, on_canvases, placing_of
from toolkit.tasks.glimpses.examples import measured_images
from toolkit.tasks.glimpses.exporter import GlimpseExporter
from toolkit.tasks.glimpses.functions import glimpse_runner
from toolkit.tasks.glimpses.measures import GlimpseResult, evaluate_labels
from toolkit.tasks.glimpses.objective import GlimpseObjective
from toolkit.tasks.glimpses.plots import glimpse_paths
from toolkit.tasks.glimpses.predictor import Looked, Predictor
from toolkit.tasks.known_labels import check_labels
from toolkit.tasks.training_run import TrainingRun

SAMPLES, SHOWN, SHOWN_WRONG = 100, 18, 6
MOST_IN_MATRIX = 40  # labels
AT_ONCE = 256  # images that are measured together
EXAMPLE = "example.png"
CAPTIONS = {
    "glimpses": "Held-out images with the path of the glimpses, from red to yellow; a third of them have a wrong label",
    "confusion_matrix": "How often each true label, a row, was given each label, a column; off the diagonal are mistakes",
}


class GlimpseTraining(TrainingRun):
    """The commands over one run of a recipe that looks at images.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    plot_captions = CAPTIONS
    result = GlimpseResult
    model_has = ("label_names", "image_size", "channels", "objects", "num_glimpses", "glimpse_size", "scales", "location_deviation")
    subject_has = ("explain",)

    def _batches(self, data: Canvases, split: str, replicas: int) -> CanvasBatches:
        return data.batches(split, replicas)

    def _objective(self, data: Canvases) -> GlimpseObjective:
        return GlimpseObjective()

    def _describe_tokens(self, data: Canvases) -> str:
        side, objects = self.settings.side, self.settings.objects
        of_each = f", {objects} objects on each" if objects > 1 else ""
        return f"{len(data.label_names):,} labels, images of {side} by {side} pixels{of_each}"

    def _test(self, model: keras.Model, data: Canvases) -> tuple[GlimpseResult, Callable[[], Measured]]:
        pixels, truths = data.test()
        looked = _looked(_predictor(model), pixels)
        result = evaluate_labels(truths, [each.labels for each in looked], data.label_names)
        return result, functools.partial(measured_images, pixels, truths, looked)

    def _keep_results(self, model: keras.Model, data: Canvases, result: GlimpseResult) -> dict[str, Any]:
        pixels, truths = data.test()
        chosen = np.random.default_rng(0).permutation(len(truths))
        samples = [base64.b64encode(to_png(pixels[row])).decode() for row in chosen[:SAMPLES]]
        self._keep_samples(SAMPLES, samples, [truths[row] for row in chosen[:SAMPLES]])
        self.run.write_bytes(self.run.path / EXAMPLE, base64.b64decode(self.run.read_json(self.run.samples)[0]))
        looked = _looked(_predictor(model), pixels)
        shown = _shown(chosen, [looked[row].labels == tuple(truths[row]) for row in chosen])
        with self.run.replacing(self.run.plots / "glimpses.png") as temporary:
            rows = ([each[row] for row in shown] for each in (looked, truths))
            glimpse_paths(pixels[shown], *rows, model.glimpse_size, temporary)
        if len(result.labels) <= MOST_IN_MATRIX:
            with self.run.replacing(self.run.plots / "confusion_matrix.png") as temporary:
                confusion_matrix(result.confusion, result.labels, temporary)
        return {}

    def evaluate(self, data: str | None = None, **options: Any) -> GlimpseResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            InvalidArgument: An option is out of range.
            UserError: The run is not finished, or the data cannot be read or have labels that the model does not know.
        """
        predictor = self.predictor()
        s = self._settings_with(options)
        form = form_of(s)
        images = read_image_corpus(s.data, form).splits["test"] if data is None else read_measured_images(data, form)
        check_labels(data or "test", images.labels, predictor.names)
        pixels, truths = on_canvases(images, placing_of(s), s.seed)
        return evaluate_labels(truths, [each.labels for each in _looked(predictor, pixels)], predictor.names)

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model gives the same label to every image."""
        result = GlimpseResult.from_dict(metrics["test"])
        return of_confusion(result.confusion, result.labels)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out images, each with its true labels and what the model says."""
        samples, truths = (self.run.read_json(path)[:number] for path in (self.run.samples, self.run.references))
        looked = self.predictor().predict([base64.b64decode(each) for each in samples])
        return [
            f"held-out image {place}: {' '.join(each.labels)} ({each.score:.0%}), true is {' '.join(truth)}"
            for place, (each, truth) in enumerate(zip(looked, truths, strict=True), start=1)
        ]

    @property
    def example(self) -> str:
        """The file of a held-out image."""
        return str(self.run.path / EXAMPLE)

    def predictor(self) -> Predictor:
        """Returns what looks at images with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        return _predictor(self.load_model())

    def exporter(self) -> GlimpseExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return GlimpseExporter(self.load_model())


def _predictor(model: keras.Model) -> Predictor:
    return Predictor(glimpse_runner(model), model.label_names, model.image_size, model.channels)


def _looked(predictor: Predictor, pixels: np.ndarray) -> list[Looked]:
    """Returns what is seen on images that have been read."""
    parts = (pixels[start : start + AT_ONCE] for start in range(0, len(pixels), AT_ONCE))
    return [each for part in parts for each in predictor.looked([""] * len(part), part)]


def _shown(rows: Sequence[int], right: Sequence[bool]) -> list[int]:
    """Returns a few images, a third of them with wrong labels, or as many as there are."""
    of_right, of_wrong = ([row for row, is_right in zip(rows, right, strict=True) if is_right is wanted] for wanted in (True, False))
    few = of_wrong[: max(SHOWN_WRONG, SHOWN - len(of_right))]
    return [*of_right[: SHOWN - len(few)], *few]
