"""Captions: what train, evaluate, predict and export do for a recipe whose model writes them."""

import base64
import functools
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.data.images.image_batches import ImageBatches
from toolkit.data.images.image_set import ImageSet
from toolkit.decoding.search import Search
from toolkit.evaluation.divergence import LEAST_MISSED, Trouble
from toolkit.evaluation.measured import Measured
from toolkit.tasks.captioning.captions import Captions, form_of
from toolkit.tasks.captioning.corpus import as_compared, read_corpus, read_measured
from toolkit.tasks.captioning.examples import measured_captions
from toolkit.tasks.captioning.exporter import CaptionerExporter
from toolkit.tasks.captioning.features import forget_features
from toolkit.tasks.captioning.files import Captioned
from toolkit.tasks.captioning.functions import captioner_runner
from toolkit.tasks.captioning.graph import table_of
from toolkit.tasks.captioning.measures import CaptionResult, cider_scores, evaluate_captions
from toolkit.tasks.captioning.objective import CaptionObjective
from toolkit.tasks.captioning.plots import caption_pictures
from toolkit.tasks.captioning.predictor import Caption, Predictor
from toolkit.tasks.training_run import TrainingRun
from toolkit.training.loop import Score

SAMPLES, SHOWN = 100, 8
AT_ONCE = 64  # images that are described together
WRITTEN_GREEDILY, WRITTEN = 1.0, 4.0
"""How much longer it takes to describe an image than to train on it, greedily and by a beam search."""

EXAMPLE = "example.png"
CAPTIONS = {
    "captions": "Chance test images with their captions, and where the model looked for each word; green: a person has said the same",
    "worst_captions": "The same of the captions that share least with those of people",
}


