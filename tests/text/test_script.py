from toolkit.text.script import Script


def test_spaces_part_words_in_some_scripts_alone():
    assert Script.of(["a film that stays", "dull"]).parts_words
    assert not Script.of(["味道很好送餐也快下次还会再点的谢谢", "很好吃"]).parts_words
