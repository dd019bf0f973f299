import gzip

from benchmarks.budget_data import lines_of, main, shuffled_reviews


def packed(path, text):
    path.write_bytes(gzip.compress(text.encode()))


def test_pairs_in_four_spellings(tmp_path):
    for language in ("en", "de"):
        packed(tmp_path / f"train.{language}.gz", f"A dog. {language}\nno mark\n")
        packed(tmp_path / f"train.lc.norm.tok.{language}.gz", f"a dog . {language}\nno mark\n")
        for name in ("val", "test_2016_flickr"):
            packed(tmp_path / f"{name}.{language}.gz", f"Held out. {language}\n")
    main([str(tmp_path / "made"), "--multi30k", str(tmp_path)])
    made = tmp_path / "made" / "pairs"
    assert lines_of(made / "train.en") == ["A dog. en", "no mark", "a dog . en", "A dog en", "a dog. en"]
    assert len(lines_of(made / "train.de")) == 5
    assert lines_of(made / "test.de") == ["Held out. de"]


def test_reviews_fill_any_size_with_sentences_in_another_order(tmp_path):
    packed(tmp_path / "reviews.csv.gz", 'text\n"One. Two. Three. Four. Five"\n"Six\nseven"\n')
    lines = list(shuffled_reviews(tmp_path / "reviews.csv.gz", 200))
    assert lines[:2] == ["One. Two. Three. Four. Five\n", "Six seven\n"]
    assert 200 <= sum(map(len, lines)) < 230
    assert lines[2] != lines[0]
    assert {word.strip(".") for word in lines[2].split()} == {"One", "Two", "Three", "Four", "Five"}
