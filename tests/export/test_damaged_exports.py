"""Whatever is changed in an export is noticed, and named: by its inventory, and, if that was made anew, by what the files say."""

import collections
import contextlib
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from toolkit.cli import main
from toolkit.decoding import Search
from toolkit.errors import UserError
from toolkit.export.exporting import export, verify
from toolkit.export.formats import FORMATS
from toolkit.export.inventory import FILE as INVENTORY
from toolkit.export.inventory import OWN, PROOF, check_inventory, write_inventory
from toolkit.export.proof import read_proof
from toolkit.export.saved_model_checks import TOKENIZER_OPERATION, check_contents
from toolkit.export.sealed import SEAL, write_sealed
from toolkit.export.serving_files import check_serving_files, read_batching
from toolkit.export.warm_up import FILE as WARM_UP
from toolkit.export.warm_up import read_warm_up, write_warm_up
from toolkit.models import LanguageModel, TextClassifier, Translator
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.tasks.language_model.exporter import LanguageModelExporter
from toolkit.tasks.registry import exporter_of
from toolkit.tasks.translation.exporter import TranslatorExporter
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

CORRUPTIONS = 540
TEXTS = ["a film that stays with you", "dull from the first minute", "two dogs play by a tree", "so long and so good"]
OTHERS = ["un film qui reste", "deux chiens", "un été à la mer"]
NAMES = ("classifier", "translator", "writer")
MAX_LENGTH = 12


def randomized(model):
    """A model whose scores are far apart, so that other ids or another order show."""
    model.build(None)
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(size=weights.shape) for weights in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def exports(made_once):
    """A folder with a version of a classifier, a translator and a language model."""
    return made_once("damaged", write_exports) / "exports"


def write_exports(folder):
    tokenizer, other = Tokenizer.train(TEXTS, 300), Tokenizer.train(OTHERS, 290)
    sizes = {"embedding_dim": 4, "units": 4}
    classifier = randomized(TextClassifier(tokenizer.vocabulary_size, ["negative", "positive", "schön"], **sizes))
    translator = Translator(
        tokenizer.vocabulary_size, target_vocabulary_size=other.vocabulary_size, encoder_layers=1, decoder_layers=1, **sizes
    )
    writer = randomized(LanguageModel(tokenizer.vocabulary_size, num_layers=1, **sizes))
    exporters = {
        "classifier": ClassifierExporter(classifier, tokenizer, MAX_LENGTH).with_fused_lstm(),
        "translator": TranslatorExporter(randomized(translator), tokenizer, other, MAX_LENGTH, Search(beam_width=2)),
        "writer": LanguageModelExporter(writer, tokenizer, True),
    }
    for name, exporter in exporters.items():
        references = ["positive", "negative"] if name == "classifier" else []
        export(exporter, folder / "exports" / name, samples=TEXTS, references=references)


@pytest.fixture(scope="module")
def proofs(exports):
    return {name: read_proof(exports / name / "1", exporter_of) for name in NAMES}


@contextlib.contextmanager
def kept(*paths):
    """Puts files back as they were."""
    contents = {path: path.read_bytes() for path in paths}
    try:
        yield
    finally:
        for path, content in contents.items():
            path.write_bytes(content)


@contextlib.contextmanager
def inventory_anew(version):
    """What a change is followed by that is meant to be overlooked."""
    with kept(version / INVENTORY):
        write_inventory(version)
        assert check_inventory(version) == []
        yield


def leaves(value, place=()):
    """Yields the place of each value that is no object and no list of several."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from leaves(part, (*place, key))
    if not isinstance(value, (dict, list)) or not value:
        yield place


def another(value):
    """Returns another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    return [0] if value == [] else 0


def changed_at(content, place, change=another):
    content = json.loads(json.dumps(content))
    inside = content
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = change(inside[place[-1]])
    return content


def flip(rng, path):
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def truncate(rng, path):
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def lengthen(rng, path):
    path.write_bytes(path.read_bytes() + rng.randbytes(rng.randint(1, 9)))


