"""`toolkit prepare` of parallel texts."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from toolkit.data.parallel_texts.parallel_corpus import KIND, read_parallel
from toolkit.data.parallel_texts.parallel_filters import text_filters
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.prepared.record_file import write_records
from toolkit.data.prepared.sampling import of_texts, sample_of
from toolkit.data.prepared.workshop import Shard, Workshop, rows_of
from toolkit.data.reading.reading import Reading
from toolkit.data.splits.report import Report
from toolkit.run_folder import RunFolder
from toolkit.tasks.choice import Characters
from toolkit.tasks.stage import stage
from toolkit.tasks.translation.choices import vocabulary_size
from toolkit.tasks.translation.settings import ParallelTextSettings
from toolkit.text.tokenizer import Tokenizer

Side = tuple[str, Shard]
"""The sources or the targets of a shard."""


def prepare(settings: ParallelTextSettings, workshop: Workshop, folder: Path) -> Report:
    """Filters, splits and tokenizes pairs, as a training does, and leaves them in a folder.

    Args:
        settings: Where they come from, and how they become tokens.
        workshop: Where that is done.
        folder: What all machines see; it gets its name when all is done.

    Returns:
        What was read and dropped.

    Raises:
        UserError: The data or a tokenizer cannot be read.
    """
    corpus = read_parallel(
        settings.data,
        **{name: getattr(settings, name) for name in settings.languages},
        filters=text_filters(max_ratio=settings.max_length_ratio),
        reading=Reading.of(settings),
        spread=workshop.leaving("source", "target"),
    )
    shards = {name: workshop.shards(name, split.sources) for name, split in corpus.splits.items()}
    sides = {side: [(side, shard) for shard in shards["train"]] for side in ("source", "target")}
    if settings.separate_vocabularies:
        target = _tokenizer(settings, settings.target_tokenizer_model, workshop, sides["target"])
        source = _tokenizer(settings, settings.tokenizer_model, workshop, sides["source"])
        target.save(RunFolder(folder).target_tokenizer)
    else:
        source = target = _tokenizer(settings, settings.tokenizer_model, workshop, [*sides["source"], *sides["target"]])
    source.save(RunFolder(folder).tokenizer)
    stage("encoding", " and ".join(f"{each.model_type} of {each.vocabulary_size:,} pieces" for each in dict.fromkeys((source, target))))
    protos = {"source": source.model_proto, "target": target.model_proto}
    workshop.spread(partial(_encode, workshop.folder, folder, protos), [*chain(*shards.values())])
    PreparedFolder.write(folder, KIND, corpus.report, languages=[corpus.source_language, corpus.target_language])
    return corpus.report


def _tokenizer(settings: ParallelTextSettings, model: str | None, workshop: Workshop, sides: Sequence[Side]) -> Tokenizer:
    if model:
        return Tokenizer.load(model, needs_ends=True)
    stage("tokenizer", f"{settings.tokenizer}, from the training texts")
    texts = partial(_texts, workshop.folder)
    size = vocabulary_size(settings, lambda: Characters.merge(of_texts(workshop.spread, Characters.of, texts, sides)))
    sample = sample_of(workshop.spread, texts, sides)
    return Tokenizer.train(sample, size, model_type=settings.tokenizer, normalization=settings.normalization)


def _texts(folder: Path, side: Side) -> Iterator[str]:
    name, shard = side
    return (row[name] for row, _ in rows_of(folder, shard))


def _encode(rows: Path, folder: Path, protos: dict[str, bytes], shard: Shard) -> None:
    found = [row for row, _ in rows_of(rows, shard)]
    encoded = {side: Tokenizer(proto).encode([row[side] for row in found]) for side, proto in protos.items()}
    records = ({**row, **{f"{side}_tokens": ids[number].tolist() for side, ids in encoded.items()}} for number, row in enumerate(found))
    write_records(folder / shard.file_name, records)
