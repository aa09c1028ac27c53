"""What a typed query finds, with LIKE played by a regular expression as PostgreSQL would."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_site.lib.text import escape_like, search_terms, search_text


def like(text: str, pattern: str) -> bool:
    """Match as SQL LIKE with a backslash as escape character."""
    pieces = re.findall(r"\\.|%|_|[^\\%_]+", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    regex = "".join(wild.get(p) or re.escape(p[1:] if p.startswith("\\") else p) for p in pieces)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def found(record: list[str | None], query: str) -> bool:
    terms = search_terms(query)
    return bool(terms) and all(like(search_text(record), term) for term in terms)


@pytest.mark.parametrize(
    ("record", "query"),
    [
        ("王伟国", "伟国"),
        ("王伟国", "王伟国"),
        ("王伟国", "国"),
        ("王伟国", "王"),
        ("王伟国", "wangweiguo"),
        ("王伟国", "wang wei"),
        ("王伟国", "wwg"),
        ("张三", "zs"),
        ("單于明", "chanyuming"),
        ("单伟", "shanwei"),
        ("单伟", "danwei"),
        ("曾国藩", "zgf"),
        ("吕布", "lvbu"),
        ("吕布", "lubu"),
        ("重庆银行", "chongqing"),
        ("北京华为ABC公司", "abc 公司"),
        ("北京华为技术有限公司", "华为技术"),
        ("Ｍüller GmbH", "muller"),
        ("Müller", "MÜLL"),
        ("Straße", "strasse"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("Anna-Maria O’Brien", "o'brien"),
        ("Anna-Maria O’Brien", "obrien"),
        ("Anna-Maria O’Brien", "ma br"),
        ("anna.schmidt@firma.example", "schmidt@fir"),
        ("anna@firma.example", "anna@"),
        ("+49 (0)30 23180468", "030 2318"),
        ("+49 (0)30 23180468", "+49 30 231"),
        ("+49 (0)30 23180468", "+49 30"),
        ("+493023180468", "0049 30 23180468"),
        ("+8613812345678", "138 1234 5678"),
        ("+8613812345678", "5678"),
        ("SO-2026-000123", "2026-000123"),
        ("SO-2026-000123", "so2026"),
        ("0000012345", "00001"),
        ("김민수", "민수"),
        ("カタカナ", "タカ"),
        ("100%_sure", "100%_"),
    ],
)
def test_a_query_finds_the_record(record: str, query: str) -> None:
    assert found(["something else", record, None], query)


@pytest.mark.parametrize(
    ("record", "query"),
    [
        ("王伟国", "国王"),
        ("王伟国", "王国"),
        ("王伟 李国", "伟国"),
        ("Hannah", "an"),
        ("100 sure", "1%0"),
        ("axbc", "a_bc"),
        ("Miller", "muller"),
        ("Miller", "   "),
        ("Miller", "..."),
    ],
)
def test_a_query_does_not_find_the_record(record: str, query: str) -> None:
    assert not found([record], query)


def test_the_column_is_padded_words_of_pairs_pinyin_and_initials() -> None:
    assert search_text(["王伟国", "+49 30 1234567"]) == " 王伟 伟国 国 wangweiguo wwg 49301234567 "
    assert search_text(["", None]) == ""


def test_two_chinese_characters_are_one_padded_pattern() -> None:
    assert search_terms("伟国") == ["% 伟国 %"]
    assert search_terms("王伟国") == ["% 王伟 伟国 %"]
    assert search_terms("伟") == ["% 伟%"]


def test_like_characters_are_literal() -> None:
    assert escape_like(r"50%_\x") == r"50\%\_\\x"


def test_a_long_query_asks_for_a_bounded_number_of_terms() -> None:
    assert len(search_terms(" ".join(f"word{n}" for n in range(100)))) == 8


@given(st.text(max_size=60))
def test_any_text_is_searchable_and_finds_itself(text: str) -> None:
    terms = search_terms(text)
    column = search_text([text])
    assert all(like(column, term) for term in terms)
    assert "\x00" not in column