def wipe(rng, path):
    content = bytearray(path.read_bytes())
    start = rng.randrange(len(content))
    content[start : start + 64] = bytes(0 if byte else 1 for byte in content[start : start + 64])
    path.write_bytes(content)


def change_field(rng, path):
    """Changes a value where there are fields, else a number or a letter."""
    if path.suffix == ".json":
        content = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(changed_at(content, rng.choice(list(leaves(content)))), indent=1, ensure_ascii=False) + "\n", "utf-8")
        return
    content = bytearray(path.read_bytes())
    places = [place for place, byte in enumerate(content) if chr(byte).isascii() and chr(byte).isalnum()]
    place = rng.choice(places)
    content[place] ^= 1  # 2 becomes 3, and a b
    path.write_bytes(content)


def delete(rng, path):
    path.unlink()


KINDS = (flip, truncate, lengthen, wipe, change_field, delete)


def report_of(version):
    """What `verify` says before it opens a model: the error, or the remarks."""
    try:
        remarks = check_inventory(version) + check_serving_files(version, joins_requests=(version / "batching_params.pbtxt").is_file())
    except UserError as error:
        return str(error)
    return "; ".join(remarks)


def effective(path, name):
    """What TensorFlow Serving reads of a file beside the versions that concerns one model."""
    if path.name == "models.config":
        models = text_format.Parse(path.read_bytes().decode("utf-8"), ModelServerConfig()).model_config_list.config
        return [config for config in models if config.name == name]
    return read_batching(path)


def test_random_corruptions_are_noticed(exports, record_property):
    rng = random.Random(14)
    places = [(name, path) for name in NAMES for path in sorted((exports / name / "1").rglob("*")) if path.is_file()]
    places += [(rng.choice(NAMES), exports / file) for file in ("models.config", "batching_parameters.txt")]
    counts = collections.Counter()
    for number in range(CORRUPTIONS):
        name, path = places[number % len(places)]
        version, kind = exports / name / "1", rng.choice(KINDS)
        beside = path.parent == exports
        if beside and kind is delete:
            kind = flip  # versions are copied without them
        meaning = effective(path, name) if beside else None
        with kept(path):
            before = path.read_bytes()
            kind(rng, path)
            assert not path.is_file() or path.read_bytes() != before
            said = report_of(version)
            if path.name in said:
                counts["noticed"] += 1
            else:
                # Comments, and what is said of other models: TensorFlow Serving reads the same of this model.
                assert beside, f"{kind.__name__} of {path}: {said}"
                assert effective(path, name) == meaning
                counts["without effect"] += 1
        assert report_of(version) == ""
    for name, number in {"corruptions": CORRUPTIONS, **counts}.items():
        record_property(name, number)
    assert counts["noticed"] + counts["without effect"] == CORRUPTIONS
    assert counts["noticed"] >= 500


def test_files_that_change_places_are_noticed(exports):
    rng = random.Random(15)
    for name in NAMES:
        version = exports / name / "1"
        paths = sorted(path for path in version.rglob("*") if path.is_file())
        for _ in range(15):
            first, second = rng.sample(paths, 2)
            contents = first.read_bytes(), second.read_bytes()
            if contents[0] == contents[1]:
                continue
            with kept(first, second):
                first.write_bytes(contents[1])
                second.write_bytes(contents[0])
                said = report_of(version)
            named = [path for path in (first, second) if path.name in said]
            is_one_enough = INVENTORY.name in said or {first.name, second.name} & set(OWN)
            assert len(named) == 2 or (named and is_one_enough), said


def run(*words):
    """Runs the command as a user does; returns its exit code and what it writes to standard error."""
    process = subprocess.run([sys.executable, "-m", "toolkit", *map(str, words)], capture_output=True, text=True, timeout=600, check=False)
    return process.returncode, process.stderr


def swap_labels(text):
    return text.replace('"negative"', '"!"').replace('"positive"', '"negative"').replace('"!"', '"positive"')


def other_length(text):
    return text.replace(f'"max_length": {MAX_LENGTH}', '"max_length": 5')


