"""Pairs as a translator trains on them."""

import pytest

from toolkit.arguments import InvalidArgument
from toolkit.run_folder import RunFolder
from toolkit.tasks.translation.settings import ParallelTextSettings
from toolkit.tasks.translation.texts import read_parallel_texts

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
LONG = " and ".join(NUMBERS * 5)


@pytest.fixture
def data(tmp_path):
    sources = [LONG if row == 7 else f"number {number} house {row}" for row, number in enumerate(NUMBERS * 20)]
    (tmp_path / "a.en").write_text("\n".join(sources) + "\n")
    (tmp_path / "a.de").write_text("\n".join(f"Nummer {source[::-1]}" for source in sources) + "\n")
    return f"{tmp_path}/a.en,{tmp_path}/a.de"


def test_pairs_whose_tokens_are_drawn_are_those_that_are_kept(data, tmp_path):
    settings = ParallelTextSettings(data=data, vocabulary_size=320, max_length=40, subword_dropout=0.3)
    texts = read_parallel_texts(settings, RunFolder(tmp_path / "run"))
    batches, found = texts.drawn_batches(batch_size=8, seed=0, replicas=1, dropout=0.3), []
    decode_source, decode_target = texts.source_tokenizer.decode, texts.target_tokenizer.decode
    for epoch in range(2):
        pairs = []
        for (sources, _), targets, _ in batches.batches(epoch).as_numpy_iterator():
            real = sources.any(1)
            pairs += zip(map(decode_source, sources[real].tolist()), map(decode_target, targets[real].tolist()), strict=True)
        found.append(sorted(pairs))
    split = texts.corpus.splits["train"]
    expected = sorted((source, target) for source, target in zip(split.sources, split.targets, strict=True) if source != LONG)
    assert found == [expected, expected]


@pytest.mark.parametrize("tokenizer", ["unigram", "char"])
def test_only_merges_can_be_left_out(data, tmp_path, tokenizer):
    settings = ParallelTextSettings(data=data, vocabulary_size=320, tokenizer=tokenizer, subword_dropout=0.1)
    with pytest.raises(InvalidArgument, match="`subword_dropout` must be 0 with a tokenizer that is not bpe"):
        read_parallel_texts(settings, RunFolder(tmp_path / "run"))
