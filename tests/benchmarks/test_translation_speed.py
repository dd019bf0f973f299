"""The benchmark of training a translator, on a model of a few units."""

import functools

import numpy as np
import pytest

from benchmarks import translation_speed
from benchmarks.contenders import Unavailable
from benchmarks.contenders.floor import flops
from benchmarks.contenders.training_session import target_tokens
from benchmarks.records import SpeedRecord
from benchmarks.translation_speed_page import DECODING, TRAINING, ratios, translation_speed_page
from benchmarks.translators import TRANSLATORS, load
from benchmarks.translators.batches import Pairs, padding, sorted_batches, tokenize, unsorted_batches
from benchmarks.translators.floor import make_plan
from benchmarks.translators.session import first_of_each_shape
from benchmarks.translators.setting import Setting, count_parameters, make_weights
from toolkit.data.parallel_texts.pair_batches import pair_lengths
from toolkit.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

SETTING = Setting(vocabulary_size=20, embedding_dim=6, units=8, learning_rate=0.01)


@functools.cache
def pairs() -> Pairs:
    random = np.random.default_rng(0)
    sources, targets = ([random.integers(4, 20, size).astype("int32") for size in random.integers(2, 7, 30)] for _ in range(2))
    return Pairs([np.append(source, 3) for source in sources], targets)


@functools.cache
def losses(translator):
    """The losses of four steps on a batch with padding."""
    module, options = load(translator)
    trainer = module.build(SETTING, make_weights(SETTING), **options)
    batch = trainer.prepare(unsorted_batches(pairs(), sentences=3, count=1)[0])
    return [trainer.train(batch) for _ in range(4)]


@pytest.mark.covering
@pytest.mark.parametrize("translator", ["keras graph", "pytorch"])
def test_all_train_the_same_model(translator):
    try:
        received = losses(translator)
    except Unavailable as reason:
        pytest.skip(str(reason))
    # At the first step single precision is all that differs. Then Adam divides by the gradient's size, and small differences grow.
    assert received[0] == pytest.approx(losses("ours")[0], rel=1e-6)
    np.testing.assert_allclose(received, losses("ours"), rtol=1e-4)


def test_the_floor_has_the_products_of_the_model():
    """Three of each weight: forward, and for the gradients of the weight and of what it is applied to; of attention three of two."""
    weights = make_weights(SETTING)
    sentences, source, target, tokens = 3, 7, 5, 11
    encoder, decoder = (sum(kernel.size for kernel in _kernels(layers)) for layers in (weights.encoder, weights.decoder))
    bridges = sum(kernel.size for kernel, _ in weights.bridges)
    applied = sentences * (source * encoder + target * (decoder + weights.output.size) + bridges) + tokens * weights.embedding.size
    attention = 2 * sentences * source * target * SETTING.units
    assert flops(make_plan(SETTING, sentences, source, target, tokens)) == 2 * 3 * (applied + attention)


def _kernels(layers):
    return [array for layer in layers for array in layer if array.ndim == 2]


@pytest.mark.parametrize("jit", [False, True])
def test_the_floor_runs_on_batches_of_any_shape(jit):
    module, _ = load("floor graph")
    trainer = module.build(SETTING, make_weights(SETTING), jit)
    for batch in unsorted_batches(pairs(), sentences=3, count=3):
        assert np.isnan(trainer.train(trainer.prepare(batch)))


def test_parameters_are_those_of_the_model():
    from benchmarks.translators import ours, stock

    weights = make_weights(SETTING)
    assert count_parameters(weights) == ours.make_model(SETTING, weights).count_params() == stock.make_model(SETTING).count_params()


def test_sorted_batches_are_full_and_hold_what_pair_batches_give():
    batches = sorted_batches(pairs(), sentences=3, count=5)
    for (source, read), predicted, weights in batches:
        assert source.shape[0] == read.shape[0] == 3
        assert (weights.sum(1) > 0).all()
        np.testing.assert_array_equal(weights, predicted != 0)
        assert (read[:, 0] == 2).all()
        np.testing.assert_array_equal(read[:, 1:], np.where(weights[:, 1:] > 0, predicted[:, :-1], 0))


