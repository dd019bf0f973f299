"""From the data settings of a recipe to tokenized pairs, with the tokenizers and the report kept in the run folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from toolkit.arguments import InvalidArgument
from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.drawn_pairs import DrawnPairs, planned_lengths
from toolkit.data.parallel_texts.pair_batches import PairBatches, pair_lengths
from toolkit.data.parallel_texts.pair_boundaries import pair_boundaries
from toolkit.data.parallel_texts.parallel_corpus import ParallelCorpus, read_parallel
from toolkit.data.parallel_texts.parallel_filters import kept_pairs, length_filters, text_filters
from toolkit.data.parallel_texts.source_ids import source_ids
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.reading.reading import Reading
from toolkit.run_folder import RunFolder
from toolkit.tasks.choice import Characters
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.tasks.stage import stage
from toolkit.tasks.translation.choices import vocabulary_size
from toolkit.tasks.translation.settings import ParallelTextSettings
from toolkit.text.tokenizer import Tokenizer

DEFAULT_DATA = "phrasebook"
BUCKETS = 8


@dataclass(frozen=True)
class ParallelTexts:
    """What a translator trains on.

    Attributes:
        corpus: The pairs by split, as they were read.
        source_tokenizer: The tokenizer of the sources.
        target_tokenizer: That of the targets; the same one if both share a vocabulary.
        sources: By split, token ids of each source that is kept, its end id among them.
        targets: By split, token ids of each target that is kept.
        kept: Which pairs of the training split those are.
    """

    corpus: ParallelCorpus
    source_tokenizer: Tokenizer
    target_tokenizer: Tokenizer
    sources: dict[str, list[np.ndarray]]
    targets: dict[str, list[np.ndarray]]
    kept: Sequence[int]

    @property
    def shares_vocabulary(self) -> bool:
        """Whether one tokenizer serves both languages."""
        return self.source_tokenizer is self.target_tokenizer

    def drawn_batches(self, *, batch_size: int, seed: int, replicas: int, dropout: float) -> DrawnPairs:
        """Returns the batches of the training split, shuffled, whose tokens are drawn in each epoch by BPE-dropout."""
        texts = self.corpus.splits["train"]
        sources, targets = ([side[row] for row in self.kept] for side in (texts.sources, texts.targets))

        def draw(epoch: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
            of = {"dropout": dropout, "seed": int(np.random.default_rng([seed, epoch]).integers(1 << 31))}
            return encode_sources(self.source_tokenizer, sources, **of), self.target_tokenizer.encode(targets, **of)

        undrawn = self.sources["train"], self.targets["train"]
        lengths = planned_lengths(draw(0), undrawn)
        plan = BatchPlan(lengths, pair_boundaries(lengths, BUCKETS), rows_per_batch=batch_size, seed=seed, multiple_of=replicas)
        return DrawnPairs(draw, undrawn, plan, self.target_tokenizer.begin_id, self.target_tokenizer.end_id)

    def batches(self, split: str, *, batch_size: int, seed: int, replicas: int, most: int | None = None) -> PairBatches:
        """Returns the batches of a split, or of so many pairs of it at most, those of `"train"` shuffled.

        Training and validation are padded to the same few shapes.
        """
        lengths = {name: pair_lengths(self.sources[name], self.targets[name]) for name in {"train", "validation", split}}
        boundaries = pair_boundaries(np.concatenate(list(lengths.values())), BUCKETS)
        rows = evenly_spaced(len(self.sources[split]), most)
        sources, targets = ([texts[row] for row in rows] for texts in (self.sources[split], self.targets[split]))
        plan = BatchPlan(
            lengths[split][rows], boundaries, rows_per_batch=batch_size, seed=seed, shuffle=split == "train", multiple_of=replicas
        )
        ids = self.target_tokenizer.begin_id, self.target_tokenizer.end_id
        return PairBatches(sources, targets, plan, *ids)


def evenly_spaced(number: int, most: int | None) -> np.ndarray:
    """Returns which of so many to take if they are to be at most so many: positions at even distances, or all."""
    return np.arange(number) if most is None or number <= most else np.arange(most) * number // most


def read_parallel_texts(settings: ParallelTextSettings, run: RunFolder) -> ParallelTexts:
    """Reads, filters and tokenizes the pairs.

    Training loses pairs that are too long or too uneven. In the other splits what is too long is cropped for the loss, and noted; the
    scores on them are those of all pairs. A run that is taken up again keeps its tokenizers, and must find the texts that it was started
    with.

    Raises:
        UserError: The data or a tokenizer cannot be read, or the data have changed since the run was started.
    """
    filters = text_filters(max_ratio=settings.max_length_ratio)
    corpus = read_parallel(
        settings.data or DEFAULT_DATA,
        source=settings.source,
        target=settings.target,
        data_dir=settings.data_dir,
        filters=filters,
        reading=Reading.of(settings),
    )
    tokenizers = _tokenizers(settings, corpus, run)
    if settings.subword_dropout and any(tokenizer.model_type != "bpe" for tokenizer in tokenizers):
        raise InvalidArgument("subword_dropout", "0 with a tokenizer that is not bpe", settings.subword_dropout)
    stored = corpus.prepared and _fingerprints(tokenizers) == _fingerprints(_prepared_tokenizers(corpus.prepared))
    sources, targets, rows = {}, {}, {}
    for name, split in corpus.splits.items():
        longest = None if name == "train" else settings.max_length
        if stored:
            read, targets[name] = split.tokens
            sources[name] = [source_ids(ids, tokenizers[0].end_id, longest) for ids in read]
        else:
            sources[name] = encode_sources(tokenizers[0], split.sources, longest)
            targets[name] = tokenizers[1].encode(split.targets)
        limits = length_filters("tokens", settings.max_length)
        kept = rows[name] = kept_pairs(sources[name], targets[name], limits, split.report, whole=name != "train")
        sources[name] = [sources[name][position] for position in kept]
        targets[name] = [targets[name][position][: settings.max_length] for position in kept]
    if not sources["train"]:
        raise InvalidArgument("max_length", "a number of tokens that some training pair fits in", settings.max_length)
    keep_report(corpus.report, {name: fingerprint(split.sources, split.targets) for name, split in corpus.splits.items()}, run)
    return ParallelTexts(corpus, *tokenizers, sources, targets, rows["train"])


def encode_sources(tokenizer: Tokenizer, texts: Sequence[str], max_length: int | None = None, **drawn: float) -> list[np.ndarray]:
    """Returns the ids of each source as the encoder reads them: cropped at the end if they are too many, and the end id.

    Args:
        tokenizer: The tokenizer of the sources.
        texts: Sources.
        max_length: Most ids of a source, the end id among them; `None` for no limit.
        **drawn: Dropout and seed of `Tokenizer.encode`.
    """
    return [source_ids(ids, tokenizer.end_id, max_length) for ids in tokenizer.encode(texts, **drawn)]


def load_tokenizers(run: RunFolder) -> tuple[Tokenizer, Tokenizer]:
    """Returns the tokenizers of the sources and of the targets of a run: one, twice, if it has only one."""
    source = Tokenizer.load(run.tokenizer)
    return source, Tokenizer.load(run.target_tokenizer) if run.target_tokenizer.exists() else source


def _tokenizers(settings: ParallelTextSettings, corpus: ParallelCorpus, run: RunFolder) -> tuple[Tokenizer, Tokenizer]:
    if run.tokenizer.exists():
        return load_tokenizers(run)
    train = corpus.splits["train"]
    if corpus.prepared and not settings.tokenizer_model:
        source, target = _prepared_tokenizers(corpus.prepared)
        if settings.separate_vocabularies == (source is target):
            expected = f"{str(source is not target).lower()} with data that were prepared so"
            raise InvalidArgument("separate_vocabularies", expected, settings.separate_vocabularies)
        if settings.separate_vocabularies:
            _keep(target, run.target_tokenizer, run)
    elif settings.separate_vocabularies:
        target = _tokenizer(settings, settings.target_tokenizer_model, train.targets)
        _keep(target, run.target_tokenizer, run)
        source = _tokenizer(settings, settings.tokenizer_model, train.sources)
    else:
        source = target = _tokenizer(settings, settings.tokenizer_model, [*train.sources, *train.targets])
    _keep(source, run.tokenizer, run)
    return source, target


def _tokenizer(settings: ParallelTextSettings, model: str | None, texts: Sequence[str]) -> Tokenizer:
    if not model:
        stage("tokenizer", f"{settings.tokenizer}, from {len(texts):,} texts")
        size = vocabulary_size(settings, lambda: Characters.of(texts))
        return Tokenizer.train(texts, size, model_type=settings.tokenizer, normalization=settings.normalization)
    return Tokenizer.load(model, needs_ends=True)


def _prepared_tokenizers(prepared: PreparedFolder) -> tuple[Tokenizer, Tokenizer]:
    source = Tokenizer.load(prepared.tokenizer)
    return source, Tokenizer.load(prepared.target_tokenizer) if prepared.target_tokenizer.exists() else source


def _fingerprints(tokenizers: Sequence[Tokenizer]) -> list[str]:
    return [tokenizer.fingerprint for tokenizer in tokenizers]


def _keep(tokenizer: Tokenizer, path: Path, run: RunFolder) -> None:
    with run.replacing(path) as temporary:
        tokenizer.save(temporary)
