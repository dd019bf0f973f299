"""Exports of a small language model, run by programs that know nothing of the toolkit."""

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from toolkit.data.batching.token_lists import padded
from toolkit.decoding import gumbel_noise
from toolkit.decoding.sampling import drawing
from toolkit.errors import UserError
from toolkit.export.exporting import export
from toolkit.inference.litert import LiteRTRunner
from toolkit.inference.saved_model import SavedModelRunner
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models import LanguageModel
from toolkit.tasks.artefact import open_artefact
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.language_model.exporter import LanguageModelExporter
from toolkit.tasks.language_model.functions import LanguageModelRunner
from toolkit.tasks.language_model.graph import in_blocks, listed, log_probability, named
from toolkit.tasks.language_model.sampling import Sampling, draw
from toolkit.tasks.language_model.text_generator import TextGenerator
from toolkit.tasks.language_model.verification import LanguageModelCheck, check_sum, continuation, sampling
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

TEXTS = ["the cat sees a small house", "she does not see it\nand goes on", "two dogs", "", " \u3000", "\U0001f600 \u2028"]
PROMPTS = ["the cat", "", "she does not see it "]
ATOL = 1e-4  # single precision: sums of a few dozen log-probabilities in another order


def random_language_model(tokenizer, **options):
    """A model whose scores are far apart, so that other tokens or another order show."""
    model = LanguageModel(tokenizer.vocabulary_size, **{"embedding_dim": 8, "units": 6, "num_layers": 2, **options})
    model.build(None)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weights.shape, scale=0.6) for weights in model.get_weights()])
    bias = random.normal(size=tokenizer.vocabulary_size)
    bias[tokenizer.end_id] = 3  # so that some texts end before they have to
    model.output_bias.assign(bias)
    return model


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS, 290)


@pytest.fixture(scope="module")
def model(tokenizer):
    return random_language_model(tokenizer)


@pytest.fixture(scope="module")
def exported(model, tokenizer, tmp_path_factory):
    return export(LanguageModelExporter(model, tokenizer, True), tmp_path_factory.mktemp("exports") / "small", samples=TEXTS)


@pytest.fixture(scope="module")
def signatures(exported):
    loaded = tf.saved_model.load(exported.path)

    def run(name, **inputs):
        return {key: value.numpy() for key, value in loaded.signatures[name](**{k: tf.constant(v) for k, v in inputs.items()}).items()}

    run.loaded = loaded  # its variables live as long as it does
    return run


@pytest.fixture(scope="module")
def litert(exported):
    interpreter = Interpreter(exported.path + "/litert/model.tflite")
    return lambda name, **inputs: interpreter.get_signature_runner(name)(**inputs)


@pytest.fixture(scope="module")
def generator(model, tokenizer):
    return TextGenerator(LanguageModelRunner(model, tokenizer), tokenizer)


def sequences(tokenizer, texts):
    return [[tokenizer.begin_id, *ids] for ids in tokenizer.encode(texts)]


def log_probabilities(model, ids):
    """Of each token after the first, from the logits of one call."""
    with backend("graph"):  # compiles nothing
        logits, _ = model(np.array([ids], "int32"))
    return np.take_along_axis(tf.nn.log_softmax(logits)[0, :-1].numpy(), np.array(ids[1:], int)[:, np.newaxis], 1)[:, 0]


def seeds_of(seed):
    return np.array([Sampling(seed=seed).for_prompt(prompt).seed for prompt in PROMPTS], "int32")


def write(run, seed=3, max_tokens=12, **options):
    return run("generate", prompts=PROMPTS, seeds=seeds_of(seed), max_tokens=max_tokens, **sampling(**options))


def begun(tokenizer, prompts=PROMPTS):
    return padded([np.array([tokenizer.begin_id, *ids], "int32") for ids in tokenizer.encode(prompts)])


