"""From the data settings of a recipe to token files, with the tokenizer and the report kept in the run folder."""

from dataclasses import dataclass

import numpy as np

from toolkit.arguments import InvalidArgument
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.reading.reading import Reading
from toolkit.data.running_text.documents import DocumentCorpus, read_documents
from toolkit.data.running_text.token_file import TokenFile
from toolkit.data.running_text.window_batches import WindowBatches, check_one_window
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder
from toolkit.tasks.choice import Characters
from toolkit.tasks.data_report import keep_report
from toolkit.tasks.language_model.choices import most_characters, vocabulary_size
from toolkit.tasks.language_model.settings import TextSettings
from toolkit.tasks.stage import stage
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

TEXT_OPTIONS = TextSettings.columns


@dataclass(frozen=True)
class Texts:
    """What a language model trains on.

    Attributes:
        corpus: The documents by split.
        tokenizer: The tokenizer.
        tokens: By split, the token ids of all documents.
    """

    corpus: DocumentCorpus
    tokenizer: Tokenizer
    tokens: dict[str, TokenFile]

    @property
    def end_id(self) -> int | None:
        """The id that ends a document; `None` for one continuous text, which has no end."""
        return None if self.corpus.continuous else self.tokenizer.end_id

    @property
    def held_out(self) -> str:
        """The split that the trained model is measured on: a continuous text without splits has no test split."""
        return "test" if "test" in self.tokens else "validation"

    def counts(self, split: str) -> np.ndarray:
        """Returns how often each token is to be predicted in a split, `[vocabulary]`."""
        tokens = self.tokens[split]
        counts = tokens.counts(self.tokenizer.vocabulary_size)
        if self.end_id is not None:
            counts[self.end_id] += tokens.documents
        return counts

    def batches(self, split: str, *, rows: int, length: int, seed: int, most_tokens: int | None) -> WindowBatches:
        """Returns the windows of a split, of `most_tokens` if they are given; those of `"train"` are shuffled."""
        return WindowBatches(
            self.tokens[split],
            rows,
            length,
            seed=seed,
            shuffle=split == "train",
            begin_id=self.tokenizer.begin_id,
            end_id=self.end_id,
            most_steps=None if most_tokens is None else -(-most_tokens // (rows * length)),
        )


def read_texts(settings: TextSettings, run: RunFolder) -> Texts:
    """Reads and tokenizes the texts.

    A run that is taken up again keeps its tokenizer, and must find the texts that it was started with.

    Raises:
        UserError: The data or the tokenizer cannot be read, a text is too short, or the data have changed since the run was started.
    """
    options = {name: getattr(settings, name) for name in TEXT_OPTIONS}
    corpus = read_documents(settings.data, **options, reading=Reading.of(settings), most_characters=most_characters(settings))
    keep_report(corpus.report, {name: documents.fingerprint for name, documents in corpus.splits.items()}, run)
    tokenizer = _tokenizer(settings, corpus, run)
    if corpus.prepared:
        tokens = {name: prepared_tokens(corpus.prepared, name, tokenizer) for name in corpus.splits}
    else:
        tokens = {name: TokenFile.make(run.path / "tokens" / name, documents, tokenizer) for name, documents in corpus.splits.items()}
    check_one_window(corpus.name, tokens["train"], settings.window)
    return Texts(corpus, tokenizer, tokens)


def _tokenizer(settings: TextSettings, corpus: DocumentCorpus, run: RunFolder) -> Tokenizer:
    if run.tokenizer.exists():
        return Tokenizer.load(run.tokenizer)
    if corpus.prepared:
        if settings.tokenizer_model:
            raise InvalidArgument("tokenizer_model", "none with prepared data, which have tokens", settings.tokenizer_model)
        tokenizer = Tokenizer.load(corpus.prepared.tokenizer)
    elif settings.tokenizer_model:
        tokenizer = Tokenizer.load(settings.tokenizer_model, needs_ends=True)
    else:
        train = corpus.splits["train"]
        stage("tokenizer", f"{settings.tokenizer}, from {train.characters:,} characters")
        size = vocabulary_size(settings, lambda: Characters.of(train.texts()))
        tokenizer = train_exact_tokenizer(train.texts(), settings.tokenizer, size)
    with run.replacing(run.tokenizer) as temporary:
        tokenizer.save(temporary)
    return tokenizer


def prepared_tokens(prepared: PreparedFolder, split: str, tokenizer: Tokenizer) -> TokenFile:
    """Returns the tokens of a split of prepared data.

    Args:
        prepared: The data.
        split: The split.
        tokenizer: What they have to be tokens of.

    Raises:
        UserError: They are tokens of another.
    """
    if tokenizer.fingerprint != Tokenizer.load(prepared.tokenizer).fingerprint:
        expected = "tokens of the tokenizer of the run that the training goes on from"
        advice = "prepare the data again with its tokenizer.model as --tokenizer-model"
        raise UserError(f"{prepared.path}: expected {expected}, found those of another; {advice}")
    return TokenFile(prepared.path / "tokens" / split)
