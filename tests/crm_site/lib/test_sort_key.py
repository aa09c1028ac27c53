"""Sort keys order names by code point as a reader expects."""

from crm_site.lib.text import SORT_KEY_LENGTH, sort_key


def test_latin_sorts_without_accents_and_case() -> None:
    names = ["Zoe", "Özil", "adam", "Ærø", "Ólafur", "Brown", "ädel"]
    assert sorted(names, key=sort_key) == ["adam", "ädel", "Ærø", "Brown", "Ólafur", "Özil", "Zoe"]


def test_chinese_sorts_by_pinyin_then_tone_then_character() -> None:
    names = ["章安", "张三", "李四", "曾国藩", "张安", "丈人", "单伟", "陈一"]
    assert sorted(names, key=sort_key) == ["陈一", "李四", "单伟", "曾国藩", "张安", "张三", "章安", "丈人"]


def test_latin_and_chinese_stand_in_one_order() -> None:
    assert sorted(["Zhou Li", "张三", "Anna", "李四"], key=sort_key) == ["Anna", "李四", "张三", "Zhou Li"]


def test_polyphones_follow_the_word_in_companies_and_the_surname_in_people() -> None:
    assert sort_key("重庆银行") == "chong2重 qing4庆 yin2银 hang2行"
    assert sort_key("单伟") == "shan4单 wei3伟"
    assert sort_key("尉迟恭") == "yu4尉 chi2迟 gong1恭"
    assert sort_key("长江公司").startswith("chang2长")


def test_a_key_is_short_enough_for_an_index() -> None:
    assert len(sort_key("张" * 500)) == SORT_KEY_LENGTH
    assert len(sort_key("x" * 500)) == SORT_KEY_LENGTH


def test_punctuation_does_not_decide() -> None:
    assert sort_key('"Smith & Co."') == "smith co"
    assert sort_key("") == ""
