"""`toolkit prepare` of labeled texts."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from toolkit.data.labeled_texts.corpus import KIND, read_corpus
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.prepared.record_file import write_records
from toolkit.data.prepared.sampling import of_texts, sample_of
from toolkit.data.prepared.workshop import Shard, Workshop, rows_of
from toolkit.data.reading.reading import Reading
from toolkit.data.splits.report import Report
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.choices import tokenizer_for
from toolkit.tasks.classification.settings import LabeledTextSettings
from toolkit.tasks.stage import stage
from toolkit.text.script import Script
from toolkit.text.tokenizer import Tokenizer


def prepare(settings: LabeledTextSettings, workshop: Workshop, folder: Path) -> Report:
    """Cleans, splits and tokenizes texts, as a training does, and leaves them in a folder.

    Args:
        settings: Where they come from, and how they become tokens.
        workshop: Where that is done.
        folder: What all machines see; it gets its name when all is done.

    Returns:
        What was read and dropped.

    Raises:
        UserError: The data or the tokenizer cannot be read.
    """
    columns = {name: getattr(settings, name) for name in settings.columns}
    corpus = read_corpus(settings.data, **columns, reading=Reading.of(settings), spread=workshop.leaving("text"))
    shards = {name: workshop.shards(name, split.texts, split.labels) for name, split in corpus.splits.items()}
    tokenizer = _tokenizer(settings, workshop, shards["train"])
    tokenizer.save(RunFolder(folder).tokenizer)
    stage("encoding", f"{tokenizer.model_type} of {tokenizer.vocabulary_size:,} pieces")
    workshop.spread(partial(_encode, workshop.folder, folder, corpus.label_names, tokenizer.model_proto), [*chain(*shards.values())])
    PreparedFolder.write(folder, KIND, corpus.report, label_names=corpus.label_names)
    return corpus.report


def _tokenizer(settings: LabeledTextSettings, workshop: Workshop, shards: Sequence[Shard]) -> Tokenizer:
    if settings.tokenizer_model:
        return Tokenizer.load(settings.tokenizer_model)
    texts = partial(_texts, workshop.folder)
    kind = tokenizer_for(settings, lambda: Script.merge(of_texts(workshop.spread, Script.of, texts, shards)))
    stage("tokenizer", f"{kind}, from the training texts")
    return Tokenizer.train(sample_of(workshop.spread, texts, shards), settings.vocabulary_size, model_type=kind)


def _texts(folder: Path, shard: Shard) -> Iterator[str]:
    return (row["text"] for row, _ in rows_of(folder, shard))


def _encode(rows: Path, folder: Path, label_names: Sequence[str], model_proto: bytes, shard: Shard) -> None:
    found = list(rows_of(rows, shard))
    encoded = Tokenizer(model_proto).encode([row["text"] for row, _ in found])
    records = (
        {"text": row["text"], "label": label_names[label], "source": row["source"], "tokens": ids.tolist()}
        for (row, label), ids in zip(found, encoded, strict=True)
    )
    write_records(folder / shard.file_name, records)
