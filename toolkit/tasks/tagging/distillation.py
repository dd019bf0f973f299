"""Tags by other taggers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import keras

from toolkit.arguments import option
from toolkit.errors import UserError
from toolkit.tasks.tagging.answers import answers_of
from toolkit.tasks.tagging.functions import tagger_runner
from toolkit.tasks.tagging.sentence import Sentence
from toolkit.tasks.tagging.texts import TaggedSentences
from toolkit.tasks.tagging.vocabulary import Vocabulary


def distilled(data: TaggedSentences, models: Iterable[keras.Model]) -> TaggedSentences:
    """Returns sentences of which training has each a second time, with the tags that the models find together.

    Each word has the tag for which the probabilities of the models that chose it have the largest sum.

    Args:
        data: The sentences.
        models: Taggers.

    Raises:
        UserError: A model gives tags that the sentences do not have.

    Source: Kim & Rush 2016, "Sequence-level knowledge distillation", section 3.2.
    """
    sentences = data.corpus.splits["train"]
    votes = [[Counter() for _ in sentence.words] for sentence in sentences]
    for model in models:
        _vote(model, sentences, votes)
    unknown = {tag for sentence in votes for word in sentence for tag in word} - {*data.tag_names}
    if unknown:
        raise UserError(
            f"{option('distill_from')}: expected runs with the tags {', '.join(data.tag_names)}; received {', '.join(sorted(unknown))}"
        )
    tagged = [
        sentence._replace(tags=tuple(max(word, key=word.__getitem__) for word in words))
        for sentence, words in zip(sentences, votes, strict=True)
    ]
    return replace(data, distilled=tagged)


def _vote(model: keras.Model, sentences: Sequence[Sentence], votes: list[list[Counter]]) -> None:
    vocabulary = Vocabulary.of_model(model)
    answers = answers_of(tagger_runner(model), [vocabulary.encode(sentence.words) for sentence in sentences])
    for words, answer in zip(votes, answers, strict=True):
        for word, tag, score in zip(words, answer["tags"], answer["scores"], strict=True):
            word[model.tag_names[tag]] += float(score)
