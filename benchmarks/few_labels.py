"""What texts without labels do for a linear model that knows a few labels: of the things that were tried, one at a time.

    python -m benchmarks.few_labels [--training-examples 1000] [--seeds 3] [--results FOLDER]

The data are those of `toolkit train sentiment --training-examples 1000 --unlabelled rest`, each seed with other labels, and words in place
of the recipe's tokens. The regularization is chosen on the validation split, accuracies are of the test split.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.records import RESULTS, Record
from benchmarks.tfidf import accuracy_by_source
from toolkit.data.labeled_texts.corpus import Corpus, read_corpus
from toolkit.tasks.classification.fusion import LabeledTokens, nats
from toolkit.tasks.classification.ngrams import SHARE, TOPICS
from toolkit.tasks.classification.self_training import DIM, sureness
from toolkit.tasks.classification.word_vectors import context_vectors, topic_vectors

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
LABELED_WEIGHT = 3.0  # of a text with a label beside one with a guess
WHAT = {
    "labeled": "tf-idf of 1-2-grams, rarity of words in all texts",
    "topics": "the same, vectors of words by texts",
    "contexts": "the same, vectors of words by contexts",
    "both": "the same, vectors of words by texts and contexts",
    "self-trained": "tf-idf of 1-2-grams, trained on its own guesses",
    "self-trained-both": "tf-idf of 1-2-grams, trained on the guesses of the one with vectors by texts and contexts",
}


class Matrices:
    """Words and pairs of words of all texts, and vectors of the words.

    Args:
        corpus: The texts.
    """

    def __init__(self, corpus: Corpus):
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=5, sublinear_tf=True, token_pattern=r"\b\w+\b|[!?]")
        train = vectorizer.fit_transform(corpus.splits["train"].texts)
        self.ngrams = {"train": train} | {split: vectorizer.transform(corpus.splits[split].texts) for split in ("validation", "test")}
        names = vectorizer.get_feature_names_out()
        columns = [number for number, name in enumerate(names) if " " not in name]
        words = {split: _of_length_one(matrix[:, columns]) for split, matrix in self.ngrams.items()}
        numbers = {names[column]: number for number, column in enumerate(columns)}
        split_words = TfidfVectorizer(token_pattern=r"\b\w+\b|[!?]").build_analyzer()
        lists = [np.array([numbers[w] for w in split_words(text) if w in numbers], np.int32) for text in corpus.splits["train"].texts]
        contexts = context_vectors(lists, len(columns), DIM)
        mass = np.asarray(words["train"].sum(axis=0)).ravel()
        vectors = {"contexts": contexts - mass @ contexts / mass.sum(), "topics": topic_vectors(words["train"], TOPICS)}
        self.vectors = {name: _scaled(words, each) for name, each in vectors.items()}

    def __call__(self, split: str, kinds: Sequence[str] = ()) -> csr_matrix:
        """Returns the features of a split: n-grams, and the vectors of these kinds."""
        return hstack([self.ngrams[split], *(csr_matrix(self.vectors[kind][split]) for kind in kinds)], "csr")


def main(argv: Sequence[str] | None = None) -> list[Record]:
    """Trains all, prints their accuracies on the test split and writes their records."""
    parser = argparse.ArgumentParser(description="What texts without labels do for a linear model.")
    parser.add_argument("--training-examples", type=int, default=1000, help="labels that are used (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="how many drawings of labels (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the records")
    options = parser.parse_args(argv)
    started = time.monotonic()
    corpus = read_corpus(None)
    matrices = Matrices(corpus)
    found = [trial(corpus, matrices, options.training_examples, seed) for seed in range(options.seeds)]
    minutes = round((time.monotonic() - started) / 60, 2)
    parameters = matrices("test").shape[1] + 1  # weights of vectors are sums of those of words
    records = [_record(corpus.name, options, name, [each[name] for each in found], minutes, parameters) for name in WHAT]
    for record in records:
        print(f"{record.metrics['all']:.2%} ± {record.metrics['standard deviation']:.2%}  {record.what}: {record.save(options.results)}")
    return records


def trial(corpus: Corpus, matrices: Matrices, count: int, seed: int) -> dict[str, dict[str, float]]:
    """Returns the accuracies of each model with the labels that a seed draws, by source."""
    train, validation, test = corpus.splits.values()
    order = np.random.default_rng(seed).permutation(len(train.texts))
    rows, others = np.sort(order[:count]), order[count:]
    held_out = LabeledTokens((), validation.labels, np.ones(len(validation.labels)))
    accuracies, guesses = {}, {}
    for name, kinds in {"labeled": (), "topics": ["topics"], "contexts": ["contexts"], "both": ["topics", "contexts"]}.items():
        features = matrices("train", kinds)
        models = [LogisticRegression(C=strength, max_iter=300).fit(features[rows], train.labels[rows]) for strength in STRENGTHS]
        model = min(models, key=lambda each: nats(each.predict_log_proba(matrices("validation", kinds)), held_out))
        accuracies[name] = accuracy_by_source(model.predict(matrices("test", kinds)), test)
        guesses[name] = model.predict_proba(features[others])
    for name, teacher in {"self-trained": "labeled", "self-trained-both": "both"}.items():
        features, probabilities = matrices("train"), guesses[teacher]
        labels = np.append(train.labels[rows], probabilities.argmax(axis=1))
        weights = np.append(np.full(count, LABELED_WEIGHT), sureness(probabilities))
        model = LogisticRegression(max_iter=300).fit(vstack([features[rows], features[others]]), labels, weights)
        accuracies[name] = accuracy_by_source(model.predict(matrices("test")), test)
    return accuracies


def _record(
    data: str, options: argparse.Namespace, name: str, found: Sequence[dict[str, float]], minutes: float, parameters: int
) -> Record:
    metrics = {key: float(np.mean([each[key] for each in found])) for key in found[0]}
    if len(found) > 1:
        metrics["standard deviation"] = float(np.std([each["all"] for each in found], ddof=1))
    return Record(
        name=f"few-labels-{name}",
        table=f"{data}, {options.training_examples:,} training texts",
        what=WHAT[name] + f", mean of {len(found)} seeds" * (len(found) > 1),
        command=f"python -m benchmarks.few_labels --training-examples {options.training_examples} --seeds {options.seeds}",
        seed=0,
        minutes=minutes,
        parameters=parameters,
        metrics=metrics,
    )


def _of_length_one(matrix: csr_matrix) -> csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(lengths, 1e-9)) @ matrix)


def _scaled(words: dict[str, csr_matrix], vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Returns the sums of the vectors of each text's words, such that those of training have length `SHARE` on average."""
    sums = {split: matrix @ vectors for split, matrix in words.items()}
    scale = SHARE / np.sqrt((sums["train"] ** 2).sum(axis=1).mean())
    return {split: scale * each for split, each in sums.items()}


if __name__ == "__main__":
    main()