def test_the_saved_model_runs_with_tensorflow_alone(exported, model, tokenizer):
    script = (
        "import json, sys, tensorflow as tf, tensorflow_text\n"
        "loaded = tf.saved_model.load(sys.argv[1])\n"
        "assert sorted(loaded.signatures) == ['generate', 'score', 'serving_default', 'step', 'step_1', 'step_32']\n"
        "answers = loaded.signatures['score'](texts=tf.constant(json.loads(sys.argv[2])))\n"
        "none = loaded.signatures['serving_default'](texts=tf.constant([], tf.string))\n"
        "assert none['nats'].shape == none['tokens'].shape == [0]\n"
        "assert not any(name.startswith('toolkit') for name in sys.modules)\n"
        "print(json.dumps([answers['nats'].numpy().tolist(), answers['tokens'].numpy().tolist()]))\n"
    )
    command = [sys.executable, "-c", script, exported.path, json.dumps(TEXTS)]
    nats, tokens = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout)
    wanted = sequences(tokenizer, TEXTS)
    assert tokens == [len(ids) - 1 for ids in wanted]
    np.testing.assert_allclose(nats, [-log_probabilities(model, ids).sum() for ids in wanted], rtol=0, atol=ATOL)


@pytest.mark.parametrize(("parts", "received", "is_right"), [((1, 2), 3, True), ((1, 2), 4, False), ((1, 2), np.nan, False)])
def test_a_sum_is_that_of_its_parts(parts, received, is_right):
    if is_right:
        check_sum("nats", np.float32(parts), received)
        return
    with pytest.raises(UserError, match="nats: expected the sum of the 2 log-probabilities"):
        check_sum("nats", np.float32(parts), received)


def test_a_sum_of_what_has_overflowed_says_so():
    check_sum("nats", np.float32([1, np.nan]), np.nan)
    with pytest.raises(UserError, match="to within nan"):
        check_sum("nats", np.float32([1, np.nan]), 1.0)


