import dataclasses
import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.decoding import ForbiddenTokens, sample
from toolkit.errors import UserError
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model import text_generator, token_model
from toolkit.tasks.language_model.functions import LanguageModelRunner
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.language_model.text_generator import TextGenerator
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

TEXT = "the cat sat on the mat.\nthe end"
PROMPTS = ["the cat", "", "on the mat.\nthe"]
TOLERANCE = 1e-4  # float32 sums over up to eighty tokens
WARM = Sampling(temperature=0.7, seed=3)


def random_model(tokenizer, **options):
    model = LanguageModel(tokenizer.vocabulary_size, **{"embedding_dim": 8, "units": 8, "num_layers": 1, "cell": "lstm", **options})
    model.build(None)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weights.shape) for weights in model.get_weights()])
    return model


def generator_of(model, tokenizer, ends=True):
    return TextGenerator(LanguageModelRunner(model, tokenizer, ends), tokenizer, ends)


@pytest.fixture(scope="module")
def tokenizer():
    return train_exact_tokenizer([TEXT], "char")


@pytest.fixture(scope="module")
def model(tokenizer):
    return random_model(tokenizer)


@pytest.fixture(scope="module")
def generator(model, tokenizer):
    return generator_of(model, tokenizer, ends=False)


def reference(model, tokenizer, prompt, max_tokens, seeds, **options):
    """Reads the prompt and draws from the model step by step, in one loop that XLA does not compile."""
    *read, last = [tokenizer.begin_id, *tokenizer.encode([prompt])[0]]
    rules = (ForbiddenTokens((tokenizer.pad_id, tokenizer.unk_id, tokenizer.begin_id, tokenizer.end_id)),)

    @tf.function
    def draw(seed):
        with backend("graph"):
            _, state = model(tf.constant([read]))
            return sample(model.step, state, 1, int(last), -1, max_tokens, rules=rules, seed=seed, **options)

    drawn = [draw(tf.constant(seed)) for seed in seeds]
    return [tokenizer.decode(each.tokens[0].numpy()) for each in drawn], [float(each.scores[0]) for each in drawn]


@pytest.mark.parametrize("options", [{"temperature": 0}, {"temperature": 0.6}, {"top_k": 5, "top_p": 0.9}], ids=str)
def test_the_text_is_that_of_sampling_step_by_step(generator, model, tokenizer, options):
    length = 40  # more than one block
    [written] = generator.generate([PROMPTS[2]], samples=2, max_tokens=length, sampling=Sampling(seed=7, **options))
    own = Sampling(seed=7).for_prompt(PROMPTS[2]).seed
    texts, scores = reference(model, tokenizer, PROMPTS[2], length, [own, own + 1], **options)
    assert [sample.text for sample in written] == texts
    np.testing.assert_allclose([sample.score for sample in written], scores, atol=TOLERANCE)
    assert (texts[0] == texts[1]) == (options == {"temperature": 0})


def test_each_prompt_draws_noise_of_its_own():
    """Of the same noise come the same rare words: texts of one seed would all have them."""
    prompts = ["", "the", "the ", "a film", "\ud800"]
    for sampling in (Sampling(seed=0), Sampling(seed=2**31 - 1)):
        seeds = [sampling.for_prompt(prompt).seed for prompt in prompts]
        assert seeds[0] == sampling.seed
        assert len({*seeds}) == len(prompts)
        assert all(0 <= seed < 2**31 for seed in seeds)
        assert [sampling.following(1).for_prompt(prompt).seed for prompt in prompts] == [(seed + 1) % 2**31 for seed in seeds]


@pytest.mark.parametrize("stop", [(), ("e",), (" t", "at", "\n")], ids=str)
@pytest.mark.parametrize("max_tokens", [1, 70])
def test_the_streamed_text_is_the_generated_one(generator, stop, max_tokens):
    options = {"sampling": WARM, "stop": stop, "max_tokens": max_tokens}
    for prompt, [generated] in zip(PROMPTS, generator.generate(PROMPTS, **options), strict=True):
        pieces = list(generator.stream(prompt, **options))
        assert "".join(pieces) == generated.text
        assert all(pieces)
        assert not any(string in generated.text for string in stop)


