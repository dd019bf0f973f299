"""Small token files that tests share."""

from toolkit.data.running_text.documents import Documents
from toolkit.data.running_text.token_file import TokenFile
from toolkit.text.exact_tokenizer import train_exact_tokenizer

TOKENIZER = train_exact_tokenizer(["abcdefghijklmnopqrstuvwxyz0123456789 \n"])


def token_file(path, texts):
    """Encodes texts, each of which is a document, character by character."""
    return TokenFile.make(path, Documents([lambda: iter([[text] for text in texts])]), TOKENIZER)
