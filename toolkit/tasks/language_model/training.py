"""Language modelling: what train, evaluate, predict and export do for a recipe whose model predicts each next token of a text."""

import functools
import re
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from toolkit.arguments import InvalidArgument, check_positive_integer
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.reading.reading import Reading
from toolkit.data.running_text.document_ids import DocumentIds
from toolkit.data.running_text.documents import KIND, Documents, read_document_split
from toolkit.data.running_text.token_file import TokenFile
from toolkit.errors import UserError
from toolkit.evaluation.divergence import Trouble, of_perplexity
from toolkit.evaluation.likelihood import AdaptedLikelihood, Likelihood
from toolkit.evaluation.measured import Measured
from toolkit.models import load_model
from toolkit.tasks.choice import Choice
from toolkit.tasks.language_model.adapted import learn_from, measure_adapted
from toolkit.tasks.language_model.choices import choices
from toolkit.tasks.language_model.examples import measured_passages
from toolkit.tasks.language_model.exporter import LanguageModelExporter
from toolkit.tasks.language_model.functions import LanguageModelRunner
from toolkit.tasks.language_model.measures import Passages, passage_nats, size_of
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.language_model.text_generator import TextGenerator
from toolkit.tasks.language_model.texts import TEXT_OPTIONS, Texts, prepared_tokens
from toolkit.tasks.stage import header
from toolkit.tasks.training_run import TrainingRun
from toolkit.text.tokenizer import Tokenizer
from toolkit.text.unknown_words import unknown_parts
from toolkit.training.carried_state import CarriedState
from toolkit.training.loop import Batches
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.objective import Objective
from toolkit.training.projection import MANY_CLASSES, ProjectedObjective
from toolkit.training.sampled_softmax import SampledSoftmax

READ_ALONE, READ_TOGETHER = 4.0, 0.5
"""How much longer it takes to measure a token than to train on it, in one text and in many side by side."""

SAMPLES = 200
SAMPLE_CHARACTERS = 500
LONGEST_WORD = 100  # characters; what is longer than that before white space comes are no words
PROMPT = re.compile(r"\s*(?:\S+\s+){0,3}\S+")  # up to four words, with what stands between them
PROMPT_CHARACTERS = 40  # of what has no words
SHOWN_TOKENS = 120
TEMPERATURE = 0.8