def test_samples_stand_with_their_prompts_whatever_is_written_beside_them(generator, monkeypatch):
    written = generator.generate(PROMPTS, samples=2, max_tokens=20, sampling=WARM)
    assert [len(samples) for samples in written] == [2] * len(PROMPTS)
    assert len({sample.text for samples in written for sample in samples}) > 4  # or else any order is right
    for prompt, samples in zip(PROMPTS, written, strict=True):
        seeds = [Sampling(temperature=0.7, seed=seed) for seed in (3, 4)]
        assert [sample.text for sample in samples] == ["".join(generator.stream(prompt, max_tokens=20, sampling=seed)) for seed in seeds]
    monkeypatch.setattr(text_generator, "ROWS", 2)
    in_twos = generator.generate(PROMPTS, samples=2, max_tokens=20, sampling=WARM)
    assert [[each.text for each in samples] for samples in in_twos] == [[each.text for each in samples] for samples in written]
    assert generator.generate([]) == []


def test_log_probabilities_are_those_of_the_model_at_any_temperature(generator):
    [[written]] = generator.generate(["the "], max_tokens=40, sampling=WARM)
    assert "".join(written.tokens) == written.text
    assert written.reason == "length"
    assert sum(written.log_probabilities) == pytest.approx(written.score)
    whole, begun = generator.score(["the " + written.text, "the "])
    assert begun.nats - whole.nats == pytest.approx(written.score, abs=TOLERANCE)


def test_stop_strings_end_a_text(generator):
    [[free]] = generator.generate(["the"], max_tokens=60, sampling=WARM)
    stop = free.text[40:42]
    assert free.text.index(stop) > 0
    [[stopped]] = generator.generate(["the"], max_tokens=60, sampling=WARM, stop=("never", stop))
    assert stopped.text == free.text[: free.text.index(stop)]
    assert stopped.reason == "stop"
    assert stopped.tokens == free.tokens[: free.text.index(stop) + 2]


@pytest.mark.slow
def test_special_tokens_are_not_drawn_and_the_end_ends_a_text(tokenizer):
    model = random_model(tokenizer)
    bias = np.array(model.output_bias)
    bias[[tokenizer.pad_id, tokenizer.unk_id, tokenizer.begin_id]] += 100  # all but certain
    bias[tokenizer.end_id] += 1
    model.output_bias.assign(bias)
    [texts] = generator_of(model, tokenizer).generate([""], samples=4, max_tokens=80)
    assert {text.reason for text in texts} == {"end"}
    assert len({len(text.tokens) for text in texts}) > 1  # each row ends for itself
    assert all(set(text.tokens) <= set(TEXT) for text in texts)
    assert all(text.score < sum(text.log_probabilities) for text in texts)  # the end has its part
    [[endless]] = generator_of(model, tokenizer, ends=False).generate([""], max_tokens=80)
    assert len(endless.tokens) == 80


def test_long_texts_are_read_in_windows(generator, monkeypatch):
    text = TEXT * 3
    whole = (generator.next_tokens(text, 3), generator.score([text, "", "the"]))
    monkeypatch.setattr(token_model, "WINDOW", 7)
    tokens, scores = generator.next_tokens(text, 3), generator.score([text, "", "the"])
    assert [piece for piece, _ in tokens] == [piece for piece, _ in whole[0]]
    np.testing.assert_allclose([p for _, p in tokens], [p for _, p in whole[0]], rtol=1e-5)
    np.testing.assert_allclose(
        [dataclasses.astuple(score) for score in scores], [dataclasses.astuple(score) for score in whole[1]], rtol=1e-5
    )


def distributions(model, tokenizer, text):
    """Returns what the model predicts before each token and after the last, all in one call."""
    tokens = [[tokenizer.begin_id, *tokenizer.encode([text])[0]]]
    with backend("graph"):
        return keras.ops.softmax(model(np.array(tokens))[0][0]).numpy()


def test_next_tokens_are_the_models_distribution(generator, model, tokenizer):
    expected = distributions(model, tokenizer, "the")[-1]
    found = generator.next_tokens("the", len(expected))
    assert sorted(piece for piece, _ in found) == sorted(generator.tokenizer.pieces(range(len(expected))))
    np.testing.assert_allclose([p for _, p in found], np.sort(expected)[::-1], rtol=1e-4)
    assert found[0][0] == generator.tokenizer.pieces([np.argmax(expected)])[0]
    assert generator.next_tokens("the", 2) == found[:2]


