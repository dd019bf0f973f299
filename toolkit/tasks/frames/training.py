"""Frames of sequences: what train, evaluate, predict and export do for a recipe whose model gives each a label."""

import base64
import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.errors import UserError
from toolkit.evaluation.divergence import Trouble, of_confusion
from toolkit.evaluation.measured import Measured
from toolkit.evaluation.plots import confusion_matrix
from toolkit.tasks.frames.batches import FrameBatches
from toolkit.tasks.frames.corpus import read_measured
from toolkit.tasks.frames.examples import measured_sequences
from toolkit.tasks.frames.exporter import FrameExporter
from toolkit.tasks.frames.frames import Frames, corpus_of, form_of
from toolkit.tasks.frames.functions import ALONE, tagger_runner
from toolkit.tasks.frames.measures import FrameResult, evaluate_frames
from toolkit.tasks.frames.objective import FrameObjective
from toolkit.tasks.frames.plots import accuracy_by_position, strips
from toolkit.tasks.frames.predictor import Predictor, Tagged
from toolkit.tasks.frames.sequences import UNKNOWN, FrameSequences
from toolkit.tasks.known_labels import check_labels
from toolkit.tasks.training_run import TrainingRun

SAMPLES, LONGEST_SAMPLE = 50, 64  # sequences, and frames of each
SHOWN, SHOWN_WRONG = 10, 5
MOST_IN_MATRIX = 40  # labels
EXAMPLE = "example"
CAPTIONS = {
    "frames": "Held-out sequences with their labels, half of them those with the most wrong ones",
    "accuracy_by_position": "How often a frame is right by its place in the sequence, beside the same of each frame seen alone: what lies "
    "between the two is what the sequence tells",
    "confusion_matrix": "How often each true label, a row, was given each label, a column; off the diagonal are mistakes",
}


class FrameTraining(TrainingRun):
    """The commands over one run of a recipe that tags frames.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    plot_captions = CAPTIONS
    result = FrameResult
    model_has = ("label_names", "image_size", "channels", "num_layers", "bidirectional")
    subject_has = ("explain",)

    def _batches(self, data: Frames, split: str, replicas: int) -> FrameBatches:
        return data.batches(split, self.settings, replicas)

    def _objective(self, data: Frames) -> FrameObjective:
        return FrameObjective()

    def _describe_tokens(self, data: Frames) -> str:
        side, lengths = self.settings.image_size, data.corpus.splits["train"].lengths
        return f"{len(data.label_names):,} labels, frames of {side} by {side} pixels, {lengths.min():,} to {lengths.max():,} in a row"

    def _test(self, model: keras.Model, data: Frames) -> tuple[FrameResult, Callable[[], Measured]]:
        test = data.corpus.splits["test"]
        result, tagged = _measured(_predictor(model), test)
        return result, functools.partial(measured_sequences, test, tagged)

    def _keep_results(self, model: keras.Model, data: Frames, result: FrameResult) -> dict[str, Any]:
        test = data.corpus.splits["test"]
        some = test.rows(np.random.default_rng(0).permutation(len(test))[:SAMPLES])
        pixels, truths = zip(*some.each(), strict=True)
        short = [frames[:LONGEST_SAMPLE] for frames in pixels]
        samples = [[base64.b64encode(to_png(frame)).decode() for frame in frames] for frames in short]
        self.run.write_json(self.run.samples, samples)
        self.run.write_json(self.run.references, [labels[:LONGEST_SAMPLE] for labels in truths])
        for number, frame in enumerate(short[0], start=1):
            self.run.write_bytes(self.run.path / EXAMPLE / f"{number:02}.png", to_png(frame))
        self._draw(_tagged(_predictor(model), some), pixels, truths, result)
        return {}

    def _draw(self, tagged: Sequence[Tagged], pixels: Sequence[np.ndarray], truths: Sequence[Sequence[str]], result: FrameResult) -> None:
        shown = _shown([_wrong(each.labels, truth) for each, truth in zip(tagged, truths, strict=True)])
        with self.run.replacing(self.run.plots / "frames.png") as temporary:
            strips(*([each[row] for row in shown] for each in (pixels, tagged, truths)), temporary)
        with self.run.replacing(self.run.plots / "accuracy_by_position.png") as temporary:
            accuracy_by_position(result.positions, temporary)
        if len(result.labels) <= MOST_IN_MATRIX:
            with self.run.replacing(self.run.plots / "confusion_matrix.png") as temporary:
                confusion_matrix(result.confusion, result.labels, temporary)

    def evaluate(self, data: str | None = None, **options: Any) -> FrameResult:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the test split of the data that the run was trained on.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result.

        Raises:
            UserError: The run is not finished, or the data cannot be read or have labels that the model does not know.
        """
        predictor = self.predictor()
        s = self._settings_with(options)
        sequences = corpus_of(s).splits["test"] if data is None else read_measured(data, form_of(s), s.image_size, s.channels)
        check_labels(data or "test", sequences.known, predictor.names)
        if not sequences.known:
            raise UserError(f"{data}: expected frames with labels, found none that can be read")
        return _measured(predictor, sequences)[0]

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model gives the same label to every frame."""
        result = FrameResult.from_dict(metrics["test"])
        return of_confusion(result.confusion, result.labels)

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: a few held-out sequences, each with what the model says and the true labels."""
        samples, truths = (self.run.read_json(path)[:number] for path in (self.run.samples, self.run.references))
        tagged = self.predictor().predict([{"images": [base64.b64decode(frame) for frame in each]} for each in samples])
        lines = []
        for each, truth in zip(tagged, truths, strict=True):
            lines += [f"labels  {' '.join(each.labels)}", f"true    {' '.join(label or '?' for label in truth)}", ""]
        return lines[:-1]

    @property
    def example(self) -> str:
        """The folder of a held-out sequence."""
        return str(self.run.path / EXAMPLE)

    def predictor(self) -> Predictor:
        """Returns what tags frames with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        return _predictor(self.load_model())

    def exporter(self) -> FrameExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        return FrameExporter(self.load_model())


def _predictor(model: keras.Model) -> Predictor:
    return Predictor(tagger_runner(model), model.label_names, model.image_size, model.channels)


def _tagged(predictor: Predictor, sequences: FrameSequences) -> list[Tagged]:
    """Returns what is seen on sequences that have been read."""
    return predictor.tagged(sequences.names, [pixels for pixels, _ in sequences.each()], alone=ALONE in predictor.runner.signatures)


def _measured(predictor: Predictor, sequences: FrameSequences) -> tuple[FrameResult, list[Tagged]]:
    tagged, truths = _tagged(predictor, sequences), [labels for _, labels in sequences.each()]
    alone = [each.alone for each in tagged] if ALONE in predictor.runner.signatures else None
    return evaluate_frames(truths, [each.labels for each in tagged], predictor.names, alone), tagged


def _wrong(labels: Sequence[str], truth: Sequence[str]) -> int:
    """Returns how many labels are other ones than the true ones, as far as these are known."""
    return sum(true not in (label, UNKNOWN) for label, true in zip(labels, truth, strict=True))


def _shown(wrong: Sequence[int]) -> list[int]:
    """Returns a few sequences, half of them those with the most wrong labels, or as many as there are."""
    worst = sorted((row for row, number in enumerate(wrong) if number), key=lambda row: -wrong[row])[:SHOWN_WRONG]
    return [*[row for row in range(len(wrong)) if row not in worst][: SHOWN - len(worst)], *worst]
