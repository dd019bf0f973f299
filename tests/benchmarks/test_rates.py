import types

from benchmarks import rates


def test_what_is_made_is_counted_by_the_second(monkeypatch):
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(rates.time, "perf_counter", lambda: clock.now)
    calls = []

    def run(name, *seconds):
        def make(turn):
            clock.now += seconds[turn]
            calls.append((name, turn))
            return 10 * (turn + 1)

        return make

    case = rates.per_second({"one": run("one", 9.0, 2.0, 4.0, 10.0), "many": run("many", 3.0, 1.0, 1.0, 1.0)}, rounds=3, unit="cups")
    assert calls == [(name, turn) for turn in range(4) for name in ("one", "many")]  # in turns
    assert case == {
        "one": {"cups per second": 7.5, "least": 4.0, "tracing and compiling s": 5.0},
        "many": {"cups per second": 30.0, "least": 20.0, "tracing and compiling s": 2.0},
    }
