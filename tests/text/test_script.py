from toolkit.text.script import parts_words


def test_spaces_part_words_in_some_scripts_alone():
    assert parts_words(["a film that stays", "dull"])
    assert not parts_words(["味道很好送餐也快下次还会再点的谢谢", "很好吃"])