def test_greedy_writing_takes_the_most_probable_tokens(signatures, litert, model, tokenizer):
    found = write(signatures, temperature=0)
    noise = np.zeros((12, len(PROMPTS), 1), "float32")
    in_litert = litert("generate", tokens=begun(tokenizer), noise=noise, **sampling(temperature=0))
    for row, prompt in enumerate(tokenizer.encode(PROMPTS)):
        read, state, written, scores = [tokenizer.begin_id, *prompt], model.initial_state(1), [], []
        while len(written) < 12 and tokenizer.end_id not in written:
            for token in read:
                with backend("graph"):  # compiles nothing
                    logits, state = model.step(np.array([token], "int32"), state)
            allowed = logits.numpy()[0]
            allowed[[tokenizer.pad_id, tokenizer.unk_id, tokenizer.begin_id]] = -np.inf
            read = [int(allowed.argmax())]
            written += read
            scores.append(tf.nn.log_softmax(logits)[0, read[0]].numpy())
        for answer in (found, in_litert):
            length = answer["lengths"][row]
            assert answer["tokens"][row][:length].tolist() == written
            assert not answer["tokens"][row][length:].any()
            np.testing.assert_allclose(answer["log_probabilities"][row][:length], scores, rtol=0, atol=ATOL)
            assert answer["scores"][row] == pytest.approx(sum(scores), abs=ATOL)
        whole = tokenizer.decode([*prompt, *written]).rstrip("\ufffd")  # of an unfinished character
        text = found["texts"][row].decode()
        assert whole in (tokenizer.decode(prompt) + text, PROMPTS[row] + text)  # a space may be at the end of the prompt already
        assert [piece.decode() for piece in found["pieces"][row] if piece] == tokenizer.pieces(written)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 1.3},
        {"temperature": 1.3, "top_k": 9},
        {"temperature": 2.0, "top_p": 0.8},
        {"temperature": 1.0, "top_k": 5, "top_p": 0.9},
    ],
    ids=str,
)
def test_the_same_seed_writes_the_same_everywhere(options, signatures, litert, tokenizer, generator):
    drawn = write(signatures, **options)
    samples = [sample for [sample] in generator.generate(PROMPTS, max_tokens=12, sampling=Sampling(seed=3, **options))]
    assert [text.decode() for text in drawn["texts"]] == [sample.text for sample in samples]
    np.testing.assert_allclose(drawn["scores"], [sample.score for sample in samples], rtol=0, atol=ATOL)
    assert not np.array_equal(drawn["texts"], write(signatures, seed=4, **options)["texts"])
    numbers = options.get("top_k", tokenizer.vocabulary_size)
    sources = [gumbel_noise(seed) for seed in seeds_of(3)]
    noise = np.array([[source(tf.constant(t), tf.constant([numbers])) for source in sources] for t in range(12)])
    in_litert = litert("generate", tokens=begun(tokenizer), noise=noise, **sampling(**options))
    np.testing.assert_array_equal(in_litert["tokens"], drawn["tokens"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": np.float32(-1)}, "temperature must be a finite number of at least 0"),
        ({"temperature": np.float32("nan")}, "temperature must be"),
        ({"top_k": -1}, "top_k must be an integer from 0, for all, to"),
        ({"top_k": 10**6}, "top_k must be"),
        ({"top_p": np.float32(0)}, "top_p must be a number greater than 0 and at most 1"),
        ({"top_p": np.float32(1.5)}, "top_p must be"),
        ({"max_tokens": 0}, "max_tokens must be an integer from 1 to 100000"),
        ({"max_tokens": 2 * 10**9}, "max_tokens must be an integer from 1 to 100000"),
        ({"seeds": np.zeros(1, "int32")}, "seeds must be as many as prompts"),
    ],
    ids=str,
)
def test_what_is_out_of_range_is_refused(signatures, options, message):
    given = {"prompts": PROMPTS, "seeds": np.zeros(len(PROMPTS), "int32"), "max_tokens": 3, **sampling(temperature=1)}
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        signatures("generate", **{**given, **options})


def test_a_text_is_read_step_by_step(exported, signatures, litert, model, tokenizer):
    [ids] = sequences(tokenizer, TEXTS[:1])
    with backend("graph"):  # compiles nothing
        logits, end = model(np.array([ids], "int32"))
    for folder, run in (("assets", signatures), ("litert", litert)):
        description = json.loads((Path(exported.path) / folder / "model.json").read_text("utf-8"))
        state = {name: np.zeros((1, part["shape"][1]), "float32") for name, part in description["state"].items()}
        for token, wanted in zip(ids, logits[0], strict=True):
            state = run("step", tokens=np.array([token], "int32"), **state)
            np.testing.assert_allclose(state.pop("logits")[0], wanted, rtol=0, atol=1e-5)  # single precision
        for name, part in named(model, end).items():
            np.testing.assert_allclose(state[name], part, rtol=0, atol=1e-5)  # single precision


def test_the_litert_file_and_its_description_are_enough(exported, tokenizer):
    folder = Path(exported.path) / "litert"
    description = json.loads((folder / "model.json").read_text("utf-8"))
    interpreter = Interpreter(str(folder / "model.tflite"))
    assert sorted(interpreter.get_signature_list()) == sorted(description["signatures"]) == ["generate", "step"]
    assert description["signatures"]["step"]["inputs"] == {
        "tokens": "int32 [-1]",
        "layer_0_h": "float32 [-1, 6]",
        "layer_1_h": "float32 [-1, 6]",
    }
    assert description["task"] == "language_model"
    assert [description[name] for name in ("pad_id", "unknown_id", "begin_id", "end_id")] == [0, 1, 2, 3]
    assert description["never_written"] == [0, 1, 2]
    assert Tokenizer.load(folder / "tokenizer.model").encode(TEXTS)[0].tolist() == tokenizer.encode(TEXTS)[0].tolist()