COMMANDS = [
    ("classifier", "litert/model.json", swap_labels),
    ("classifier", "assets/labels.json", swap_labels),
    ("classifier", "litert/model.json", other_length),
    ("classifier", "assets/model.json", other_length),
    ("translator", "litert/model.json", other_length),
    ("classifier", "litert/model.tflite", truncate),
    ("writer", "litert/model_static.tflite", truncate),
    ("classifier", "saved_model.pb", truncate),
    ("writer", "saved_model.pb", delete),
    ("writer", "variables/variables.index", flip),
    ("translator", "variables/variables.data-00000-of-00001", flip),
    ("translator", "litert/target_tokenizer.model", truncate),
    ("classifier", "assets/vocabulary.txt", flip),
    ("writer", "assets.extra/tf_serving_warmup_requests", truncate),
    ("writer", "assets.extra/verification.json", change_field),
    ("classifier", "assets.extra/inventory.json", delete),
    ("translator", "fingerprint.pb", flip),
]


@pytest.mark.parametrize(("name", "file", "change"), COMMANDS)
def test_the_command_names_the_file_in_one_line(exports, name, file, change):
    path = exports / name / "1" / file
    with kept(path):
        if change in (swap_labels, other_length):
            path.write_text(change(path.read_text("utf-8")), "utf-8")
        else:
            change(random.Random(16), path)
        code, error = run("export", "--verify", exports / name)
    assert (code, len(error.splitlines())) == (2, 1), error
    assert error.startswith(f"toolkit: error: {path}: expected ")


@pytest.mark.parametrize("file", ["litert/model.tflite", "saved_model.pb", "assets/labels.json", "litert/model.json"])
def test_nothing_answers_from_a_damaged_file(exports, file, capsys):
    version = exports / "classifier" / "1"
    with kept(version / file):
        truncate(random.Random(17), version / file)
        opened = version / "litert" if file.startswith("litert") else version
        commands = [["predict", str(opened), "a text"]] + ([] if file.startswith("litert") else [["serve", str(version), "--port", "0"]])
        for words in commands:
            assert main(words) == 2
            assert f"{version / file}: expected the file that was exported, found " in capsys.readouterr().err


def check_meaning(version, proof, formats=FORMATS):
    """What `verify` compares of a version besides its inventory and its answers."""
    for each in formats:
        each.check_descriptions(proof.exporter, version, proof.samples)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_description_is_compared_with_the_model(exports, proofs, name):
    version = exports / name / "1"
    check_meaning(version, proofs[name])
    files = [*version.glob("assets/*.json"), version / "litert" / "model.json"]
    for path in files:
        folder = "litert" if path.parent.name == "litert" else "."
        its_own = [each for each in FORMATS if each.folder == folder]
        content = json.loads(path.read_text("utf-8"))
        changes = [changed_at(content, place) for place in leaves(content)]
        changes += [changed_at(content, place, lambda value: [value]) for place in leaves(content)]
        if isinstance(content, dict):
            needed = content.keys() - {"left_out"}  # none of them is what older exports had
            changes += [{key: value for key, value in content.items() if key != gone} for gone in needed] + [content | {"more": 1}]
        else:
            changes += [content[::-1], content[:-1], [*content, "more"]]
        for changed in changes:
            with kept(path):
                path.write_text(json.dumps(changed, indent=1, ensure_ascii=False) + "\n", "utf-8")
                with pytest.raises(UserError) as raised:  # from files alone: no inventory is read
                    check_meaning(version, proofs[name], its_own)
            assert str(raised.value).startswith(f"{path}: ")


def test_what_is_left_out_is_said_and_what_is_there_is_not(exports, proofs):
    version = exports / "writer" / "1"
    description, file = version / "litert" / "model.json", version / "litert" / "model_int8.tflite"
    content = json.loads(description.read_text("utf-8"))
    with kept(description, file):
        description.write_text(json.dumps(content | {"left_out": {file.name: "too coarse"}}), "utf-8")
        with pytest.raises(UserError, match=r'model\.json: left_out: model_int8\.tflite: expected nothing, found "too coarse"'):
            check_meaning(version, proofs["writer"])
        file.unlink()
        check_meaning(version, proofs["writer"])
        description.write_text(json.dumps(content), "utf-8")
        with pytest.raises(UserError, match=r"model_int8\.tflite: expected a LiteRT file, as model\.json does not say why"):
            check_meaning(version, proofs["writer"])