def test_unsorted_batches_are_padded_to_their_longest():
    batches = unsorted_batches(pairs(), sentences=3, count=10)
    for (source, _), predicted, weights in batches:
        assert (source != 0).any(0).all()
        assert (predicted != 0).any(0).all()
        assert weights.sum() == (predicted != 0).sum()
    assert sum(map(target_tokens, batches)) == pair_lengths(*pairs())[:, 1].sum()  # each of the 30 pairs once
    assert padding(batches) > padding(sorted_batches(pairs(), sentences=3, count=6)) >= 0


def test_too_few_pairs_are_refused():
    with pytest.raises(ValueError, match="must fill 11 batches"):
        unsorted_batches(pairs(), sentences=3, count=11)


def test_long_pairs_are_left_out_and_sources_ended():
    tokenizer = Tokenizer.train(["a b c d", "e f g h i"], 300)
    kept = tokenize(tokenizer, ["a", "a b c d", "a"], ["e", "e", "e f g h i"], max_length=4)
    assert [tokenizer.decode(target) for target in kept.targets] == ["e"]
    assert kept.sources[0][-1] == tokenizer.end_id
    assert tokenizer.decode(kept.sources[0]) == "a"


def test_first_steps_are_on_a_batch_of_each_shape():
    batches = sorted_batches(pairs(), sentences=3, count=6)
    shapes = [source.shape for (source, _), *_ in batches]
    firsts = first_of_each_shape(batches)
    assert [shapes[i] for i in firsts] == list(dict.fromkeys(shapes))
    assert all(shapes[i] not in shapes[:i] for i in firsts)


@pytest.mark.covering
def test_translators_take_turns_in_processes_of_their_own():
    batches = {"sorted": sorted_batches(pairs(), sentences=3, count=2), "unsorted": unsorted_batches(pairs(), sentences=3, count=2)}
    case = translation_speed.measure(SETTING, batches, ["ours", "keras graph, unsorted"], rounds=2)
    assert list(case) == ["ours", "keras graph, unsorted"]
    for values in case.values():
        assert 0 < values["least"] <= values["target tokens per second"]
        assert values["tracing and compiling s"] > 0


CASE = {
    "ours": {"target tokens per second": 3000.0, "least": 2500.0},
    "keras graph": {"target tokens per second": 1000.0},
    "keras jit": {"target tokens per second": 1500.0},
    "keras graph, unsorted": {"target tokens per second": 1250.0},
}


def test_ratios_are_to_the_better_of_keras():
    assert ratios(CASE) == {"ours / keras": 2.0, "ours / keras, unsorted": 2.4}
    assert ratios({"ours": CASE["ours"], "pytorch": CASE["keras jit"]}) == {"ours / PyTorch": 2.0}
    assert ratios({"pytorch": CASE["keras jit"]}) == {}
    floor = {"floor graph": {"target tokens per second": 3600.0}, "floor jit": {"target tokens per second": 4500.0}}
    found = ratios({**CASE, **floor})
    assert (found["floor / ours"], found["floor / keras"]) == (1.5, 3.0)


def speed_record(table, case, what="Multi30k"):
    return SpeedRecord(name="n", table=table, what=what, command="run", seed=0, minutes=1.0, measurements={"a case": case})


def test_the_page_has_both_parts():
    decoding = {"beam 5": {"sentences per second": 123.0}}
    page = translation_speed_page([speed_record(TRAINING, CASE), speed_record(DECODING, decoding)])
    assert "| Multi30k | 2 | 2.4 |  | yes |  |  |\n" in page
    assert "| keras jit | 1,500 |  |\n" in page
    assert "| beam 5 | 123 |\n" in page
    slow = {**CASE, "ours": {"target tokens per second": 2249.0}}
    assert "| Multi30k | 1.5 | 1.8 |  | no |  |  |\n" in translation_speed_page([speed_record(TRAINING, slow)])
    assert translation_speed_page([]).count("There is no record yet.") == 2


def test_a_name_that_is_unknown_is_refused(capsys):
    with pytest.raises(SystemExit):
        translation_speed.main(["--translators", "ours;theirs"])
    assert f"expected names of {'; '.join(TRANSLATORS)}" in capsys.readouterr().err