def test_the_signatures_share_the_weights(exported, model):
    weights = sum(array.nbytes for array in model.get_weights())
    graph = 200_000  # of two signatures, at any size of the model
    assert weights < exported.artefact("LiteRT float32").bytes < weights + graph


def test_the_report(exported):
    assert exported.compared == len(TEXTS) + len(HARD_TEXTS)
    for name in ("SavedModel", "LiteRT float32", "LiteRT, fixed shapes"):
        agreement = exported.artefact(name).agreement
        assert agreement.same == agreement.compared
        assert 0 <= agreement.difference < 1e-4
    assert exported.artefact("SavedModel").agreement.quality == pytest.approx(exported.quality, abs=1e-4)
    assert exported.artefact("LiteRT int8").agreement.difference > 1e-4  # or else nothing was rounded
    assert exported.proofs == {"c_api": 3, "compiled": ["step_1", "step_32"], "not_compiled": {}}
    assert json.loads(json.dumps(exported.as_dict()))["path"] == exported.path
    assert "nats per token" in str(exported)
    assert not (Path(exported.path) / "batching_params.pbtxt").exists()  # TensorFlow Serving cannot join requests that hold a single number


@pytest.mark.parametrize("options", [{"cell": "lstm", "tied_output": True}], ids=str)
def test_a_model_of_one_continuous_text(options, tokenizer, tmp_path):
    model = random_language_model(tokenizer, **options)
    report = export(LanguageModelExporter(model, tokenizer, False), tmp_path, samples=TEXTS)
    loaded = tf.saved_model.load(report.path)
    scored = loaded.signatures["score"](texts=tf.constant(["", "two dogs"]))
    [_, ids] = sequences(tokenizer, ["", "two dogs"])
    np.testing.assert_array_equal(scored["tokens"], [0, len(ids) - 1])
    np.testing.assert_allclose(scored["nats"], [0, -log_probabilities(model, ids).sum()], rtol=0, atol=ATOL)
    options = {"prompts": PROMPTS, "seeds": [0, 1, 2], "max_tokens": 50, **sampling(temperature=2)}
    written = loaded.signatures["generate"](**{name: tf.constant(value) for name, value in options.items()})
    assert tokenizer.end_id not in written["tokens"].numpy()  # its bias is high, but it has no meaning
    outputs = set(Interpreter(report.path + "/litert/model.tflite").get_signature_runner("step").get_output_details())
    assert outputs == {"logits", "layer_0_h", "layer_0_c", "layer_1_h", "layer_1_c"}


def test_a_diverged_model_is_not_exported(tokenizer, tmp_path):
    broken = random_language_model(tokenizer)
    broken.output_bias.assign(np.full(tokenizer.vocabulary_size, np.nan))
    with pytest.raises(UserError, match="finite"):
        export(LanguageModelExporter(broken, tokenizer, True), tmp_path / "broken", samples=TEXTS)
    assert list(tmp_path.iterdir()) == []


def one_recurrent_weight(weights):
    return [value + 1e-2 * one_entry(value) if value.shape == (6, 18) else value for value in weights]


def one_word(weights):
    return [
        np.where(np.arange(len(value))[:, np.newaxis] == 260, 0.0, value) if value.shape[0] == 290 and value.ndim == 2 else value
        for value in weights
    ]


def gates_swapped(weights):
    return [np.roll(value, 6, axis=-1) if value.shape == (6, 18) else value for value in weights]


def one_entry(value):
    return np.arange(value.size).reshape(value.shape) == 7


