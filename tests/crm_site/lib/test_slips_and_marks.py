"""Words one slip apart, and where in a text a query was found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_site.lib.text import is_near, marked, near_expression, search_text

WORDS = st.text(alphabet="abcdefghij", min_size=6, max_size=8)


@pytest.mark.parametrize(
    ("typed", "word", "near"),
    [
        ("jonhson", "johnson", True),
        ("johnsn", "johnson", True),
        ("johnsson", "johnson", True),
        ("johnxon", "johnson", True),
        ("jonhso", "johnson", True),
        ("johnson", "johnson", True),
        ("bohnson", "johnson", False),
        ("jhonsno", "johnson", False),
        ("jonas", "johnson", False),
        ("jhon", "john", False),
    ],
)
def test_one_slip_is_forgiven_and_two_are_not(typed: str, word: str, near: bool) -> None:
    assert is_near(typed, word) is near


@given(WORDS, st.integers(1, 9), st.sampled_from(["swap", "drop", "add", "other"]), st.sampled_from("klm"))
def test_a_word_with_one_slip_is_near_and_among_the_candidates(word: str, place: int, slip: str, letter: str) -> None:
    at = min(place, len(word) - 2)
    typed = {
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "drop": word[:at] + word[at + 1 :],
        "add": word[:at] + letter + word[at:],
        "other": word[:at] + letter + word[at + 1 :],
    }[slip]
    assert is_near(typed, word)
    text = search_text(["something", word, "else"])
    assert re.search(near_expression(typed), text)


def test_a_slip_at_the_end_of_a_long_word_is_not_looked_for() -> None:
    text = search_text(["lichtenstein"])
    assert re.search(near_expression("lichetnstein"), text)
    assert not re.search(near_expression("lichtensteni"), text)


@pytest.mark.parametrize(
    ("text", "query", "marks"),
    [
        ("Anna Weber", "weber anna", ["Anna", "Weber"]),
        ("Anna Weber", "ebe", ["ebe"]),
        ("+49 30 2318-0468", "23180468", ["2318", "0468"]),
        ("SO-2026-000123", "000123", ["000123"]),
        ("ＡＢＣ Ltd", "abc", ["ＡＢＣ"]),
        ("重庆银行", "chongqing", ["重庆"]),
        ("张三", "nothing", []),
        ("", "a", []),
    ],
)
def test_what_was_typed_is_marked(text: str, query: str, marks: list[str]) -> None:
    assert [part for part, found in marked(text, query) if found] == marks


@given(st.text(max_size=40), st.text(max_size=20))
def test_marking_keeps_the_text(text: str, query: str) -> None:
    assert "".join(part for part, _found in marked(text, query)) == text
