import numpy as np
import pytest
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.inspection import reading
from toolkit.inspection.reading import passages, read_states, side_by_side
from toolkit.inspection.subject import named_loops
from toolkit.layers.recurrent.observing import observing
from toolkit.models import LanguageModel, Tagger, TextClassifier
from toolkit.tasks.classification import subject as classification
from toolkit.tasks.language_model import subject as language_model
from toolkit.tasks.tagging import subject as tagging
from toolkit.tasks.tagging.vocabulary import Vocabulary
from toolkit.text.exact_tokenizer import train_exact_tokenizer

TEXTS = ["ab (cd)\n", "a", "", "bad cab " * 40]
TOKENIZER = train_exact_tokenizer(TEXTS, "char")


def observed(call):
    with observing() as loops:
        call()
    return named_loops(loops)


def test_each_step_is_in_one_passage_after_what_comes_before_it():
    texts = [np.arange(10, 33), np.arange(50, 53), np.arange(0)]
    found = passages(texts, length=8, warm_up=3, begin_id=2)
    steps = np.zeros(26, int)
    for passage in found:
        steps[passage.place : passage.place + passage.kept] = passage.ids[-passage.kept :]
    assert steps.tolist() == [*texts[0], *texts[1]]
    assert [passage.ids[0] for passage in sorted(found, key=lambda each: each.place)] == [2, 15, 23, 2]
    assert [len(passage.ids) for passage in found] == [11, 10, 9, 4]


def test_a_long_text_fills_a_batch():
    assert side_by_side(10) == 1024
    assert side_by_side(640_000) == 10_000


def test_a_language_model_reads_from_the_beginning_of_each_text(monkeypatch):
    monkeypatch.setattr(reading, "STEPS", 50)
    model = LanguageModel(TOKENIZER.vocabulary_size, embedding_dim=4, units=4, num_layers=2, cell="lstm")
    model.build(None)
    read = language_model.read_texts(model, TOKENIZER, TEXTS)
    assert ["".join(pieces) for pieces in read.texts()] == TEXTS
    assert {name: (states.shape, states.dtype) for name, states in read.states.items()} == {
        name: ((4, sum(map(len, TEXTS))), np.dtype("float16")) for name in ("1 LSTM", "2 LSTM")
    }
    ids = TOKENIZER.encode(TEXTS[-1:])[0]
    loops = observed(lambda: model(np.array([[TOKENIZER.begin_id, *ids]])))
    for name, loop in loops.items():
        expected = loop.states["c"][0, 1:].numpy().T
        np.testing.assert_allclose(read.states[name][:, read.starts[-1] :], expected, atol=2e-3)  # float16


def test_a_passage_that_is_warm_is_as_if_all_had_been_read(monkeypatch):
    monkeypatch.setattr(language_model, "side_by_side", lambda steps: 70)
    monkeypatch.setattr(language_model, "WARM_UP", 40)
    model = LanguageModel(TOKENIZER.vocabulary_size, embedding_dim=4, units=4, num_layers=1)
    model.build(None)
    read = language_model.read_texts(model, TOKENIZER, TEXTS[-1:], "h")
    [loop] = observed(lambda: model(np.array([[TOKENIZER.begin_id, *TOKENIZER.encode(TEXTS[-1:])[0]]]))).values()
    np.testing.assert_allclose(read.states["1 GRU"], loop.states["h"][0, 1:].numpy().T, atol=5e-3)


@pytest.mark.slow
def test_a_classifier_reads_windows_and_says_what_it_takes_them_for(monkeypatch):
    monkeypatch.setattr(classification, "JUDGED_EVERY", 30)
    model = TextClassifier(TOKENIZER.vocabulary_size, ["no", "yes"], embedding_dim=4, units=4)
    read = classification.read_texts(model, TOKENIZER, TEXTS, max_length=100)
    assert [*read.states] == ["1 LSTM forward", "1 LSTM backward"]
    second = TOKENIZER.encode(TEXTS[-1:])[0][None, 100:200]
    for name, loop in observed(lambda: model(second)).items():
        place = read.starts[-1] + 100
        np.testing.assert_allclose(read.states[name][:, place : place + 100], loop.states["c"][0].numpy().T, atol=2e-3)
    leaning = read.leaning()[read.starts[-1] + 100 :]
    logits = model(second[:, :60]).numpy()[0]
    assert leaning[:29].tolist() == [0] * 29
    np.testing.assert_allclose(leaning[59:89], logits[1] - logits[0], atol=1e-5)
    assert leaning[89] != leaning[88]


@pytest.mark.slow
def test_a_tagger_reads_the_words_of_each_line():
    model = Tagger(["the", "two"], list("acdhst"), ["N", "V"], word_length=5, embedding_dim=5, units=4, character_units=3)
    texts = ["the two\n\nCats  said that\n", " \n", "A house"]
    read = tagging.read_texts(model, texts, max_length=2)
    assert read.pieces == ["the", " two", "\n\nCats", " said", " that", "A", " house"]
    assert read.starts == [0, 5, 5]
    assert [*read.states] == ["2 LSTM forward", "2 LSTM backward"]  # the first reads the characters of a word
    for first, words in ((0, ["the", "two"]), (2, ["Cats", "said"]), (4, ["that"]), (5, ["A", "house"])):
        inputs = {name: each[None] for name, each in Vocabulary.of_model(model).encode(words)._asdict().items()}
        loops = observed(lambda inputs=inputs: model(inputs))
        for name, states in read.states.items():
            np.testing.assert_allclose(states[:, first : first + len(words)], loops[name].states["c"][0].numpy().T, atol=2e-3)


def test_a_tagger_of_capitals_and_marks_reads_words_without_them():
    model = Tagger(["the"], [], ["lower", "Capital."], word_length=2, embedding_dim=4, units=4, character_units=0)
    read = tagging.read_texts(model, ['The "two," (Cats)'], max_length=8, part="h")
    assert read.pieces == ["The", " two,", " Cats"]
    plain = tagging.read_texts(model, ["the two cats"], max_length=8, part="h")
    for name, states in read.states.items():
        np.testing.assert_array_equal(states, plain.states[name])
    assert [*read.states] == [*tagging.loops_over_words(model)] == ["1 LSTM forward", "1 LSTM backward"]


def test_no_disk_is_filled(monkeypatch):
    monkeypatch.setattr(reading.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 100}))
    rows = passages([np.arange(1, 30)], length=29)
    with pytest.raises(UserError, match="expected 0 MB of free space for the states of 4 units; read a shorter text"):
        read_states(lambda tokens, state: ({"1 GRU": tf.zeros([*tokens.shape, 4])}, state), rows, 29)


def test_a_layer_with_other_steps_than_tokens_is_refused():
    rows = passages([np.arange(1, 30)], length=29)
    with pytest.raises(UserError, match="1 GRU: expected a step for each token"):
        read_states(lambda tokens, state: ({"1 GRU": tf.zeros([1, 14, 4])}, state), rows, 29)