@pytest.mark.parametrize("name", NAMES)
def test_every_tokenizer_vocabulary_and_warm_up_is_compared_with_the_model(exports, proofs, name):
    version, rng = exports / name / "1", random.Random(18)
    files = [path for path in version.rglob("*") if path.name.endswith("tokenizer.model") or path.name in ("vocabulary.txt", WARM_UP.name)]
    for path in files:
        for kind in (flip, flip, flip, truncate, lengthen, wipe, delete):
            with kept(path):
                kind(rng, path)
                with inventory_anew(version), pytest.raises(UserError) as raised:
                    check_meaning(version, proofs[name])
            assert str(raised.value).startswith(f"{path}: ")
    requests = read_warm_up(version)
    for others in (requests[:-1], requests[::-1], [*requests, requests[0]]):
        with kept(version / WARM_UP):
            write_warm_up(others, version)
            with inventory_anew(version), pytest.raises(UserError, match=WARM_UP.name):
                check_meaning(version, proofs[name])


def signature_changes(signatures):
    """Yields what changes one field of one signature."""
    for name, signature in signatures.items():
        yield lambda found, name=name: found[name].__setattr__("method_name", "tensorflow/serving/regress")
        yield lambda found, name=name: found[f"{name}_2"].CopyFrom(found.pop(name))
        for side in ("inputs", "outputs"):
            for part, info in getattr(signature, side).items():
                yield lambda found, name=name, side=side, part=part: getattr(found[name], side).pop(part)
                yield lambda found, name=name, side=side, part=part: getattr(found[name], side)[part].__setattr__("dtype", 2)
                if info.tensor_shape.dim:
                    yield (
                        lambda found, name=name, side=side, part=part: (
                            getattr(found[name], side)[part].tensor_shape.dim[0].__setattr__("size", 77)
                        )
                    )


@pytest.mark.parametrize("name", NAMES)
def test_every_signature_is_compared_with_the_model(exports, proofs, name):
    path = exports / name / "1" / "saved_model.pb"
    original = SavedModel.FromString(path.read_bytes())
    known = {key: value for key, value in original.meta_graphs[0].signature_def.items() if not key.startswith("__")}
    graph = original.meta_graphs[0]
    del graph.graph_def.node[1:], graph.object_graph_def.nodes[:]  # smaller, so faster, and nothing that is compared
    for change in signature_changes(known):
        changed = SavedModel.FromString(original.SerializeToString())
        change(changed.meta_graphs[0].signature_def)
        with kept(path):
            path.write_bytes(changed.SerializeToString())
            with pytest.raises(UserError, match=r"saved_model\.pb: \w+: "):
                check_contents(proofs[name].exporter, path.parent, [])


def test_another_tokenizer_in_the_graph_is_noticed(exports, proofs):
    path = exports / "writer" / "1" / "saved_model.pb"
    with kept(path):
        saved_model = SavedModel.FromString(path.read_bytes())
        for function in saved_model.meta_graphs[0].graph_def.library.function:
            for node in function.node_def:
                if node.op == TOKENIZER_OPERATION:
                    node.attr["model"].s = proofs["translator"].exporter.target_tokenizer.model_proto
        path.write_bytes(saved_model.SerializeToString())
        with pytest.raises(UserError, match=r"saved_model\.pb: expected the tokenizers of the files beside it"):
            check_meaning(path.parent, proofs["writer"])


