from toolkit.data.labeled_texts.cleaning import clean
from toolkit.data.labeled_texts.example import Example

ROWS = [Example(text, label, "", "") for text, label in [("a", "1"), ("a", "1"), ("a", "0"), ("b", ""), ("b", "0"), ("", "1")]]


def test_repeated_and_unlabeled_texts_are_dropped_and_counted():
    kept, report = clean(ROWS, whole=False)
    assert [(example.text, example.label) for example in kept] == [("a", "1"), ("b", "0"), ("", "1")]
    assert report.read == 6
    assert report.dropped == {"repeated": 1, "repeated with another label": 1, "no label": 1}


def test_a_whole_split_keeps_repeated_texts():
    kept, report = clean(ROWS, whole=True)
    assert len(kept) == 5
    assert report.dropped == {"no label": 1}
    assert report.noted["repeated"] == report.noted["repeated with another label"] == 1
