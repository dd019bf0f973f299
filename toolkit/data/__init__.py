"""From the value of `--data` to batches: a room for each kind of data, over rooms that know no kind."""

from toolkit.lazy_names import lazy_names

HOMES = {
    "BatchPlan": "toolkit.data.batching.batch_plan",
    "Corpus": "toolkit.data.labeled_texts.corpus",
    "DocumentCorpus": "toolkit.data.running_text.documents",
    "PairBatches": "toolkit.data.parallel_texts.pair_batches",
    "ParallelCorpus": "toolkit.data.parallel_texts.parallel_corpus",
    "PlannedBatches": "toolkit.data.batching.planned_batches",
    "Reading": "toolkit.data.reading.reading",
    "TokenBatches": "toolkit.data.labeled_texts.token_batches",
    "TokenFile": "toolkit.data.running_text.token_file",
    "WindowBatches": "toolkit.data.running_text.window_batches",
    "crop": "toolkit.data.batching.crop",
    "length_boundaries": "toolkit.data.batching.batch_plan",
    "pair_boundaries": "toolkit.data.parallel_texts.pair_boundaries",
    "pair_lengths": "toolkit.data.parallel_texts.pair_batches",
    "read_corpus": "toolkit.data.labeled_texts.corpus",
    "read_documents": "toolkit.data.running_text.documents",
    "read_parallel": "toolkit.data.parallel_texts.parallel_corpus",
}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)