def test_every_field_of_the_proof_is_protected(exports):
    version = exports / "translator" / "1"
    content = json.loads((version / PROOF).read_text("utf-8"))
    for place in leaves(content):
        with kept(version / PROOF):
            (version / PROOF).write_text(json.dumps(changed_at(content, place), indent=1, ensure_ascii=False) + "\n", "utf-8")
            with inventory_anew(version), pytest.raises(UserError, match=r"verification\.json: .*its digest does not fit"):
                read_proof(version, exporter_of)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: [], r"verification\.json: .*cannot be read"),
        (lambda content: {key: value for key, value in content.items() if key != "model"}, r"verification\.json: model: expected"),
        (lambda content: content | {"samples": [1]}, r"verification\.json: samples: expected"),
        (lambda content: content | {"settings": None}, r"verification\.json: settings: expected"),
        (lambda content: content | {"task": "guessing"}, r"verification\.json: task: expected one of classification, .* found guessing"),
        (lambda content: content | {"task": "translation"}, r"verification\.json: expected the settings of an export for translation"),
        (
            lambda content: content | {"task": "language_model"},
            r"verification\.json: expected the settings of an export for language_model",
        ),
        (lambda content: content | {"settings": {}}, r"verification\.json: expected the settings of an export"),
        (lambda content: content | {"settings": {"max_length": "12"}}, r"verification\.json: expected the settings of an export"),
        (lambda content: content | {"settings": {"max_length": 5}}, r"assets/model\.json: max_length: expected 5, found 12"),
        (lambda content: content | {"model": {}}, r"verification\.json: expected the configuration of a model"),
        (lambda content: content | {"model": {"class_name": "Guess", "config": {}}}, r"verification\.json: expected the configuration"),
        (lambda content: changed_at(content, ("model", "config", "units")), r"verification\.json: expected the configuration of a model"),
        (
            lambda content: changed_at(content, ("model", "config", "label_names", 0)),
            r"verification\.json: expected the settings of an export",
        ),
        (
            lambda content: changed_at(changed_at(content, ("model", "config", "label_names", 0)), ("settings", "label_names", 0)),
            r"labels\.json: 0: expected \"negativx\", found",
        ),
        (lambda content: content | {"weights": "0" * 64}, r"variables: expected the weights that were exported, found others"),
    ],
)
def test_a_proof_of_another_content_is_an_error_whatever_digests_it_has(exports, change, message):
    version = exports / "classifier" / "1"
    content = json.loads((version / PROOF).read_text("utf-8"))
    del content[SEAL]
    with kept(version / PROOF):
        changed = change(content)
        if isinstance(changed, dict):
            write_sealed(changed, version / PROOF)
        else:
            (version / PROOF).write_text(json.dumps(changed))
        with inventory_anew(version), pytest.raises(UserError, match=message) as raised:
            verify(version, exporter_of)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("classifier", "litert/model.tflite"),
        ("classifier", "litert/model_int8.tflite"),
        ("classifier", "litert/model_static.tflite"),
        ("translator", "litert/model.tflite"),
        ("translator", "saved_model.pb"),
        ("translator", "litert/target_tokenizer.model"),
        ("writer", "variables/variables.index"),
        ("writer", "variables/variables.data-00000-of-00001"),
        ("writer", "assets.extra/tf_serving_warmup_requests"),
    ],
)
def test_a_damaged_export_of_an_older_version_neither_crashes_nor_passes(exports, name, file):
    """There was no inventory: libraries open what is damaged, and must not take the process with them."""
    version, rng = exports / name / "1", random.Random(19)
    content = json.loads((version / PROOF).read_text("utf-8"))
    del content[SEAL]
    with kept(version / PROOF, version / INVENTORY):
        (version / PROOF).write_text(json.dumps(content))
        (version / INVENTORY).unlink()
        for kind in (truncate, truncate, lambda rng, path: path.write_bytes(b"x" * 100), delete):
            with kept(version / file):
                kind(rng, version / file)
                with pytest.raises(UserError) as raised:
                    verify(version, exporter_of)
            said = str(raised.value)
            assert len(said.splitlines()) == 1
            assert Path(file).name in said or f"{version / 'variables'}: " in said


def test_what_is_whole_is_verified_and_what_is_no_error_is_said(exports):
    card = exports / "writer" / "1" / "README.md"
    with kept(card):
        card.write_text("Ask Ada.\n")
        report = verify(exports / "writer" / "1", exporter_of)
    assert "README.md: changed since it was exported, as it may be" in str(report)
    assert report.as_dict()["remarks"] == ["README.md: changed since it was exported, as it may be"]
