"""What a language model knows of the labels before it has seen any: a logistic regression on the mean of its states over a text.

    python -m benchmarks.language_model_probe RUN --what WORDS [--training-examples 1000] [--data WHAT] [--name NAME]

RUN is a finished run of the recipe `language_model` with subwords. The data are those of `toolkit train sentiment`, so the record stands in
one table with the classifier that starts from the same language model (`--init-from`): what the regression cannot read off the states,
the classifier has to learn from the labels, as one from nothing has.
"""

import time
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import toolkit
from benchmarks.records import Record
from benchmarks.sentiment_data import SEED, data_parser, read_data
from benchmarks.tfidf import accuracy_by_source, count_parameters
from toolkit.data.batching.crop import crop
from toolkit.layers import MeanOverTime
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models import load_model
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.probabilities import predict_probabilities

STRENGTHS = (0.0001, 0.001, 0.01, 0.1, 1.0)
MAX_LENGTH = 512


def main(argv: Sequence[str] | None = None) -> Record:
    """Reads the texts by the language model, trains the regression, prints its accuracy on the test split and writes its record."""
    parser = data_parser("A logistic regression on the states of a language model.", "sentiment-probe")
    parser.add_argument("run", metavar="RUN", help="folder of a finished run of a language model")
    parser.add_argument("--what", default="of a language model", help="which one, in a few words (default: %(default)s)")
    options = parser.parse_args(argv)
    started = time.monotonic()
    data = read_data(options)
    read = StateReader(RunFolder(options.run))
    probe = fit_probe(*((read(data.splits[name].texts), data.splits[name].labels) for name in ("train", "validation")))
    test = data.splits["test"]
    record = Record(
        name=options.name,
        table=data.table,
        what=f"logistic regression on the mean state {options.what}",
        command=f"python -m benchmarks.language_model_probe RUN{data.arguments}",
        seed=SEED,
        minutes=round((time.monotonic() - started) / 60, 2),
        parameters=count_parameters(probe),
        metrics=accuracy_by_source(probe.predict(read(test.texts)), test),
    )
    for name, value in record.metrics.items():
        print(f"{name:<20}{value:.2%}")
    print(f"C = {probe[-1].C:g}; record: {record.save(options.results)}")
    return record


class StateReader:
    """Reads texts, and remembers the mean over its steps of a language model's top layer.

    Args:
        run: A finished run of the recipe `language_model`.
    """

    def __init__(self, run: RunFolder):
        self._tokenizer = toolkit.Tokenizer.load(run.tokenizer)
        model, mean_over_time = load_model(run.model), MeanOverTime()

        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
        def mean_state(tokens):
            with backend("graph"):
                states, _ = model(tokens, return_features=True)
            return mean_over_time(states, mask=tokens != 0)

        self._mean_state = mean_state

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Returns float32 `[len(texts), units]`."""
        return predict_probabilities(self._mean_state, [crop(ids, MAX_LENGTH) for ids in self._tokenizer.encode(texts)])


def fit_probe(
    train: tuple[np.ndarray, np.ndarray], validation: tuple[np.ndarray, np.ndarray], strengths: Sequence[float] = STRENGTHS
) -> Pipeline:
    """Trains a logistic regression for each inverse regularization strength `C`.

    Args:
        train: Features `[texts, units]` and labels `[texts]`.
        validation: What chooses among them; the smaller `C` between equals.
        strengths: The values of `C`.

    Returns:
        The one that is most accurate on the validation split.
    """
    models = [make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000)).fit(*train) for strength in strengths]
    return max(models, key=lambda model: model.score(*validation))


if __name__ == "__main__":
    main()