def test_scores_are_those_of_the_model(generator, model, tokenizer):
    texts = ["the cat", "", "a", TEXT]
    scores = generator.score(texts)
    for text, score in zip(texts, scores, strict=True):
        ids = generator.tokenizer.encode([text])[0]
        probabilities = distributions(model, tokenizer, text)[np.arange(len(ids)), ids]
        assert score.nats == pytest.approx(-np.log(probabilities).sum(), abs=TOLERANCE)
        assert (score.tokens, score.characters, score.bytes) == (len(text), len(text), len(text))
    assert math.isnan(scores[1].perplexity)
    assert math.isnan(scores[1].bits_per_character)
    assert scores[0].perplexity == pytest.approx(math.exp(scores[0].nats / 7))
    assert scores[0].bits_per_character == pytest.approx(scores[0].nats / 7 / math.log(2))
    assert generator.score([]) == []


def test_sizes_of_a_text_do_not_depend_on_the_tokenizer():
    tokenizer = Tokenizer.train([TEXT], 300)
    [score] = generator_of(random_model(tokenizer), tokenizer).score(["  the €"])
    assert (score.characters, score.bytes) == (7, 9)
    assert score.tokens == len(tokenizer.encode(["  the €"])[0])


def test_characters_never_seen_are_named(generator, caplog):
    with pytest.raises(UserError, match=r"^the prompt 'Zoë' has characters that the model was never trained on: 'Z', 'ë'$"):
        generator.generate(["the", "Zoë"])
    with pytest.raises(UserError, match="'Z'"):
        generator.stream("Zo")  # at once, not when the first piece is asked for
    with pytest.raises(UserError, match="and 6 more"):
        generator.next_tokens("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    impossible, possible = generator.score(["the Zoo", "the"])
    assert impossible.nats == impossible.perplexity == math.inf
    assert possible == generator.score(["the"])[0]
    assert "'the Zoo': not in the vocabulary, the model was never trained on it: 'Z'" in caplog.text


def test_unknown_words_are_read_as_the_unknown_token(caplog):
    tokenizer = train_exact_tokenizer([TEXT], "word")
    generator = generator_of(random_model(tokenizer), tokenizer)
    generator.next_tokens("the dog sat, the dog", 1)
    assert "read as the unknown token: 'dog', 'sat,'" in caplog.text
    assert math.isfinite(generator.score(["the dog"])[0].nats)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 0}, "`samples`"),
        ({"max_tokens": 0}, "`max_tokens`"),
        ({"stop": "the"}, "`stop`"),
        ({"stop": ["the", ""]}, "`stop`"),
        ({"sampling": Sampling(top_k=1000)}, "`top_k` must be an integer from 1 to"),
    ],
)
def test_wrong_arguments_are_named(generator, options, message):
    with pytest.raises(ValueError, match=message):
        generator.generate(["the"], **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", 1e39),
        ("top_p", 0),
        ("top_p", 1.01),
        ("top_k", 0),
        ("top_k", 2.5),
        ("seed", -1),
    ],
)
def test_sampling_out_of_range_is_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}`"):
        Sampling(**{name: value})


def test_temperatures_too_small_for_a_quotient_are_greedy():
    assert [Sampling(temperature=value).greedy for value in (0, 1e-50, 1e-20)] == [True, True, False]


def test_a_tokenizer_that_does_not_fit_is_refused(model):
    with pytest.raises(ValueError, match="`tokenizer` must have as many ids"):
        generator_of(model, Tokenizer.train([TEXT], 300))


def test_no_next_token_is_refused(generator):
    with pytest.raises(ValueError, match="`count`"):
        generator.next_tokens("the", 0)


def test_a_trained_model_goes_on_with_what_it_has_learned():
    text = "hello, world; " * 4
    tokenizer = train_exact_tokenizer([text], "char")
    model = LanguageModel(tokenizer.vocabulary_size, embedding_dim=16, units=32, num_layers=1, seed=0)
    model.build(None)
    optimizer = keras.optimizers.Adam(0.02)
    ids = tokenizer.encode([text])[0]
    tokens, targets = np.array([[tokenizer.begin_id, *ids[:-1]]]), ids[None]

    @tf.function
    def train_step():
        with backend("graph"), tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(targets, model(tokens)[0], from_logits=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True))
        return loss

    losses = list(itertools.takewhile(lambda loss: loss > 0.02, (float(train_step()) for _ in range(300))))
    assert len(losses) < 300, losses[-1]
    generator = generator_of(model, tokenizer, ends=False)
    [[greedy]] = generator.generate(["hello"], max_tokens=50, sampling=Sampling(temperature=0))
    assert f"hello{greedy.text}" == text[:55]
    assert generator.next_tokens("hell", 1)[0][0] == "o"
    assert generator.score([text])[0].perplexity < 1.1
