import types

from benchmarks import translation_decoding
from benchmarks.translation_decoding import sentences_per_second


def test_sentences_are_counted_by_the_second(monkeypatch):
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(translation_decoding.time, "perf_counter", lambda: clock.now)
    calls = []

    def translator(name, *seconds):
        left = iter(seconds)

        def translate(texts):
            clock.now += next(left)
            calls.append((name, len(texts)))

        return translate

    translators = {"beam": translator("beam", 9.0, 2.0, 4.0, 2.5), "greedy": translator("greedy", 3.0, 1.0, 1.0, 1.0)}
    case = sentences_per_second(translators, ["a"] * 10, rounds=3)
    assert calls == [("beam", 10), ("greedy", 10)] * 4  # in turns
    assert case == {
        "beam": {"sentences per second": 4.0, "least": 2.5, "tracing and compiling s": 6.5},
        "greedy": {"sentences per second": 10.0, "least": 10.0, "tracing and compiling s": 2.0},
    }