@pytest.mark.parametrize("change", [one_recurrent_weight, one_word, gates_swapped])
def test_an_export_of_another_model_is_noticed(exported, tokenizer, change):
    other = random_language_model(tokenizer)
    other.set_weights(change(other.get_weights()))
    check = LanguageModelCheck(other, tokenizer, True, TEXTS)
    with pytest.raises(UserError, match="SavedModel, score: expected the scores of the model"):
        check.saved_model(SavedModelRunner(Path(exported.path)))
    with pytest.raises(UserError, match="LiteRT, step: expected the scores of the model"):
        check.litert(LiteRTRunner(Path(exported.path) / "litert" / "model.tflite"))


@pytest.mark.parametrize(("part", "factor"), [("output_bias", 100), ("recurrent", 20)])
def test_large_numbers_and_chaos_are_no_mistakes(part, factor, tokenizer, tmp_path):
    """Logits of hundreds, and a network that lets every rounding grow: its scores are compared up to where the model itself is unsure."""
    model = random_language_model(tokenizer, units=16, num_layers=1)
    for variable in [model.output_kernel, model.output_bias] if part == "output_bias" else model.recurrent.weights:
        variable.assign(variable * factor)
    version = export(LanguageModelExporter(model, tokenizer, False), tmp_path, samples=TEXTS).path
    model.set_weights(one_word(model.get_weights()))
    check = LanguageModelCheck(model, tokenizer, False, TEXTS)
    with pytest.raises(UserError, match="expected the scores of the model"):
        check.saved_model(SavedModelRunner(Path(version)))
    with pytest.raises(UserError, match="expected the scores of the model"):
        check.litert(LiteRTRunner(Path(version) / "litert" / "model.tflite"))


def test_the_texts_that_a_graph_writes(tokenizer):
    """Bytes of an unfinished character come after a space, or a space stands at the end of the prompt already."""
    exact = train_exact_tokenizer(TEXTS, "bpe", 300)
    rocket = exact.encode(["\U0001f680"])[0]  # four bytes, as it is not in the vocabulary
    assert continuation(exact, "the", exact.encode(["the"])[0], [*exact.encode([" cat "])[0], *rocket[:-1]]) == " cat "
    assert continuation(exact, "", [], [*exact.encode([" "])[0], *rocket]) == " \U0001f680"
    cat = tokenizer.encode(["cat"])[0]  # this one begins every word with a space, and keeps none at the end
    assert continuation(tokenizer, "the", tokenizer.encode(["the"])[0], cat) == " cat"
    assert continuation(tokenizer, "the ", tokenizer.encode(["the "])[0], cat) == "cat"


def test_other_writing_is_noticed(exported, model, tokenizer):
    litert_file = Path(exported.path) / "litert" / "model.tflite"
    check = LanguageModelCheck(model, tokenizer, True, TEXTS)
    prompts = tokenizer.encode(check.prompts)

    def written(changed):
        run = Interpreter(str(litert_file)).get_signature_runner("generate")
        noise = np.zeros((5, len(prompts), 20), "float32")
        return lambda options: {**(answer := run(tokens=begun(tokenizer, check.prompts), noise=noise, **options)), **changed(answer)}

    assert check._check_writing("unchanged", written(lambda answer: {}), prompts)[0] == 0
    with pytest.raises(UserError, match="most probable tokens"):
        check._check_writing(
            "other tokens", written(lambda answer: {"tokens": np.where(answer["tokens"] > 3, 4, answer["tokens"])}), prompts
        )
    with pytest.raises(UserError, match=r"sum of the 5 log-probabilities to within \S+, found a difference of 0\.1"):
        check._check_writing("another sum", written(lambda answer: {"scores": answer["scores"] + 0.1}), prompts)
    with pytest.raises(UserError, match="finite"):
        check._check_writing("NaN", written(lambda answer: {"log_probabilities": answer["log_probabilities"] * np.nan}), prompts)
    calls = iter(range(1, 100))
    with pytest.raises(UserError, match="the same tokens at every call"):
        check._check_writing("changing", written(lambda answer: {"tokens": answer["tokens"] + next(calls)}), prompts)