class Captioning(TrainingRun):
    """The commands over one run of a recipe that writes captions.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    plot_captions = CAPTIONS
    result = CaptionResult
    model_has = ("encode", "step", "words", "image_size", "attention")

    @property
    def subject_has(self) -> tuple[str, ...]:
        """Attributes of the subject that inspections may need: it attends, unless the settings say that it does not."""
        return ("explain",) if getattr(self.settings, "attention", None) == "none" else ("explain", "attend")

    def _batches(self, data: Captions, split: str, replicas: int) -> ImageBatches:
        s = self.settings
        sizes = {"max_length": s.max_length, "captions_at_once": s.captions_at_once, "batch_size": s.batch_size}
        return data.batches(split, **sizes, seed=s.seed, replicas=replicas)

    def _objective(self, data: Captions) -> CaptionObjective:
        return CaptionObjective(self.settings.doubly_stochastic)

    def _steps_of_scores(self, data: Captions) -> float:
        return WRITTEN_GREEDILY * len(self._validated(data)) / self.settings.batch_size

    def _steps_of_test(self, data: Captions) -> float:
        return WRITTEN * len(data.corpus.splits["test"]) / self.settings.batch_size

    def _validated(self, data: Captions) -> list[Captioned]:
        """Returns the validation images that are described after an epoch."""
        images = data.corpus.splits["validation"]
        return [images[row] for row in np.random.default_rng(0).permutation(len(images))[: self.settings.validation_images]]

    def _scores(self, data: Captions) -> dict[str, Score]:
        """Returns CIDEr-D of validation images, described word after word, the most probable each."""
        images, predictor = self._validated(data), functools.cache(lambda model: self._predictor(model, Search(method="greedy")))
        references = [[as_compared(caption) for caption in each.captions] for each in images]

        def cider(model: keras.Model) -> float:
            captions = _described(predictor(model), images, data.corpus.images)
            return float(np.mean(cider_scores(references, [caption.text for caption in captions])))

        return {"cider": cider}

    def _describe_tokens(self, data: Captions) -> str:
        return f"{len(data.words):,} words, {len(data.corpus.images.rows):,} images of {self.settings.image_size} pixels"

    @property
    def search(self) -> Search:
        """How the run writes unless it is told otherwise."""
        return search_of(self.settings)

    def _predictor(self, model: keras.Model, search: Search, rank: int = 0) -> Predictor:
        runner = captioner_runner(model, search, self.settings.max_length, rank=rank)
        return Predictor(runner, table_of(model.words), model.image_size, model.attention != "none")

    def _test(self, model: keras.Model, data: Captions) -> tuple[CaptionResult, Callable[[], Measured]]:
        images = data.corpus.splits["test"]
        captions = _described(self._predictor(model, self.search), images, data.corpus.images)
        self._draw(images, captions, data.corpus.images)
        texts = [caption.text for caption in captions]
        result = evaluate_captions(images, texts, data.corpus.trained)
        return result, functools.partial(measured_captions, images, texts, data.corpus.images)

    def _draw(self, images: Sequence[Captioned], captions: Sequence[Caption], read: ImageSet) -> None:
        """Draws captions of chance images, and the worst ones."""
        references = [[as_compared(caption) for caption in each.captions] for each in images]
        scores = cider_scores(references, [caption.text for caption in captions])
        chance = np.random.default_rng(0).permutation(len(images))[:SHOWN]
        worst = sorted(range(len(images)), key=lambda row: (captions[row].text in references[row], scores[row]))[:SHOWN]
        for name, rows in (("captions.png", chance), ("worst_captions.png", worst)):
            pixels = [read.pixels[read.rows[images[row].image]] for row in rows]
            with self.run.replacing(self.run.plots / name) as temporary:
                caption_pictures(pixels, [captions[row] for row in rows], [references[row] for row in rows], temporary)

    def _keep_results(self, model: keras.Model, data: Captions, result: CaptionResult) -> dict[str, Any]:
        images, read = data.corpus.splits["test"], data.corpus.images
        samples = [base64.b64encode(to_png(read.pixels[read.rows[each.image]])).decode() for each in images]
        self._keep_samples(SAMPLES, samples, [[*each.captions] for each in images])
        self.run.write_bytes(self.run.path / EXAMPLE, base64.b64decode(self.run.read_json(self.run.samples)[0]))
        forget_features(self.run)
        return {}

    def evaluate(self, data: str | None = None, **options: Any) -> CaptionResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            InvalidArgument: An option is out of range.
            UserError: The run is not finished, or the data cannot be read.
        """
        s = self._settings_with(options)
        predictor, form = self.predictor(search_of(s)), form_of(s)
        corpus = read_corpus(s.data, form, s.image_size) if data is None else read_measured(data, form, s.image_size)
        images = corpus.splits["test"]
        captions = _described(predictor, images, corpus.images)
        return evaluate_captions(images, [caption.text for caption in captions], corpus.trained if data is None else None)

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model writes the same caption of every image."""
        result = CaptionResult.from_dict(metrics["test"])
        missed = round((1 - result.exact_match) * result.images)
        if result.different != 1 or not missed:
            return None
        text = f"the model writes the same caption of all {result.images:,} held-out images"
        return Trouble(text, diverged=False, certain=missed >= LEAST_MISSED)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out images, each with the caption and what a person says."""
        samples, truths = (self.run.read_json(path)[:number] for path in (self.run.samples, self.run.references))
        captions = self.predictor().predict([base64.b64decode(sample) for sample in samples])
        lines = []
        for caption, given in zip(captions, truths, strict=True):
            lines += [f"caption   {textwrap.shorten(caption.text, 100, placeholder=' …')}"]
            lines += [f"a person  {textwrap.shorten(given[0], 100, placeholder=' …')}", ""]
        return lines[:-1]

    @property
    def example(self) -> str:
        """A held-out image."""
        return str(self.run.path / EXAMPLE)

    def predictor(self, search: Search | None = None, rank: int = 0) -> Predictor:
        """Returns what writes captions with the trained model.

        Args:
            search: How to decode; `None` for the way of the run's settings.
            rank: Which of the `n_best` captions of the search, from 0, the best; one without words if there are not so many.

        Raises:
            UserError: The run is not finished.
        """
        return self._predictor(self.load_model(), search or self.search, rank)

    def exporter(self) -> CaptionerExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return CaptionerExporter(self.load_model(), self.search, self.settings.max_length)


def search_of(settings: Any) -> Search:
    """Returns how captions are searched, as the settings say."""
    s = settings
    if s.beam_width == 1:
        return Search(method="greedy", length_penalty=s.length_penalty)
    return Search(beam_width=s.beam_width, length_penalty=s.length_penalty)


def _described(predictor: Predictor, images: Sequence[Captioned], read: ImageSet) -> list[Caption]:
    """Returns captions of images that have been read."""
    captions = []
    for start in range(0, len(images), AT_ONCE):
        part = images[start : start + AT_ONCE]
        captions += predictor.described([str(each.image) for each in part], read.pixels[[read.rows[each.image] for each in part]])
    return captions
