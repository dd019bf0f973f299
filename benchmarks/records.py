"""What a benchmark leaves behind: one JSON file, from which the tables in the documentation are made.

A file's `kind` says which class it holds: `Record`, accuracies (also if it says nothing), `TranslationRecord`, `LanguageModelRecord`,
`DrawingRecord`, `ComparisonRecord`, `ExportRecord`, `PairRecord`, `HeldRecord`, `TheoryRecord` or `SpeedRecord`.
"""

import contextlib
import dataclasses
import datetime
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
FIGURES = ROOT / "docs" / "theory"
PACKAGES = ("recurrent-toolkit", "tensorflow", "keras", "numpy", "scikit-learn")
TRANSLATION_PACKAGES = ("recurrent-toolkit", "tensorflow", "keras", "numpy", "sacrebleu")
LANGUAGE_MODEL_PACKAGES = ("recurrent-toolkit", "tensorflow", "keras", "numpy", "sentencepiece")
LITERT_PACKAGES = ("recurrent-toolkit", "tensorflow", "keras", "numpy", "ai-edge-litert", "sacrebleu")
SPEED_PACKAGES = ("recurrent-toolkit", "tensorflow", "keras", "numpy", "torch")


def _commit() -> str:
    """Returns the short name of the commit; records and their figures, some of which may just have been written, make none dirty."""
    try:
        written = [f":!{folder.relative_to(ROOT)}" for folder in (RESULTS, FIGURES)]
        head, changed = _git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "-uno", "--", ".", *written)
    except (OSError, subprocess.CalledProcessError):  # no git, or no clone
        return "unknown"
    return f"{head}-dirty" if changed else head


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def versions_of(packages: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """Returns the versions of Python and of those packages that are installed."""
    versions = {"python": platform.python_version()}
    for package in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # PyTorch is measured only where it is installed
            versions[package] = importlib.metadata.version(package)
    return versions


def _hardware() -> dict[str, str | int | float]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": _processor(), "logical_cores": os.cpu_count(), "memory_gib": round(memory / 2**30, 1)}


def _peak_memory() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)  # Linux counts in KiB


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """What all records have in common: everything needed to repeat a measurement.

    Attributes:
        name: Name of the file, without `.json`.
        table: The table that it stands in, such as `"SST-2"`.
        what: What was measured, in a few words.
        command: What was run, from the project's folder.
        seed: Seed of every random choice.
        minutes: Wall time of all of it.
        commit: The project's commit, `-dirty` if files besides records and figures had changed since; `"unknown"` outside of a clone.
        date: Day of the measurement, UTC.
        versions: Of Python and the packages that matter.
        hardware: Processor, logical cores and memory.
    """

    kind: ClassVar[str]

    name: str
    table: str
    what: str
    command: str
    seed: int
    minutes: float
    commit: str = dataclasses.field(default_factory=_commit)
    date: str = dataclasses.field(default_factory=_today)
    versions: dict[str, str] = dataclasses.field(default_factory=versions_of)
    hardware: dict[str, Any] = dataclasses.field(default_factory=_hardware)

    def save(self, folder: Path = RESULTS) -> Path:
        """Writes `folder/NAME.json` and returns its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        values = {"kind": self.kind} | dataclasses.asdict(self)
        path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return path


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record(Measured):
    """How accurate a model is; records of one table have the same metrics.

    Attributes:
        parameters: Number of trained parameters.
        metrics: Shares between 0 and 1, by name.
        references: Published results for the same table, each `{"what": ..., "metrics": {...}}`.
        peak_memory_gib: Most memory that the process ever held; `None` if that was not measured.
        progress: Of each validation the minutes of training until its end, and the accuracy on the validation split, of the first run.
    """

    kind: ClassVar[str] = "accuracy"

    parameters: int
    metrics: dict[str, float]
    references: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    peak_memory_gib: float | None = dataclasses.field(default_factory=_peak_memory)
    progress: list[list[float]] = dataclasses.field(default_factory=list)


def _translation_versions() -> dict[str, str]:
    return versions_of(TRANSLATION_PACKAGES)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TranslationRecord(Measured):
    """How well a model translates.

    Attributes:
        parameters: Number of trained parameters.
        scores: By name: `"BLEU"`, `"chrF"` and `"TER"` from 0 to 100, `"exact match"` a share, `"perplexity"`. What was not measured is
            not there.
        signature: sacreBLEU's signature of the BLEU: only scores with the same one can be compared.
        references: Published results for the same table, each `{"what": ..., "scores": {...}}`.
        peak_memory_gib: Most memory that the process ever held; `None` if that was not measured.
        examples: The first few held-out sentences that the run keeps, whatever came of them: `{"source": ..., "translation": ...}` each.
        progress: Of each epoch the minutes until its end, and the BLEU of greedy translations of the validation split.
        versions: As in `Measured`, sacreBLEU among them.
    """

    kind: ClassVar[str] = "translation"

    parameters: int
    scores: dict[str, float]
    signature: str
    references: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    peak_memory_gib: float | None = None
    examples: list[dict[str, str]] = dataclasses.field(default_factory=list)
    progress: list[list[float]] = dataclasses.field(default_factory=list)
    versions: dict[str, str] = dataclasses.field(default_factory=_translation_versions)


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageModelRecord(Measured):
    """How well a model predicts a text; records of one table have the same tokens.

    Attributes:
        parameters: Number of trained parameters.
        scores: `"nats per token"`, `"perplexity"`, `"bits per character"` and `"bits per byte"`.
        references: Other results for the same table, each `{"what": ..., "scores": {...}}`, with `"parameters"` and `"minutes"` if known.
        peak_memory_gib: Most memory that the process ever held; `None` if that was not measured.
        samples: What the model writes, whatever comes of it: `{"prompt": ..., "text": ..., "temperature": ..., "seed": ...}` each.
        progress: Of each validation the minutes of training until its end, and the nats per token of the validation split.
        versions: As in `Measured`, SentencePiece among them.
    """

    kind: ClassVar[str] = "language model"

    parameters: int
    scores: dict[str, float]
    references: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    peak_memory_gib: float | None = None
    samples: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    progress: list[list[float]] = dataclasses.field(default_factory=list)
    versions: dict[str, str] = dataclasses.field(default_factory=lambda: versions_of(LANGUAGE_MODEL_PACKAGES))


@dataclasses.dataclass(frozen=True, kw_only=True)
class DrawingRecord(Measured):
    """How well a model that draws knows images; records of one table have the same images.

    Attributes:
        parameters: Number of trained parameters.
        scores: `"bound"`, `"reconstruction"` and `"KL"`, nats for an image, and `"bits per pixel"`.
        references: Other results for the same table, each `{"what": ..., "scores": {...}}`.
        peak_memory_gib: Most memory that the process ever held; `None` if that was not measured.
        progress: Of each validation the minutes until its end, and the bound of the validation split.
    """

    kind: ClassVar[str] = "drawing"

    parameters: int
    scores: dict[str, float]
    references: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    peak_memory_gib: float | None = None
    progress: list[list[float]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComparisonRecord(Measured):
    """What several configurations of one model reach.

    Attributes:
        settings: What all configurations share.
        rows: By the name of a configuration, its numbers by name.
        versions: As in `Measured`, sacreBLEU among them.
    """

    kind: ClassVar[str] = "comparison"

    settings: dict[str, Any]
    rows: dict[str, dict[str, float]]
    versions: dict[str, str] = dataclasses.field(default_factory=_translation_versions)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportRecord(Measured):
    """How good a model and what was exported from it are, on the same held-out texts.

    Attributes:
        settings: What all rows share.
        rows: By form of the model, `"Keras"` first, its numbers by name, units in the name; of a file that was left out there are none.
        versions: As in `Measured`, LiteRT and sacreBLEU among them.
    """

    kind: ClassVar[str] = "exports"

    settings: dict[str, Any]
    rows: dict[str, dict[str, float]]
    versions: dict[str, str] = dataclasses.field(default_factory=lambda: versions_of(LITERT_PACKAGES))


@dataclasses.dataclass(frozen=True, kw_only=True)
class PairRecord(Measured):
    """What a classifier says to pairs of sentences.

    Attributes:
        rows: By category the number of `"pairs"`, of `"right pairs"` and of `"right sentences"`.
        probabilities: By sentence that of the label positive.
    """

    kind: ClassVar[str] = "pairs"

    rows: dict[str, dict[str, int]]
    probabilities: dict[str, float]


@dataclasses.dataclass(frozen=True, kw_only=True)
class HeldRecord(Measured):
    """How much of what is offered holds.

    Attributes:
        rows: By what it is, how many were `"tried"` and how many `"held"`.
    """

    kind: ClassVar[str] = "held"

    rows: dict[str, dict[str, int]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TheoryRecord(Measured):
    """What came of trying a claim of the literature.

    Attributes:
        seeds: Seeds of all runs; `seed` is the first.
        claim: What is said.
        source: By whom.
        rule: What decides, in words.
        setting: What was run.
        verdict: `"confirmed"`, `"not confirmed here"` or `"the opposite here"`, as the rule has it.
        finding: How many of the rule's comparisons hold, a sentence.
        comparisons: Of each a sentence with its numbers.
        factors: Names of what differs between the rows, besides the seed.
        rows: Of each run its factors, its seed and its measures by name; lists and texts among these stand in no table.
    """

    kind: ClassVar[str] = "theory"

    seeds: list[int]
    claim: str
    source: str
    rule: str
    setting: str
    verdict: str
    finding: str
    comparisons: list[str]
    factors: list[str]
    rows: list[dict[str, Any]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SpeedRecord(Measured):
    """How long something takes, in the hands of several contenders.

    Attributes:
        measurements: By case and by contender the measured values by name, units in the name, such as `{"training ms": 41.5}`. What was
            not measured is not there.
        versions: As in `Measured`; PyTorch among them where it is installed.
    """

    kind: ClassVar[str] = "speed"

    measurements: dict[str, dict[str, dict[str, float]]]
    versions: dict[str, str] = dataclasses.field(default_factory=lambda: versions_of(SPEED_PACKAGES))


KINDS: dict[str, type[Measured]] = {
    record.kind: record
    for record in (
        Record,
        TranslationRecord,
        LanguageModelRecord,
        DrawingRecord,
        ComparisonRecord,
        ExportRecord,
        PairRecord,
        HeldRecord,
        TheoryRecord,
        SpeedRecord,
    )
}


def load_records(folder: Path = RESULTS) -> list[Measured]:
    """Returns the records of a folder, sorted by name.

    Raises:
        ValueError: A file is no record.
    """
    return [_load(path) for path in sorted(folder.glob("*.json"))]


def begun_record(folder: Path, name: str, settings: dict[str, Any]) -> ComparisonRecord | None:
    """Returns a comparison that was begun, to go on with; `None` if there is none.

    Raises:
        ValueError: There is one of other settings.
    """
    found = [record for record in load_records(folder) if record.name == name]
    if found and found[0].settings != settings:
        raise ValueError(f"{folder / name}.json: expected a record of {settings}, found one of {found[0].settings}; move it away")
    return found[0] if found else None


def _load(path: Path) -> Measured:
    try:
        values = dict(json.loads(path.read_text("utf-8")))
        return KINDS[values.pop("kind", Record.kind)](**values)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: expected a record that a benchmark wrote, received something else ({error}); run it again") from error
