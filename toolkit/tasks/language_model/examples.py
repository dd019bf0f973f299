"""What the measuring of a language model has seen of each passage, for the report of its run."""

import math

import numpy as np

from toolkit.data.running_text.token_file import TokenFile
from toolkit.evaluation.bootstrap import ratio_of_sums
from toolkit.evaluation.likelihood import Likelihood
from toolkit.evaluation.measured import Example, Measured, Ratio, Resampled, by_length, worst_first
from toolkit.tasks.language_model.measures import Passages
from toolkit.text.tokenizer import Tokenizer

LEAST_TOKENS = 16  # of a passage that is listed: a shorter one may be surprising by chance
OF_PASSAGES = "A passage is up to 256 tokens that were read at once; those of one text depend on each other, so the true spread is larger."
RATES = "The number of characters and bytes of a token is taken as fixed."


def measured_passages(passages: Passages, file: TokenFile, tokenizer: Tokenizer, result: Likelihood, continuous: bool) -> Measured:
    """Returns what became of each document, or of the passages of one text.

    Args:
        passages: What each costs.
        file: The tokens.
        tokenizer: What they mean.
        result: What was measured of all of them.
        continuous: Whether it is one text.
    """
    nats, tokens = passages.nats, passages.tokens
    if not continuous:
        nats, tokens = (np.bincount(passages.documents, each) for each in (passages.nats, passages.tokens))
        nats, tokens = nats[tokens > 0], tokens[tokens > 0]
    per_token, of_draw = Ratio("nats per token", nats, tokens, percent=False), ratio_of_sums(nats, tokens)
    bits = [
        Ratio(f"bits per {name}", nats / math.log(2), tokens * (number / result.tokens), percent=False)
        for name, number in (("character", result.characters), ("byte", result.bytes))
        if number
    ]
    surprise = passages.nats / passages.tokens
    ends = np.cumsum(file.lengths)

    def example(row: int) -> Example:
        number = passages.documents[row]
        start = ends[number] - file.lengths[number] + passages.starts[row]
        ids = file.ids[start : min(start + passages.tokens[row], ends[number])]  # without the end of a document
        return Example(tokenizer.decode(ids.tolist()), "", "", surprise[row])

    slices = ("place of the passage, in tokens", passages.starts) if continuous else ("tokens of the document", tokens)
    return Measured(
        "passages" if continuous else "documents",
        scores=[
            Resampled("perplexity", result.perplexity, len(nats), lambda draws: np.exp(of_draw(draws)), percent=False),
            per_token,
            *bits,
        ],
        slices={slices[0]: by_length(per_token.of, slices[1])},
        worst=worst_first(surprise, passages.tokens >= LEAST_TOKENS),
        example=example,
        worst_are="passages that surprise the model most: look for what training has not, such as another language, tables or names",
        score="nats per token",
        note=f"{OF_PASSAGES} {RATES}" if continuous else RATES,
    )