class LanguageModeling(TrainingRun):
    """The commands over one run of a language model recipe.

    Args:
        recipe: The recipe.
        settings: Its settings.
        run: The folder of the run.
    """

    model_has = ("step", "initial_state", "state_parts", "num_layers", "vocabulary_size", "features", "projection", "logits")
    subject_has = ("explain", "read")

    def _choose(self, data: Texts) -> dict[str, Choice]:
        train, held_out = data.tokens["train"], data.tokens["validation"]
        return choices(self.settings, data.tokenizer.vocabulary_size, len(train), train.characters, len(held_out))

    def _steps_of_test(self, data: Texts) -> float:
        """A single text is read on its own, at a fraction of the speed of many."""
        share = READ_ALONE if data.corpus.continuous else READ_TOGETHER
        return share * len(data.tokens[data.held_out]) / (self.settings.batch_size * self.settings.window)

    def _multiplies_large_matrices(self, data: Texts) -> bool:
        return data.tokenizer.vocabulary_size >= MANY_CLASSES or super()._multiplies_large_matrices(data)

    def _batches(self, data: Texts, split: str, replicas: int) -> Batches:
        s = self.settings
        if s.strategy != "none":
            raise InvalidArgument("strategy", "none, as a language model carries its state on one device", s.strategy)
        most = s.tokens_per_epoch if split == "train" else s.validation_tokens
        return data.batches(split, rows=s.batch_size, length=s.window, seed=s.seed, most_tokens=most)

    def _objective(self, data: Texts) -> Objective:
        s, full = self.settings, ProjectedObjective({"loss": sparse_cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy})
        return full if s.sampled_softmax is None else SampledSoftmax(s.sampled_softmax, data.counts("train"), full, s.seed)

    def _fitted(self, model: keras.Model, objective: Objective) -> CarriedState:
        return CarriedState(model, self.settings.batch_size, objective.variables)

    def _describe_tokens(self, data: Texts) -> str:
        kept = data.tokens["train"]
        unknown = f", {kept.unknown / len(kept):.1%} of them unknown" if kept.unknown else ""
        pieces = f"{data.tokenizer.model_type} of {data.tokenizer.vocabulary_size:,} pieces"
        return f"{pieces}; training has {len(kept):,} tokens of {kept.characters / len(kept):.2f} characters{unknown}"

    def _test(self, model: keras.Model, data: Texts) -> tuple[Likelihood, Callable[[], Measured]]:
        tokens = data.tokens[data.held_out]
        result, passages = _measure(model, data.tokenizer, data.end_id, tokens)
        return result, functools.partial(measured_passages, passages, tokens, data.tokenizer, result, data.corpus.continuous)

    def _keep_results(self, model: keras.Model, data: Texts, result: Likelihood) -> dict[str, Any]:
        self.run.write_json(self.run.samples, _passages(data.corpus.splits[data.held_out], data.corpus.continuous))
        return {"measured": data.held_out, "continuous": data.corpus.continuous}

    def evaluate(
        self, data: str | None = None, *, dynamic: bool | None = False, cache: int | None = None, **options: str | None
    ) -> Likelihood | AdaptedLikelihood:
        """Measures the trained model.

        Args:
            data: As for `--data`; `None` for the split that the run was measured on.
            dynamic: Whether to measure it by dynamic evaluation, too.
            cache: Tokens of a neural cache to measure it with, too.
            **options: What `measure_options` names; that of the run where `None`.

        Returns:
            The result; with `dynamic` or `cache` beside that of the model as it is.

        Raises:
            UserError: The run is not finished, or the data cannot be read.
        """
        if cache is not None:
            check_positive_integer("cache", cache)
        model, tokenizer = self.load_model(), Tokenizer.load(self.run.tokenizer)
        end_id, ways = self._end_id(tokenizer), {"dynamic": bool(dynamic), "cache": cache}

        def measure(tokens: TokenFile) -> Likelihood | AdaptedLikelihood:
            if not any(ways.values()):
                return _measure(model, tokenizer, end_id, tokens)[0]
            validation, train = map(self._tokens_of, ("validation", "train"))
            return measure_adapted(model, tokenizer, end_id, tokens, validation, train, **ways)

        if data is None:
            texts = self.read_data()
            return measure(texts.tokens[texts.held_out])
        reading = Reading.of(self.settings, options)
        options = self._chosen(TEXT_OPTIONS, options)
        with tempfile.TemporaryDirectory() as folder:
            return measure(TokenFile.make(Path(folder) / "tokens", read_document_split(data, **options, reading=reading), tokenizer))

    def _tokens_of(self, split: str) -> TokenFile:
        """Returns the tokens of a split of the training, as the run has them.

        Raises:
            UserError: It has them no more.
        """
        path = self.run.path / "tokens" / split
        if prepared := PreparedFolder.find(self.settings.data, KIND):
            return prepared_tokens(prepared, split, Tokenizer.load(self.run.tokenizer))
        if not path.exists():
            expected = "expected the tokens that the training read, which say how the model is to learn, found none"
            raise UserError(f"{path}: {expected}; `toolkit evaluate {self.run.path}` makes them again")
        return TokenFile(path)

    def trouble(self, metrics: dict[str, Any]) -> Trouble | None:
        """Says whether the model predicts worse than a guess."""
        perplexity = Likelihood.from_dict(metrics["test"]).perplexity
        return of_perplexity(perplexity, Tokenizer.load(self.run.tokenizer).vocabulary_size)

    def describe(self, metrics: dict[str, Any]) -> str:
        """Returns the few lines that say how good the finished run is, from its `metrics.json`."""
        return f"{header(metrics, metrics['measured'])}\n{Likelihood.from_dict(metrics['test'])}"

    def show_predictions(self, number: int) -> list[str]:
        """Returns lines: what the model writes after the beginnings of a few held-out texts."""
        generator, lines = self.predictor(), []
        sampling = Sampling(temperature=TEMPERATURE).following(self.settings.seed)
        for prompt in self._prompts(generator.tokenizer)[:number]:
            [[sample]] = generator.generate([prompt], max_tokens=SHOWN_TOKENS, sampling=sampling)
            written = textwrap.wrap(f"{prompt}{sample.text}", 110, initial_indent="  ", subsequent_indent="  ")
            lines += [f"> {' '.join(prompt.split())}", *written, ""]
        return lines

    @property
    def example(self) -> str:
        """The beginning of a held-out text."""
        [prompt, *_] = self._prompts(Tokenizer.load(self.run.tokenizer))
        return prompt.strip().partition("\n")[0]

    def _prompts(self, tokenizer: Tokenizer) -> list[str]:
        """Returns beginnings of held-out texts, as they are; each is one that the model can read. If there is none, it is empty."""
        texts = self.run.read_json(self.run.samples)
        return [prompt for text in texts if (prompt := _known(_beginning(text), tokenizer)).strip()] or [""]

    def predictor(self) -> TextGenerator:
        """Returns what writes and scores texts with the trained model.

        Raises:
            UserError: The run is not finished.
        """
        return self._generator(self.load_model(), Tokenizer.load(self.run.tokenizer))

    def predictor_after(self, data: str) -> TextGenerator:
        """Returns what writes and scores texts with a model that has learned from a text besides; the run's own stays as it is.

        Args:
            data: The text, as for `--data`.

        Raises:
            UserError: The run is not finished, or the text cannot be read.
        """
        tokenizer = Tokenizer.load(self.run.tokenizer)
        model = load_model(self.run.model, dtype="float32")
        documents = read_document_split(data, **self._chosen(TEXT_OPTIONS, {}), reading=Reading.of(self.settings))
        with tempfile.TemporaryDirectory() as folder:
            tokens = TokenFile.make(Path(folder) / "tokens", documents, tokenizer)
            learn_from(model, tokenizer, self._end_id(tokenizer), tokens, self._tokens_of("train"))
        return self._generator(model, tokenizer)

    def _generator(self, model: keras.Model, tokenizer: Tokenizer) -> TextGenerator:
        return TextGenerator(LanguageModelRunner(model, tokenizer, self._ends), tokenizer, self._ends)

    @property
    def _ends(self) -> bool:
        """Whether documents end with a token that is predicted."""
        return not self.run.read_metrics()["continuous"]

    def _end_id(self, tokenizer: Tokenizer) -> int | None:
        """Returns that token; `None` if there is none."""
        return tokenizer.end_id if self._ends else None

    def exporter(self) -> LanguageModelExporter:
        """Returns what writes the trained model as a SavedModel and as LiteRT files.

        Raises:
            UserError: The run is not finished.
        """
        documents = not self.run.read_metrics()["continuous"]
        return LanguageModelExporter(self.load_model(), Tokenizer.load(self.run.tokenizer), documents)


