import pytest

from recipes.language_model import RECIPE, Settings
from toolkit.tasks.choice import Characters
from toolkit.tasks.language_model.choices import choices, most_characters, vocabulary_size
from toolkit.text.exact_tokenizer import train_exact_tokenizer


def chosen(tokens, characters=None, validation=10_000, pieces=1000, **given):
    found = choices(Settings(**given), pieces, tokens, characters or tokens, validation)
    return {name: choice.value for name, choice in found.items()}


@pytest.mark.parametrize(
    ("tokens", "pieces", "minutes", "epochs", "dropout"),
    [
        (270_000, 66, 20, 30, 0.3),
        (1_000_000, 70, 60, 16, 0.3),
        (1_000_000, 70, 90, 24, 0.3),
        (1_000_000, 22_500, 20, 16, 0.1),
        (8_000_000, 2000, 5, 2, 0.0),
        (300_000_000, 8000, None, 1, 0.0),
    ],
)
def test_a_short_text_is_read_often_with_dropout(tokens, pieces, minutes, epochs, dropout):
    found = chosen(tokens, pieces=pieces, minutes=minutes)
    assert found["epochs"] == epochs
    assert found["dropout"] == found["output_dropout"] == found["weight_drop"] == dropout


@pytest.mark.parametrize(("tokens", "window", "rows"), [(1_000_000, 32, 64), (1_000_000, 64, 32), (20_000, 32, 6), (100, 64, 1)])
def test_a_short_text_still_has_updates(tokens, window, rows):
    assert chosen(tokens, window=window)["batch_size"] == rows


@pytest.mark.parametrize(
    ("tokenizer", "characters", "minutes", "size"),
    [
        *(("bpe", 26_000_000, 5, 2000), ("bpe", 26_000_000, 60, 8000), ("bpe", 26_000_000, None, 8000), ("unigram", 300_000, 60, 800)),
        *(
            ("word", 4_500_000, 20, 22_500),
            ("word", 4_500_000, 5, 7500),
            ("word", 1000, 5, 2010),
            ("bpe", 1000, 5, 510),
            ("char", 26_000_000, 5, None),
        ),
    ],
)
def test_the_vocabulary_follows_the_text_and_the_time(tokenizer, characters, minutes, size):
    texts = ["abcdefghij" * (characters // 100)] * 10
    found = vocabulary_size(Settings(tokenizer=tokenizer, minutes=minutes), lambda: Characters.of(texts))
    assert found == size
    assert type(found) is type(size)


@pytest.mark.parametrize("tokenizer", ["bpe", "word", pytest.param("unigram", marks=pytest.mark.slow)])
def test_a_tokenizer_takes_the_vocabulary_that_was_chosen(tokenizer):
    texts = [" ".join(f"{number:o}" for number in range(1000, 100_000))]  # long enough for more than the least vocabulary
    size = vocabulary_size(Settings(tokenizer=tokenizer, minutes=5), lambda: Characters.of(texts))
    assert size % 100 == 0
    assert train_exact_tokenizer(texts, tokenizer, size).vocabulary_size == size


@pytest.mark.parametrize(("pieces", "size", "tied"), [(69, 128, False), (999, 128, False), (1000, 256, True), (30_000, 256, True)])
def test_a_large_vocabulary_has_large_vectors_that_are_the_output_too(pieces, size, tied):
    found = chosen(1_000_000, pieces=pieces)
    assert (found["embedding_dim"], found["tied_output"]) == (size, tied)


def test_there_is_room_for_every_character():
    assert vocabulary_size(Settings(minutes=5), lambda: Characters.of(map(chr, range(0x4E00, 0x4E00 + 5000)))) == 5500


@pytest.mark.parametrize(("given", "most"), [({}, None), ({"minutes": 0.5}, 5_000_000), ({"minutes": 5, "most_characters": 7}, 7)])
def test_there_is_time_for_so_many_characters(given, most):
    assert most_characters(Settings(**given)) == most


def test_what_is_given_is_not_chosen():
    given = {"epochs": 3, "batch_size": 4, "vocabulary_size": 300, "validation_tokens": 5, "dropout": 0.0, "output_dropout": 0.0}
    assert chosen(1000, embedding_dim=8, tied_output=False, **given) == {"weight_drop": 0.1}
    assert vocabulary_size(Settings(vocabulary_size=300), lambda: Characters.of(["a"])) == 300


def test_characters_and_given_tokenizers_bring_their_vocabulary():
    assert "vocabulary_size" in chosen(1000)
    assert "vocabulary_size" not in chosen(1000, tokenizer="char")
    assert "vocabulary_size" not in chosen(1000, tokenizer_model="a.model")


def test_a_cell_that_drops_no_weights_is_not_asked_to():
    assert chosen(1000, cell="peephole_lstm")["weight_drop"] == 0.0


def test_the_presets_leave_it_to_the_rule():
    for settings in RECIPE.presets.values():
        assert {getattr(settings, name) for name in ("epochs", "batch_size", "vocabulary_size", "dropout")} == {None}
