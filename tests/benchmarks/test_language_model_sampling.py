import pytest

from benchmarks import language_model_sampling
from benchmarks.language_model_sampling import MANY, characters_per_second
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.functions import LanguageModelRunner
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.language_model.text_generator import TextGenerator
from toolkit.text.exact_tokenizer import train_exact_tokenizer


@pytest.fixture(scope="module")
def generator():
    tokenizer = train_exact_tokenizer(["to be or not\n"])
    model = LanguageModel(tokenizer.vocabulary_size, embedding_dim=4, units=4, num_layers=1, seed=0)
    model.build(None)
    return TextGenerator(LanguageModelRunner(model, tokenizer, ends=False), tokenizer, ends=False)


def test_what_is_written_is_counted(generator, monkeypatch):
    counted = {}

    def per_second(runs, rounds, unit):
        counted.update({name: run(1) for name, run in runs.items()})
        return {"rounds": rounds, "unit": unit}

    monkeypatch.setattr(language_model_sampling, "per_second", per_second)
    assert characters_per_second(generator, "to be", tokens=7, rounds=3) == {"rounds": 3, "unit": "characters"}
    assert counted == {"one text": 7, f"{MANY} at once": 7 * MANY}  # a token is a character, and no end is drawn


def test_turns_have_other_seeds(generator, monkeypatch):
    seeds = []
    generate, stream = generator.generate, generator.stream

    def noted(write):
        def noting(*arguments, sampling: Sampling, **options):
            seeds.append(sampling.seed)
            return write(*arguments, sampling=sampling, **options)

        return noting

    monkeypatch.setattr(generator, "generate", noted(generate))
    monkeypatch.setattr(generator, "stream", noted(stream))
    case = characters_per_second(generator, "", tokens=5, rounds=2)
    assert seeds == [0, 0, 1, MANY, 2, 2 * MANY]
    assert all(0 < values["least"] <= values["characters per second"] for values in case.values())
