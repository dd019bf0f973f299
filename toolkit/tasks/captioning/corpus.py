"""From the value of `--data` to images and captions in three splits."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.data.images.image_set import ImageSet, read_images
from toolkit.data.reading.local_files import is_local, named_paths, names_splits, split_paths
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, to_measure
from toolkit.errors import UserError
from toolkit.tasks.captioning.emoji_drawings import HELD_OUT, NAME, read_drawing, read_emoji_drawings
from toolkit.tasks.captioning.files import Captioned, Form, read_captioned
from toolkit.text.words import words_of

NO_WORDS, NO_CAPTION = "a caption without words", "an image without captions"
UNREADABLE = "captions of an image that cannot be read"


@dataclass(frozen=True)
class CaptionCorpus:
    """Images with captions in splits.

    Attributes:
        splits: Images and their captions by split.
        images: The pixels of all.
        report: What was read; its numbers count captions.
    """

    splits: dict[str, list[Captioned]]
    images: ImageSet
    report: Report

    @property
    def trained(self) -> set[str]:
        """The different captions of training, as they are compared."""
        return {as_compared(caption) for each in self.splits["train"] for caption in each.captions}


def as_compared(caption: str) -> str:
    """Returns what makes a caption the same as another one: its words."""
    return " ".join(words_of(caption))


def read_corpus(data: str | None, form: Form, image_size: int) -> CaptionCorpus:
    """Reads images and captions.

    Splits that are missing are carved out of the training split by the hash of the image's name.

    Args:
        data: A file or a folder, as `read_captioned` takes it, a folder with one for each split, `train=FILE,validation=FILE,test=FILE`,
            or the name of a TFDS set; `None` for the emoji of OpenMoji, whose packages the `vision` extra installs.
        form: How files are read.
        image_size: Side of the square that images are stretched to.

    Raises:
        UserError: A file cannot be read or does not fit, no image can be read, or the captions are too few.
    """
    given = _parts(data, form, image_size)
    parts, dropped, name = given.parts, given.dropped, given.name
    if "train" not in parts:
        raise UserError(f"{name}: expected a training split, found {', '.join(parts)}")
    carved = [split for split in SPLITS if split not in parts]
    splits = carve(parts, lambda each: each.image.name)
    fill_empty(splits, carved, lambda each: each.image.name)
    images = _take_unreadable(splits, dropped, given.images or _read_images(splits, image_size))
    if empty := [split for split in SPLITS if not splits[split]]:
        raise UserError(f"{name}: the images are too few to take a {empty[0]} split out of them; give more, or a file per split")
    corpus = CaptionCorpus(splits, images, Report(name, notes=given.notes))
    _fill_report(corpus, dropped)
    return corpus


def read_measured(data: str, form: Form, image_size: int) -> CaptionCorpus:
    """Reads images to measure a model on: a test split, or the whole of a file without splits, as the one split `"test"`.

    Args:
        data: As for `read_corpus`.
        form: As for `read_corpus`.
        image_size: As for `read_corpus`.

    Raises:
        UserError: As `read_corpus`.
    """
    given = _parts(data, form, image_size, measured=True)
    [split] = to_measure(given.parts)
    splits = {"test": given.parts[split]}
    images = given.images or _read_images(splits, image_size)
    return CaptionCorpus(splits, _take_unreadable(splits, {"test": given.dropped[split]}, images), Report(given.name))


@dataclass(frozen=True)
class _Given:
    """Images with captions by split, what was left out of each, what to call the data, the images if they were read, and notes."""

    parts: dict[str, list[Captioned]]
    dropped: dict[str, Counter]
    name: str
    images: ImageSet | None = None
    notes: list[str] = field(default_factory=list)


def _parts(data: str | None, form: Form, image_size: int, measured: bool = False) -> _Given:
    """Reads the captions, and the images if they do not have files of their own."""
    dropped: dict[str, Counter] = {split: Counter() for split in SPLITS}
    if data is None:
        parts = read_emoji_drawings()
        images = read_images([each.image for part in parts.values() for each in part], image_size, read_drawing)
        return _Given(parts, dropped, NAME, images, [HELD_OUT])
    if not is_local(data):
        from toolkit.tasks.captioning.tfds_captions import read_tfds_captions  # imports TensorFlow, which local files do not need

        name, parts, images, notes = read_tfds_captions(data, form, image_size, measured)
        return _Given({split: _whole(name, part, dropped[split]) for split, part in parts.items()}, dropped, name, images, notes)
    if names_splits(data):
        parts = {split: _of_split(path, split, form) for split, [path] in named_paths(data).items()}
    else:
        paths = split_paths(Path(data).expanduser())
        several = {split: _of_split(path, split, form) for split, path in paths.items()} if len(paths) > 1 else None
        parts = several or read_captioned(*paths.values(), form)
    return _Given({split: _whole(data, parts[split], dropped[split]) for split in SPLITS if split in parts}, dropped, data)


def _of_split(path: Path, split: str, form: Form) -> list[Captioned]:
    """Returns the images of a file that is a split: those that it says are in it, if it says so, else all."""
    found = read_captioned(path, form)
    return found[split] if split in found else [each for part in found.values() for each in part]


def _whole(name: str, read: list[Captioned], dropped: Counter) -> list[Captioned]:
    """Returns images with the captions that have words, without images that have none."""
    kept = []
    for each in read:
        captions = tuple(caption for caption in each.captions if words_of(caption))
        dropped[NO_WORDS] += len(each.captions) - len(captions)
        if captions:
            kept.append(Captioned(each.image, captions))
        elif not each.captions:
            dropped[NO_CAPTION] += 1
    if not kept:
        raise UserError(f"{name}: expected images with captions, found {dropped[NO_WORDS]:,} captions without words and no others")
    return kept


def _read_images(splits: dict[str, list[Captioned]], size: int) -> ImageSet:
    try:
        return read_images([each.image for part in splits.values() for each in part], size)
    except UserError as error:
        raise UserError(f"{error}; --images says where they are") from error


def _take_unreadable(splits: dict[str, list[Captioned]], dropped: Mapping[str, Counter], images: ImageSet) -> ImageSet:
    """Takes images that cannot be read out of their splits, and counts their captions; returns the images."""
    for split, part in splits.items():
        dropped[split][UNREADABLE] += sum(len(each.captions) for each in part if each.image not in images.rows)
        splits[split] = [each for each in part if each.image in images.rows]
    return images


def _fill_report(corpus: CaptionCorpus, dropped: Mapping[str, Counter]) -> None:
    trained = corpus.trained
    for split, part in corpus.splits.items():
        kept, out = sum(len(each.captions) for each in part), {reason: number for reason, number in dropped[split].items() if number}
        noted = {"images": len(part)}
        if split != "train" and (unseen := sum(as_compared(caption) not in trained for each in part for caption in each.captions)):
            noted["captions that do not occur in train"] = unseen
        corpus.report.splits[split] = SplitReport(kept + sum(out.values()), kept, {}, out, noted)