def test_a_tokenizer_without_special_ids_is_refused(model):
    class Without:
        begin_id = -1

    with pytest.raises(ValueError, match="`tokenizer` must have an id that begins a sequence"):
        LanguageModelExporter(model, Without(), True)
    Without.begin_id, Without.end_id = 2, -1
    with pytest.raises(ValueError, match="`tokenizer` must have an id that ends a document"):
        LanguageModelExporter(model, Without(), True)


def test_a_state_crosses_a_signature_as_named_tensors():
    model = LanguageModel(5, units=4, cell="lstm", num_layers=2)
    state = [[tf.zeros([2, 4]), tf.ones([2, 4])], [tf.zeros([2, 3]), tf.ones([2, 3])]]
    tensors = named(model, state)
    assert list(tensors) == ["layer_0_h", "layer_0_c", "layer_1_h", "layer_1_c"]
    tf.nest.map_structure(np.testing.assert_array_equal, listed(model, tensors), state)


def test_blocks_of_logits_change_nothing(model, tokenizer, monkeypatch):
    random = np.random.default_rng(1)
    features = random.normal(size=(3, 5, model.features)).astype("float32")
    tokens = random.integers(1, tokenizer.vocabulary_size, (3, 5)).astype("int32")
    whole = in_blocks(log_probability, model, features, tokens)
    monkeypatch.setattr("toolkit.tasks.language_model.graph.MOST_LOGITS", 4 * tokenizer.vocabulary_size)
    np.testing.assert_allclose(in_blocks(log_probability, model, features, tokens), whole, rtol=0, atol=1e-6)  # single precision
    assert in_blocks(log_probability, model, features[:0], tokens[:0]).shape == (0, 5)


def test_an_exported_language_model_answers_as_the_run_does(exported, generator):
    opened = open_artefact(Path(exported.path)).answerer
    sampling = Sampling(temperature=1.2, top_k=20, seed=5)
    found = opened.generate(PROMPTS, samples=2, max_tokens=12, sampling=sampling)
    wanted = generator.generate(PROMPTS, samples=2, max_tokens=12, sampling=sampling)
    for found_samples, wanted_samples in zip(found, wanted, strict=True):
        for one, other in zip(found_samples, wanted_samples, strict=True):
            assert (one.text, one.tokens, one.reason) == (other.text, other.tokens, other.reason)
            assert one.score == pytest.approx(other.score, abs=ATOL)
            np.testing.assert_allclose(one.log_probabilities, other.log_probabilities, rtol=0, atol=ATOL)
    assert {sample.reason for samples in found for sample in samples} == {"end", "length"}
    assert "".join(opened.stream(PROMPTS[0], max_tokens=12, sampling=sampling)) == found[0][0].text
    with pytest.raises(UserError, match="max_tokens must be an integer from 1 to 100000"):
        opened.generate(PROMPTS, max_tokens=10**6, sampling=sampling)
    assert_reads_as(opened, generator)


def assert_reads_as(opened, generator):
    """What it expects next, scores and stops before, and what it writes of the most probable tokens."""
    for prompt in PROMPTS:
        found, wanted = opened.next_tokens(prompt, 5), generator.next_tokens(prompt, 5)
        assert [piece for piece, _ in found] == [piece for piece, _ in wanted]
        np.testing.assert_allclose([p for _, p in found], [p for _, p in wanted], rtol=0, atol=ATOL)
    for one, other in zip(opened.score([*TEXTS, "\ud800"]), generator.score([*TEXTS, "\ud800"]), strict=True):
        assert dataclasses.astuple(one)[1:] == dataclasses.astuple(other)[1:]
        assert one.nats == pytest.approx(other.nats, abs=ATOL)
    greedy = Sampling(temperature=0)
    [[free]] = generator.generate([PROMPTS[0]], max_tokens=12, sampling=greedy)
    stop = free.text[3:5]
    for written in (opened, generator):
        [[stopped]] = written.generate([PROMPTS[0]], max_tokens=12, sampling=greedy, stop=["never", stop])
        assert (stopped.text, stopped.reason) == (free.text[: free.text.index(stop)], "stop")
    assert opened.generate([]) == opened.score([]) == []


