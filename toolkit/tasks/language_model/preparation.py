"""`toolkit prepare` of running text."""

from collections import Counter
from functools import partial
from pathlib import Path

from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.prepared.record_file import write_records
from toolkit.data.prepared.sampling import of_texts, sample_of
from toolkit.data.prepared.workshop import Workshop
from toolkit.data.reading.reading import Reading
from toolkit.data.running_text.documents import KIND, Documents, read_documents, texts_of
from toolkit.data.running_text.token_file import TokenFile
from toolkit.data.splits.report import Report
from toolkit.run_folder import RunFolder
from toolkit.tasks.choice import Characters
from toolkit.tasks.language_model.choices import vocabulary_size
from toolkit.tasks.language_model.settings import TextSettings
from toolkit.tasks.stage import stage
from toolkit.text.exact_tokenizer import COUNTED, tokens_of, train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer


def prepare(settings: TextSettings, workshop: Workshop, folder: Path) -> Report:
    """Splits and tokenizes documents, as a training does, and leaves them in a folder.

    Args:
        settings: Where they come from, and how they become tokens.
        workshop: Where that is done, a file at a time.
        folder: What all machines see; it gets its name when all is done.

    Returns:
        What was read and dropped.

    Raises:
        UserError: The data or the tokenizer cannot be read.
    """
    options = {name: getattr(settings, name) for name in (*settings.columns, "most_characters")}
    corpus = read_documents(settings.data, **options, reading=Reading.of(settings), spread=workshop.spread)
    tokenizer = _tokenizer(settings, workshop, corpus.splits["train"])
    tokenizer.save(RunFolder(folder).tokenizer)
    stage("encoding", f"{tokenizer.model_type} of {tokenizer.vocabulary_size:,} pieces")
    counts = {}
    for split, documents in corpus.splits.items():
        TokenFile.make(folder / "tokens" / split, documents, tokenizer, workshop.spread)
        counts[split] = documents.total
        if split != "train":
            write_records(folder / f"{split}-00000-of-00001.array_record", ({"text": "".join(document)} for document in documents))
    PreparedFolder.write(folder, KIND, corpus.report, continuous=corpus.continuous, counts=counts)
    return corpus.report


def _tokenizer(settings: TextSettings, workshop: Workshop, train: Documents) -> Tokenizer:
    if settings.tokenizer_model:
        return Tokenizer.load(settings.tokenizer_model, needs_ends=True)
    stage("tokenizer", f"{settings.tokenizer}, from {train.characters:,} characters")
    size = vocabulary_size(settings, lambda: Characters.merge(of_texts(workshop.spread, Characters.of, texts_of, train.sources)))
    if settings.tokenizer in COUNTED:
        counted = of_texts(workshop.spread, partial(tokens_of, model_type=settings.tokenizer), texts_of, train.sources)
        learned = sum(counted, Counter())
    else:
        learned = sample_of(workshop.spread, texts_of, train.sources)
    return train_exact_tokenizer(learned, settings.tokenizer, size)
