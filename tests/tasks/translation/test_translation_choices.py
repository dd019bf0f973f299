import pytest

from recipes.translation import RECIPE, Settings
from toolkit.tasks.choice import Characters
from toolkit.tasks.translation.choices import choices, vocabulary_size
from toolkit.tasks.translation.texts import evenly_spaced


def chosen(pairs, validation=3000, pieces=1000, **given):
    return {name: choice.value for name, choice in choices(Settings(**given), pieces, pairs, validation).items()}


@pytest.mark.parametrize(
    ("pairs", "minutes", "epochs", "batch", "dropout", "word_dropout"),
    [
        (60_000, 5, 40, 128, 0.1, 0.0),  # phrasebook
        (29_000, 120, 40, 64, 0.3, 0.1),  # Multi30k
        (107_000, 30, 28, 128, 0.2, 0.1),
        (500, None, 40, 16, 0.3, 0.1),
        (5_000_000, 5, 2, 128, 0.1, 0.0),
    ],
)
def test_few_pairs_are_read_often_in_small_batches_with_dropout(pairs, minutes, epochs, batch, dropout, word_dropout):
    found = chosen(pairs, minutes=minutes)
    names = ("epochs", "batch_size", "dropout", "word_dropout")
    assert [found[name] for name in names] == [epochs, batch, dropout, word_dropout]


def test_the_warm_up_is_a_tenth_of_few_steps():
    assert chosen(29_000)["warmup_steps"] == 400
    assert chosen(100, epochs=10, batch_size=20)["warmup_steps"] == 5


@pytest.mark.parametrize(("minutes", "validation", "pairs"), [(None, 3000, 2000), (5, 3000, 2000), (2, 3000, 800), (2, 50, 50)])
def test_validation_takes_no_more_pairs_than_there_is_time_for(minutes, validation, pairs):
    assert chosen(100_000, validation, minutes=minutes)["validation_pairs"] == pairs


@pytest.mark.parametrize(
    ("characters", "minutes", "size"), [(3_900_000, 120, 3900), (3_900_000, 5, 2000), (50_000_000, None, 8000), (1000, 5, 510)]
)
def test_the_vocabulary_follows_the_texts_and_the_time(characters, minutes, size):
    texts = ["abcdefghij" * (characters // 100)] * 10
    found = vocabulary_size(Settings(minutes=minutes), lambda: Characters.of(texts))
    assert found == size
    assert type(found) is int


def test_there_is_room_for_every_character():
    assert vocabulary_size(Settings(minutes=5), lambda: Characters.of(map(chr, range(0x4E00, 0x4E00 + 4000)))) == 4500


def test_what_is_given_is_not_chosen():
    given = {"epochs": 3, "batch_size": 4, "vocabulary_size": 300, "validation_pairs": 5, "warmup_steps": 0, "dropout": 0.0}
    assert chosen(1000, **given) == {"word_dropout": 0.0}
    assert vocabulary_size(Settings(vocabulary_size=300), lambda: Characters.of(["a"])) == 300
    assert "vocabulary_size" not in chosen(1000, tokenizer_model="a.model")


def test_the_presets_leave_it_to_the_rule():
    for settings in RECIPE.presets.values():
        assert {getattr(settings, name) for name in ("epochs", "batch_size", "vocabulary_size", "warmup_steps", "dropout")} == {None}


def test_rows_are_taken_at_even_distances():
    assert evenly_spaced(10, 4).tolist() == [0, 2, 5, 7]
    assert evenly_spaced(3, 4).tolist() == evenly_spaced(3, None).tolist() == [0, 1, 2]


@pytest.mark.parametrize(("dropout", "word_dropout"), [(None, 0.1), (0.0, 0.0), (0.3, 0.1)])
def test_words_are_dropped_where_much_else_is(dropout, word_dropout):
    assert chosen(1000, dropout=dropout)["word_dropout"] == word_dropout
