"""What the card and the recorded answers of a small translator of the phrasebook say."""

from typing import Any

from toolkit.tasks.translation.training import Translation

LEFT_OUT = ("model_float16.tflite", "model_int8.tflite", "model_static.tflite")
TEXTS = (
    "He sees the tree.",
    "The curious girls will become jealous.",
    "Anne sells a big red car to Paul.",
    "The doctor did not hear her.",
    "This lamp, we gave it to him.",
    "Are these small plates round?",
    "Will she not come from the hospital?",
    "I dream of eleven castles.",
    "",
    "\U0001f600",
)
CARD = """\
# {name}

A small translator from English to French, trained by `{command}`. Use it at once:

```
toolkit predict saved_models/{name} "The old man laughs."
toolkit serve saved_models/{name}
```

| | |
|---|---|
| input | an English sentence in the words of the phrasebook; {max_length} tokens are read of a longer one |
| tokens | {vocabulary_size:,} pieces ({tokenizer}), shared by both languages |
| model | embedding {embedding_dim}, {cell} of {units} units, {attention} attention; {parameters:,} parameters, {size:.1f} MB |
| search | beam of {beam_width} |
| data | the embedded phrasebook, synthetic, from a grammar: no combination of words of the test occurs in training |
| training | {epochs} epochs at most, {minutes:.1f} minutes on {cores} CPU cores that other work shared, seed {seed} |
| versions | {versions} |

On the test split, which no choice was made on:

| sentences | exact | BLEU | chrF |
|---:|---:|---:|---:|
| {sentences:,} | {exact_match:.2%} | {bleu:.2f} | {chrf:.2f} |

Limits: it knows about 170 words and the grammar of the phrasebook, and translates anything else into nonsense that looks like French.
`golden.json` holds answers recorded when it was made; tests compare.
"""


def answers(task: Translation) -> list[dict[str, Any]]:
    """Returns the translation of each of `TEXTS`, and its score."""
    found = task.predictor().translate(TEXTS)
    return [{"text": each.source, "translation": each.text, "score": round(each.hypotheses[0].score, 4)} for each in found]


def card(values: dict[str, Any], metrics: dict[str, Any]) -> str:
    """Returns the model card."""
    return CARD.format(**{name: metrics["test"][name] for name in ("sentences", "exact_match", "bleu", "chrf")}, **values)
