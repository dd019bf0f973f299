"""From sentences to batches, and from batches to a loss."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.models.tagger import Tagger
from toolkit.tasks.tagging.batches import TaggedBatches
from toolkit.tasks.tagging.corpus import TaggedCorpus
from toolkit.tasks.tagging.functions import decode
from toolkit.tasks.tagging.objective import TaggingObjective
from toolkit.tasks.tagging.sentence import Sentence
from toolkit.tasks.tagging.texts import TaggedSentences, cut
from toolkit.tasks.tagging.vocabulary import UNKNOWN, Vocabulary

SENTENCES = [["The", "cat", "sat"], ["the", "Cats", "7", "9", "x"], ["dog"]]
TAGS = [np.array(tags, np.int32) for tags in ([0, 1, 2], [0, 1, 0, 0, 2], [1])]


def test_frequent_words_and_characters_are_known():
    vocabulary = Vocabulary.of_sentences(SENTENCES, size=10, least=2, word_length=3)
    assert vocabulary.words == ["0", "the"]
    assert vocabulary.characters == ["t", "a", "e", "h", "s"]  # 4, 3, 2, 2 and 2 times
    tokens, characters = vocabulary.encode(["THE", "8", "dog", "stats"])
    assert tokens.tolist() == [3, 2, UNKNOWN, UNKNOWN]
    of = {character: number for number, character in enumerate(vocabulary.characters, 2)}
    assert characters.tolist() == [[1, 1, 1], [1, 0, 0], [1, 1, 1], [of["s"], of["t"], of["s"]]]  # of a long word the middle is lost


def batches(rows=2, characters=True):
    vocabulary = Vocabulary.of_sentences(SENTENCES, size=10, least=1, word_length=4)
    plan = BatchPlan([3, 5, 1], [4, 8], rows_per_batch=rows, shuffle=False)
    return vocabulary, list(TaggedBatches(SENTENCES, TAGS, vocabulary, characters, plan).batches(0))


def test_batches_have_words_characters_tags_and_weights():
    vocabulary, ((inputs, tags, weights), (longer, *_)) = batches()
    expected = vocabulary.encode(["dog", "The", "cat", "sat"])
    assert inputs["tokens"].numpy().tolist() == [[expected.tokens[0], 0, 0, 0], [*expected.tokens[1:], 0]]
    np.testing.assert_array_equal(inputs["characters"][1, :3], expected.characters[1:])
    assert tags.numpy().tolist() == [[1, 0, 0, 0], [0, 1, 2, 0]]
    assert weights.numpy().tolist() == [[1, 0, 0, 0], [1, 1, 1, 0]]
    assert longer["characters"].shape == (2, 8, 4)
    assert set(batches(characters=False)[1][0][0]) == {"tokens"}


def test_long_sentences_are_cut_for_training_alone():
    sentence = Sentence(list("abcde"), list("vwxyz"), "")
    assert ["".join(part.words) + "".join(part.tags) for part in cut([sentence], 2)] == ["abvw", "cdxy", "ez"]
    data = TaggedSentences(TaggedCorpus({"train": [sentence]}, None), Vocabulary([], [], 2), list("vwxyz"))
    made = data.batches("train", max_length=2, batch_size=4, seed=0, replicas=1, reads_characters=True)
    assert made.plan.lengths.tolist() == [2, 2, 1]
    assert sentence.words == list("abcde")


@pytest.mark.slow
@pytest.mark.parametrize("crf", [True, False])
def test_the_objective_is_the_likelihood_of_words_and_filler_does_not_count(crf):
    vocabulary, made = batches(rows=4)
    model = Tagger(vocabulary.words, vocabulary.characters, ["a", "b", "c"], 4, 4, 3, crf=crf)
    if crf:
        model.chain.between.assign(np.random.default_rng(0).normal(size=(3, 3)))
    objective = TaggingObjective()
    for inputs, tags, weights in made:
        sums = objective.sums(model, inputs, tags, weights, training=False)
        assert tuple(sums) == objective.names
        words = int(tf.reduce_sum(weights))
        assert 0.5 * words < sums["loss"] < 2 * words  # near log 3 for each word before training
        found, probabilities = decode(model, model(inputs), weights > 0)
        assert sums["accuracy"].numpy() == ((found == tags).numpy() & (weights.numpy() > 0)).sum()
        if not crf:
            chosen = np.take_along_axis(probabilities.numpy(), tags.numpy()[..., None], -1)[..., 0]
            assert sums["loss"].numpy() == pytest.approx(-(np.log(chosen) * weights.numpy()).sum(), rel=1e-5)  # single precision
        more = tf.concat([weights, tf.zeros_like(weights)], 0)
        padded = {name: tf.concat([value, tf.zeros_like(value)], 0) for name, value in inputs.items()}
        again = objective.sums(model, padded, tf.concat([tags, tf.zeros_like(tags)], 0), more, training=True)
        assert again["loss"].numpy() == pytest.approx(objective.sums(model, inputs, tags, weights, training=True)["loss"].numpy(), rel=1e-5)