def _measure(model: keras.Model, tokenizer: Tokenizer, end_id: int | None, tokens: TokenFile) -> tuple[Likelihood, Passages]:
    passages = passage_nats(model, DocumentIds(tokens, tokenizer.begin_id, end_id))
    return Likelihood(float(passages.nats.sum()), *size_of(tokens, end_id)), passages


def _passages(documents: Documents, continuous: bool) -> list[str]:
    """Returns beginnings of documents, or if there are few, passages of them, which begin and end with whole words."""
    passages = []
    for document in documents:
        for chunk in document:
            starts = range(0, len(chunk), SAMPLE_CHARACTERS)[: _most(documents)]
            passages += [_whole_words(chunk, start, continuous or start > 0) for start in starts]
            break
        if len(passages) >= SAMPLES:
            break
    return [passage for passage in passages if passage.strip()][:SAMPLES]


def _whole_words(text: str, start: int, is_inside: bool) -> str:
    """Returns a passage without a part of a word at its ends; of what has no words, all of it.

    Args:
        text: The text.
        start: Where the passage begins.
        is_inside: Whether there may be a part of a word before it.
    """
    end = start + SAMPLE_CHARACTERS
    passage = text[start:end]
    if is_inside and (space := re.search(r"\s+", passage[:LONGEST_WORD])):
        passage = passage[space.end() :]
    if text[end : end + 1].strip() and (cut := re.match(rf"(?s)(.*\S)\s+\S{{1,{LONGEST_WORD}}}$", passage)):
        passage = cut[1]
    return passage


def _most(documents: Documents) -> int:
    return -(-SAMPLES // documents.count)


def _beginning(text: str) -> str:
    """Returns the first few words of a text, or characters if it has no words."""
    found = PROMPT.match(text)
    return found[0] if found and len(found[0]) <= LONGEST_WORD else text[:PROMPT_CHARACTERS]


def _known(prompt: str, tokenizer: Tokenizer) -> str:
    """Returns as much of a prompt as a model of characters has learned."""
    if tokenizer.model_type != "char":
        return prompt
    unknown = set(unknown_parts(tokenizer, prompt))
    return prompt[: next((place for place, character in enumerate(prompt) if character in unknown), None)]
