"""What XLA makes of signatures, and that the check can fail."""

import pytest
import tensorflow as tf

from toolkit.decoding.search import Search
from toolkit.errors import UserError
from toolkit.export.saving import save_module
from toolkit.export.xla import check_compiles
from toolkit.models import TextClassifier, Translator
from toolkit.tasks.classification.functions import probability_function, scores_function

pytestmark = pytest.mark.slow

TOKENS = tf.TensorSpec([2, 7], tf.int32, name="tokens")
MATRIX = tf.TensorSpec([4, 8], tf.float32, name="x")


class Signatures(tf.Module):
    """A classifier, a translator, and functions that no TPU can run."""

    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(tf.ones([8, 8]))
        keys = tf.lookup.KeyValueTensorInitializer([1], [2], tf.int32, tf.int32)
        self.table = tf.lookup.StaticHashTable(keys, 0)
        classifier = TextClassifier(20, ["a", "b"], embedding_dim=4, units=3)
        translator = Translator(20, embedding_dim=4, units=4, encoder_layers=1, decoder_layers=1)
        translator((tf.ones([1, 2], tf.int32), tf.ones([1, 2], tf.int32)))
        self.model_variables = [variable.value for model in (classifier, translator) for variable in model.variables]
        probabilities = probability_function(classifier)
        searches = {method: Search(method=method, beam_width=3, no_repeat_ngrams=2, coverage_penalty=0.2) for method in ("greedy", "beam")}
        functions = {
            "scores": (TOKENS, scores_function(probabilities, *TOKENS.shape)),
            "scores_of_any_length": (tf.TensorSpec([2, None], tf.int32, name="tokens"), lambda tokens: {"scores": probabilities(tokens)}),
            **{name: (TOKENS, decoding(translator, search)) for name, search in searches.items()},
            "orthogonal": (MATRIX, lambda x: {"y": tf.linalg.qr(x @ self.kernel)[0]}),
            "positive": (MATRIX, lambda x: {"y": tf.where(x @ self.kernel > 0)}),
            "looked_up": (MATRIX, lambda x: {"y": self.table.lookup(tf.cast(x, tf.int32))}),
            "length": (tf.TensorSpec([4], tf.string, name="x"), lambda x: {"y": tf.strings.length(x)}),
        }
        self.functions = {
            name: tf.function(function, input_signature=[spec], autograph=False) for name, (spec, function) in functions.items()
        }


def decoding(translator, search):
    """Returns a search whose shapes do not depend on what it finds."""

    def decode(tokens):
        rows, positions = tokens.shape
        limits = search.limits(tokens)
        found = search(translator.step, translator.encode(tokens), rows, limits, 2, 3, longest=search.longest(positions))
        return {"tokens": found.tokens, "alignments": found.alignments}

    return decode


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    directory = tmp_path_factory.mktemp("xla") / "1"
    module = Signatures()
    save_module(module, module.functions, directory)
    return tf.saved_model.load(str(directory))


@pytest.mark.parametrize("name", ["scores", "greedy", "beam"])
def test_models_and_searches_of_fixed_shapes_compile(loaded, name):
    assert check_compiles(loaded.signatures[name], name) > 100  # a recurrent model is not compiled to nothing


def test_custom_calls_are_found(loaded):
    with pytest.raises(UserError, match=r"orthogonal: .* custom calls: ProductOfElementaryHouseholderReflectors, Qr"):
        check_compiles(loaded.signatures["orthogonal"], "orthogonal")


def test_shapes_that_depend_on_values_are_found(loaded):
    with pytest.raises(UserError, match=r"positive: .* depend on values: .*\[<=32,2\]"):
        check_compiles(loaded.signatures["positive"], "positive")


def test_what_xla_does_not_know_is_a_users_mistake_of_one_line(loaded):
    with pytest.raises(UserError, match=r"looked_up: .*LookupTableFind") as error:
        check_compiles(loaded.signatures["looked_up"], "looked_up")
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["scores_of_any_length", "length"])
def test_other_signatures_are_refused(loaded, name):
    with pytest.raises(ValueError, match="fixed shapes"):
        check_compiles(loaded.signatures[name])
