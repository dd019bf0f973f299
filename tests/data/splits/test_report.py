import json

from toolkit.data.splits.report import Report, SplitReport


def test_report_prints_and_dumps():
    report = Report(
        "f.csv", {"train": SplitReport(1200, 1198, {"no": 600, "yes": 598}, {"repeated": 2}, {"also in test": 1})}, ["one note"]
    )
    assert str(report) == (
        "f.csv\n  train: 1,200 read, 1,198 kept (no 600, yes 598)\n    2 dropped: repeated\n    1 also in test\n  one note"
    )
    assert json.loads(json.dumps(report.to_dict()))["splits"]["train"]["dropped"] == {"repeated": 2}
