"""The LiteRT files of a version: from token ids, with their tokenizers, and `model.json` that says how to use them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_edge_litert import schema_py_generated as schema

from toolkit.errors import UserError, naming
from toolkit.export.comparison import compare, compare_file
from toolkit.export.converter import CONVERTER, Job, Reasons
from toolkit.export.format import Format
from toolkit.export.inventory import check_files
from toolkit.export.publishing import size_of, write_json
from toolkit.export.report import Agreement, Artefact
from toolkit.inference.description import read_description
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.litert_compiled import CompiledRunner
from toolkit.inference.runner import Runner

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from toolkit.export.exporter import Exporter, LiteRTSignatures
    from toolkit.export.verification import Check

FUSED_OPERATOR = "UNIDIRECTIONAL_SEQUENCE_LSTM"
FILES = {"float32": "model.tflite", "float16": "model_float16.tflite", "int8": "model_int8.tflite"}
STATIC = "model_static.tflite"
FUSED = {"float32": "model_fused.tflite", "int8": "model_fused_int8.tflite"}
DESCRIPTION = "model.json"
BESIDE = (DESCRIPTION, "tokenizer.model", "target_tokenizer.model")
ROUNDINGS = {"float16": 2.0**-11, "int8": 2.0**-7}  # share of its size that a weight is off by; of int8, of the largest in its row


class LiteRT(Format):
    """Has a file in single precision, which may be rounded, one of fixed shapes, and some with the fused LSTM where they are wanted.

    One that the converter cannot make, or that does not agree, is left out of a version that is being made; the description says why.
    """

    folder, file = "litert", FILES["float32"]
    has_tokenizers = True

    def holds(self, path: Path) -> bool:
        """Returns whether a path is a LiteRT file, or a folder of them."""
        file = _file(path)
        return file.is_file() and file.suffix == ".tflite"

    def check_files(self, path: Path) -> None:
        """Checks a file and what lies beside it. A folder that was copied without its version has no inventory."""
        file, folder = _file(path), _file(path).parent.resolve()
        if folder.name == self.folder:
            check_files(folder.parent, [f"{self.folder}/{name}" for name in (file.name, *BESIDE)])

    def description(self, path: Path) -> Path:
        """Returns the file beside it."""
        return _file(path).parent / DESCRIPTION

    def open(self, path: Path) -> Runner:
        """Opens a file in LiteRT's interpreter."""
        file = _file(path)
        if file.name == STATIC:
            raise UserError(
                f"{file}: expected a LiteRT file for texts of any length, received one of fixed shapes; give {FILES['float32']}"
            )
        return LiteRTRunner(file)

    def prepare(self) -> None:
        """Starts the converter's process, which imports TensorFlow."""
        CONVERTER.start()

    def write(self, exporter: "Exporter", version: Path, samples: Sequence[Any]) -> None:
        """Writes the files, their tokenizers and their description."""
        litert = version / self.folder
        litert.mkdir()
        left_out = _write_files(exporter.litert_signatures(), exporter.model, litert)
        for name, tokenizer in exporter.tokenizers().items():
            tokenizer.save(litert / name)
        write_json(_description_of(exporter, litert, left_out), litert / DESCRIPTION)

    def leave_out(self, version: Path, reasons: Mapping[str, str]) -> None:
        """Removes files; the description says why."""
        litert = version / self.folder
        if reasons:
            _write_left_out(litert, {**_read_description(litert)["left_out"], **reasons})

    def check_descriptions(self, exporter: "Exporter", version: Path, samples: Sequence[Any]) -> None:
        """Checks tokenizers and description; and the files that differ in nothing but their weights, which have the same signatures."""
        litert = version / self.folder
        for name, tokenizer in exporter.tokenizers().items():
            compare_file(litert / name, tokenizer.model_proto)
        found = _read_description(litert)
        compare(litert / DESCRIPTION, _description_of(exporter, litert, found["left_out"]), found)
        for files in (FILES, FUSED):
            there = [litert / file for file in files.values() if (litert / file).is_file()]
            for path in there[1:]:
                compare(path, _described(there[0]), _described(path))

    def compare(self, check: "Check", version: Path, publishing: bool) -> list[Artefact]:
        """Compares all files that there are."""
        litert, artefacts = version / self.folder, []
        left_out = _read_description(litert)["left_out"]
        for name, file, form, whole in _forms(_has_fused(litert, left_out)):
            if whole in left_out and file not in left_out and publishing:
                left_out[file] = f"it is {whole} with rounded weights, which is left out itself"
            if file not in left_out:
                try:
                    artefacts.append(Artefact(name, size_of(litert / file), _agreement(check, litert / file, form)))
                    continue
                except UserError as error:
                    if not publishing:
                        raise
                    left_out[file] = str(error)
            artefacts.append(Artefact(name, 0, None, left_out[file]))
        if publishing:
            _write_left_out(litert, left_out)
        return artefacts


