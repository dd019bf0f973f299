"""From strings to token ids, in Python and inside of a graph."""

from toolkit.lazy_names import lazy_names

HOMES = {
    "GraphTokenizer": "toolkit.text.graph_tokenizer",
    "Tokenizer": "toolkit.text.tokenizer",
    "train_exact_tokenizer": "toolkit.text.exact_tokenizer",
}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)
