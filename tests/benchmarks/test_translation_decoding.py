from benchmarks.translation_decoding import sentences_per_second


def test_all_translators_get_the_same_sentences():
    given = []

    def translator(name):
        def translate(texts):
            given.append((name, texts))
            return [text.upper() for text in texts]

        return translate

    case = sentences_per_second({name: translator(name) for name in ("beam", "greedy")}, ["a", "b"], rounds=2)
    assert given == [("beam", ["a", "b"]), ("greedy", ["a", "b"])] * 3
    assert all(0 < values["least"] <= values["sentences per second"] for values in case.values())