def convert_to_litert(module: "tf.Module", conversions: Sequence[tuple[Mapping[str, Any], Mapping[str, Path]]]) -> Reasons:
    """Writes functions as the signatures of LiteRT files of built-in operators. The signatures of a file share its weights.

    | form | weights | arithmetic |
    |---|---|---|
    | `float32` | as they are | single precision |
    | `float16` | rounded to half precision | single precision, or half where a GPU has it |
    | `int8` | large ones as 8-bit integers with a scale for each row | what is multiplied with them is rounded to 8 bits on the way |

    Args:
        module: Holds every variable that the signatures use.
        conversions: Signatures, and the `.tflite` file of each form that is wanted of them, all in one folder. A signature is a
            `tf.function` that has an `input_signature`, or a concrete function, by its name, traced with the time-loop backend `"litert"`.

    Returns:
        What the converter says of the files that it cannot make, by name.

    Raises:
        OSError: A file cannot be written.
    """
    from toolkit.export.saving import save_module

    jobs: list[Job] = []
    directory = next(iter(conversions[0][1].values())).parent
    with tempfile.TemporaryDirectory(dir=directory, prefix=".tokens-") as folder:
        for number, (signatures, files) in enumerate(conversions):
            saved_model = Path(folder) / str(number)
            save_module(module, signatures, saved_model)
            jobs += [Job(str(saved_model), form, str(path)) for form, path in files.items()]
        return CONVERTER.convert(jobs)


def check_operators(path: Path) -> None:
    """Checks that a LiteRT file has built-in operators only, so that any LiteRT runtime takes it.

    Raises:
        UserError: It has others, or it is no LiteRT file.
    """
    custom = [code.CustomCode().decode() for code in _operator_codes(path) if code.BuiltinCode() == schema.BuiltinOperator.CUSTOM]
    if custom:
        raise UserError(f"LiteRT: expected built-in operators only, found {', '.join(custom)}; {path.name} is not to be used")


def operators(path: Path) -> set[str]:
    """Returns the names of the built-in operators of a LiteRT file, such as `"WHILE"`.

    Raises:
        UserError: It is no LiteRT file.
    """
    used = {code.BuiltinCode() for code in _operator_codes(path)}
    return {name for name, number in vars(schema.BuiltinOperator).items() if number in used}


def _file(path: Path) -> Path:
    """Returns the file that a path means: of a folder, the one in single precision."""
    return path if path.is_file() else path / FILES["float32"]


def _write_files(signatures: "LiteRTSignatures", model: "keras.Model", litert: Path) -> Reasons:
    """Writes the files that the converter can make, and returns what is wrong with the others."""
    from toolkit.export.saving import with_variables

    parts = zip(signatures, (FILES, {"float32": STATIC}, FUSED), strict=True)
    conversions = [(part, {form: litert / file for form, file in files.items()}) for part, files in parts if part]
    left_out = convert_to_litert(with_variables(model), conversions)
    for path in (litert / file for file in FUSED.values()):
        if path.is_file() and FUSED_OPERATOR not in operators(path):
            left_out[path.name] = f"expected the operator {FUSED_OPERATOR}, but the LiteRT converter has made none of it"
            path.unlink()
    return left_out


