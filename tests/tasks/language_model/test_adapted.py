"""What is measured of a text of a model that learns from it, and on what it is chosen how."""

import numpy as np
import pytest

from tests.data.running_text.token_files import TOKENIZER, token_file
from tests.tasks.language_model.small_model import BEGIN, VOCABULARY, small_model
from tests.tasks.language_model.small_model import text as drawn_text
from toolkit.data.running_text.document_ids import DocumentIds
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.adapted import measure_adapted, measured
from toolkit.tasks.language_model.dynamic_evaluation import DECAY, LEARNING_RATE
from toolkit.tasks.language_model.measures import text_nats
from toolkit.tasks.language_model.neural_cache import FLATNESS, SHARE

TEXTS = ["the quick brown fox\n" * 90, "jumps over" * 200, "the lazy dog and the quick cat\n" * 120]


@pytest.fixture(scope="module")
def model():
    model = LanguageModel(TOKENIZER.vocabulary_size, embedding_dim=6, units=7, num_layers=1, seed=0)
    model(np.ones((1, 2), "int32"))
    return model


@pytest.mark.parametrize("ends", [pytest.param(False, marks=pytest.mark.slow), True])
def test_all_of_another_text_is_measured(model, tmp_path, ends):
    text, validation = token_file(tmp_path / "text", TEXTS), token_file(tmp_path / "validation", ["we do like dogs " * 50])
    result = measure_adapted(model, TOKENIZER, TOKENIZER.end_id if ends else None, text, validation, validation, dynamic=False, cache=20)
    documents = DocumentIds(text, TOKENIZER.begin_id, TOKENIZER.end_id if ends else None)
    assert result.static.nats == pytest.approx(text_nats(model, documents), rel=1e-6)
    assert result.static.tokens == result.adapted.tokens == len(text) + ends * len(TEXTS)
    assert result.static.characters == result.adapted.characters == sum(map(len, TEXTS))
    assert result.chosen_on == f"the first {800 + ends} tokens of the validation text"


@pytest.mark.parametrize("ends", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("texts", [TEXTS, [TEXTS[0] * 3]], ids=["three", "one"])
def test_what_chooses_is_not_measured(model, tmp_path, texts, ends):
    text = token_file(tmp_path / "text", texts)
    result = measure_adapted(model, TOKENIZER, TOKENIZER.end_id if ends else None, text, text, text, dynamic=False, cache=20)
    left_out = len(text) // 10
    assert result.chosen_on == f"the first {left_out} tokens of the validation text, which are not measured"
    begin, end = [TOKENIZER.begin_id], [TOKENIZER.end_id] * ends
    first, *others = (np.array([*begin, *ids, *end], "int32") for ids in TOKENIZER.encode(texts))
    measured = [np.concatenate([first[:1], first[1 + left_out :]]), *others]
    assert result.static.nats == pytest.approx(text_nats(model, measured), rel=1e-6)
    assert result.static.tokens == sum(len(document) - 1 for document in measured)
    assert result.static.characters == result.static.bytes == sum(map(len, texts)) - left_out


@pytest.mark.slow
def test_a_short_text_chooses_nothing(model, tmp_path):
    text = token_file(tmp_path / "text", ["the quick brown fox " * 20])
    result = measure_adapted(model, TOKENIZER, None, text, text, text, dynamic=True, cache=20)
    assert result.chosen_on == "nothing, as there are no 500 tokens for it: the usual numbers"
    assert result.as_dict()["ways"] == {
        "dynamic": {"learning_rate": LEARNING_RATE, "decay": DECAY},
        "cache": {"size": 20, "flatness": FLATNESS, "share": SHARE},
    }
    assert result.static.tokens == 400
    assert result.adapted.nats < result.static.nats


@pytest.mark.slow
def test_it_is_told_beside_the_static_result(model, tmp_path):
    text = token_file(tmp_path / "text", TEXTS)
    result = measure_adapted(model, TOKENIZER, None, text, text, text, dynamic=True, cache=20)
    assert [*result.as_dict()] == ["static", "adapted", "ways", "chosen_on"]
    assert [*result.as_dict()["ways"]] == ["dynamic", "cache"]
    assert result.adapted.nats < result.static.nats
    head, nats, *_, ways, chosen = str(result).splitlines()
    assert head.split() == ["static", "adapted"]
    assert nats.split()[3:5] == [f"{result.static.nats_per_token:.4f}", f"{result.adapted.nats_per_token:.4f}"]
    assert ways.startswith("adapted by dynamic evaluation (learning rate ")
    assert " and a cache of 20 tokens (share " in ways
    assert chosen == f"chosen on {result.chosen_on}"


@pytest.fixture(scope="module")
def small():
    return small_model()


@pytest.mark.parametrize(
    "ways",
    [*(pytest.param(way, marks=pytest.mark.slow) for way in ({"dynamic": True}, {"cache": 50})), {"dynamic": True, "cache": 50}],
    ids=["dynamic", "cache", "both"],
)
def test_what_repeats_itself_is_learned(small, ways):
    phrase = drawn_text(7, 5)[1:]
    documents = [np.concatenate([[BEGIN], *[phrase] * 30]).astype("int32")]
    cost, found = measured(small, documents, documents, [drawn_text(200, 3)], **ways)
    assert cost < 0.8 * text_nats(small, documents)
    assert [*found] == [*ways]


@pytest.mark.parametrize("ways", [{"dynamic": True}, {"cache": 100}], ids="-".join)
def test_what_cannot_be_known_is_not_learned(small, ways):
    """Draws from nine words that are all as probable: no model that predicts before it reads does better than log 9."""
    documents = [drawn_text(1500, 8)]
    cost, _ = measured(small, documents, [drawn_text(500, 9)], [drawn_text(200, 3)], **ways)
    assert cost > 0.995 * 1500 * np.log(VOCABULARY - 3)