def test_the_litert_file_answers_as_the_run_does(exported, generator):
    opened = open_artefact(Path(exported.path) / "litert").answerer
    assert_reads_as(opened, generator)
    for alike in (Sampling(temperature=0), Sampling(temperature=1.2, top_k=1), Sampling(top_p=1e-6)):
        for found, wanted in zip(*(o.generate(PROMPTS, max_tokens=12, sampling=alike) for o in (opened, generator)), strict=True):
            assert (found[0].text, found[0].tokens, found[0].reason) == (wanted[0].text, wanted[0].tokens, wanted[0].reason)
            np.testing.assert_allclose(found[0].log_probabilities, wanted[0].log_probabilities, rtol=0, atol=ATOL)
    warm = Sampling(temperature=1.2, seed=5)
    [samples] = opened.generate([PROMPTS[0]], samples=3, max_tokens=12, sampling=warm)
    assert len({sample.text for sample in samples}) == 3
    assert ["".join(opened.stream(PROMPTS[0], max_tokens=12, sampling=warm.following(i))) for i in range(3)] == [s.text for s in samples]


@pytest.mark.parametrize("options", [{}, {"temperature": 0.5}, {"top_k": 2}, {"top_p": 0.7}, {"top_k": 3, "top_p": 0.5, "temperature": 2}])
def test_drawing_without_tensorflow_is_that_of_sampling(options):
    """In many rows of the same logits each token comes as often as its probability says."""
    rows, logits = 4000, np.array([1.0, 0.5, -np.inf, 2.0, 0.0], "float32")
    random = np.random.default_rng(0)
    drawn = draw(np.tile(logits, (rows, 1)), Sampling(**options), [random] * rows)
    choose = drawing(
        options.get("temperature", 1.0), options.get("top_k"), options.get("top_p"), lambda t, shape: random.gumbel(size=shape)
    )
    wanted = choose(tf.tile(logits[np.newaxis], [rows, 1]), 0).numpy()
    shares = [np.bincount(tokens, minlength=5) / rows for tokens in (drawn, wanted)]
    np.testing.assert_array_equal(shares[0] > 0, shares[1] > 0)
    np.testing.assert_allclose(*shares, rtol=0, atol=5 * (0.5 / rows) ** 0.5)  # five standard errors of a difference of shares


def test_the_litert_file_writes_without_tensorflow(exported):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from toolkit.tasks.artefact import open_artefact\n"
        "opened = open_artefact(Path(sys.argv[1])).answerer\n"
        "print(len(opened.generate(['the'], max_tokens=4)), len(opened.score(['the'])), 'tensorflow' in sys.modules)\n"
    )
    command = [sys.executable, "-c", script, exported.path + "/litert"]
    assert subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout.split() == ["1", "1", "False"]


def test_wrong_arguments_and_damaged_exports_are_named(exported, tmp_path):
    for folder in ("", "litert"):
        opened = open_artefact(Path(exported.path) / folder).answerer
        with pytest.raises(ValueError, match="`stop` must be a sequence of strings"):
            opened.generate(PROMPTS, stop=[""])
        with pytest.raises(ValueError, match="`top_k` must be an integer from 1 to"):
            opened.generate(PROMPTS, sampling=Sampling(top_k=10**6))
        with pytest.raises(ValueError, match="`max_tokens` must be an integer of at least 1"):
            opened.generate(PROMPTS, max_tokens=0)
    damaged = shutil.copytree(exported.path, tmp_path / "1")
    (damaged / "saved_model.pb").write_bytes(b"cut short")
    with pytest.raises(UserError, match=r"saved_model\.pb: expected the file that was exported"):
        open_artefact(damaged)