def _has_fused(litert: Path, left_out: Reasons) -> bool:
    return any((litert / file).is_file() or file in left_out for file in FUSED.values())


def _forms(has_fused: bool) -> Iterator[tuple[str, str, str, str]]:
    """Yields of each file what reports call it, its name, its form, and the name of the file whose weights it rounds."""
    yield from ((f"LiteRT {form}", file, form, FILES["float32"]) for form, file in FILES.items())
    yield "LiteRT, fixed shapes", STATIC, "fixed", STATIC
    if has_fused:
        for name, (form, file) in zip(("LiteRT, fused LSTM", "LiteRT int8, fused LSTM"), FUSED.items(), strict=True):
            yield name, file, form, FUSED["float32"]


def _agreement(check: "Check", path: Path, form: str) -> Agreement:
    check_operators(path)
    if form == "fixed":
        return check.static(CompiledRunner(path))
    runner = LiteRTRunner(path)
    return check.rounded(runner, path.name, ROUNDINGS[form]) if form in ROUNDINGS else check.litert(runner)


def _description_of(exporter: "Exporter", litert: Path, left_out: Reasons) -> dict[str, Any]:
    """Returns what `model.json` has to say: what the exporter knows, and what the LiteRT files say of themselves."""
    return {**exporter.description(), **exporter.litert_description(), **_of_files(litert, left_out)}


def _read_description(litert: Path) -> dict[str, Any]:
    """Returns what `model.json` says."""
    description = read_description(litert / DESCRIPTION)
    with naming(litert / DESCRIPTION, "files and reasons in left_out"):
        return {**description, "left_out": dict(description.get("left_out", {}))}  # in older exports nothing was left out with a reason


def _write_left_out(litert: Path, left_out: Reasons) -> None:
    """Says in `model.json` which files there are not and why; they are deleted where they are."""
    for file in left_out:
        (litert / file).unlink(missing_ok=True)
    write_json({**_read_description(litert), **_of_files(litert, left_out)}, litert / DESCRIPTION)


def _of_files(litert: Path, left_out: Reasons) -> dict[str, Any]:
    """Returns what there is to say of the files that are there, or have to be."""
    made = {file: _described(litert / file) for file in (*FILES.values(), STATIC) if file not in left_out}
    parts: dict[str, Any] = {"signatures": next((made[file] for file in FILES.values() if file in made), {}), "static": None}
    if STATIC in made:
        parts["static"] = {"file": STATIC, "signatures": made[STATIC]}
    if _has_fused(litert, left_out):
        file = FUSED["float32"]
        parts["fused"] = None if file in left_out else {"file": file, "signatures": _described(litert / file)}
    known = (*FILES.values(), STATIC, *FUSED.values())
    return {**parts, "left_out": {file: why for file, why in left_out.items() if file in known and not (litert / file).is_file()}}


def _described(path: Path) -> dict[str, Any]:
    """Returns the type and shape of each input and output of each signature of a LiteRT file."""
    if not path.is_file():
        raise UserError(f"{path}: expected a LiteRT file, as {DESCRIPTION} does not say why it would be left out; found none")
    with naming(path, "a LiteRT file"):
        return {name: signature.described() for name, signature in LiteRTRunner(path).signatures.items()}


def _operator_codes(path: Path) -> list[schema.OperatorCode]:
    with naming(path, "a LiteRT file"):
        content = path.read_bytes()
        if content[4:8] != b"TFL3":
            raise UserError(f"{path}: expected a LiteRT file, found something else")
        model = schema.Model.GetRootAs(content)
        return [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
