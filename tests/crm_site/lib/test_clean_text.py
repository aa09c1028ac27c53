"""Cleaning of text from outside."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_site.lib.text import clean_text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  a\x00b\t c ", "ab c"),
        ("e\u0301te\u0301", "été"),
        ("\ufeffName\u200b", "Name"),
        ("a\u202eb\u2066c", "abc"),
        ("one\r\ntwo", "one two"),
        ("Zo\u00a0e", "Zo e"),
        ("bad\ud800", "bad"),
        ("plain", "plain"),
    ],
)
def test_one_line_text_is_cleaned(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


def test_multiline_text_keeps_its_lines() -> None:
    assert clean_text(" one\r\ntwo\u2028three\x07\n", multiline=True) == "one\ntwo\nthree"


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_becomes_storable_and_stays_so(text: str) -> None:
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert clean == unicodedata.normalize("NFC", clean)
    assert clean_text(clean) == clean
