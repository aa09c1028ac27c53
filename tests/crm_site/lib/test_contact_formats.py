"""Cleaning of HTML, telephone numbers and identifiers."""

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_site.lib import phones
from crm_site.lib.html import clean_html, plain_text
from crm_site.lib.identifiers import credit_code
from crm_site.lib.phones import format_phone, to_e164


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick=x()>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<img src=x onerror=alert(1)>after", "after"),
        ('<svg><a href="x">y</a></svg>z', "z"),
        ('<p style="color:red">a</p><!-- b -->', "<p>a</p>"),
        (
            '<a href="https://example.com" target=_blank>x</a>',
            '<a href="https://example.com" rel="noopener noreferrer nofollow">x</a>',
        ),
    ],
)
def test_html_keeps_text_and_loses_danger(dirty: str, clean: str) -> None:
    assert clean_html(dirty) == clean


def test_html_becomes_one_line_of_text() -> None:
    assert plain_text("<p>Tom &amp; Jo</p><p>two\n lines</p><style>p{}</style>") == "Tom & Jo two lines"


@given(st.text())
def test_cleaned_html_stays_clean(text: str) -> None:
    clean = clean_html(text)
    assert clean_html(clean) == clean
    assert "<script" not in clean.lower()


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+49 (0)30 23180468", None, "+493023180468"),
        ("030 23180468", "DE", "+493023180468"),
        ("0033 1 99 00 06 70", "DE", "+33199000670"),
        ("(415) 555-0187", "US", "+14155550187"),
        ("１３８ 1234 5678", "CN", "+8613812345678"),
        ("'+44 20 7946 0678", None, "+442079460678"),
        ("12", "DE", None),
        ("no number", "DE", None),
        ("030 23180468", None, None),
        ("1" * 60, "DE", None),
        ("", "DE", None),
    ],
)
def test_numbers_become_e164_or_nothing(typed: str, region: str | None, number: str | None) -> None:
    assert to_e164(typed, region) == number


def test_numbers_are_shown_nationally_at_home() -> None:
    assert format_phone("+493023180468", "DE") == "030 23180468"
    assert format_phone("+493023180468", "CN") == "+49 30 23180468"
    assert format_phone("call me") == "call me"


@pytest.mark.parametrize("code", ["91350100M000100Y43", " 9135 0100M000100y43"])
def test_true_credit_codes_pass(code: str) -> None:
    assert credit_code(code) == "".join(code.split()).upper()


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", "", "１" * 18])
def test_wrong_credit_codes_fail(code: str) -> None:
    assert credit_code(code) is None


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("(415) 555-0187", "CN", "+14155550187"),
        ("905-555-1234", "DE", "+19055551234"),
        ("(415) 555-0187", "US", "+14155550187"),
        ("010-8888 8888", "CN", "+861088888888"),
        ("415 555 0187", "CN", "+864155550187"),
    ],
)
def test_a_number_written_as_in_north_america_is_one(typed: str, region: str, number: str) -> None:
    assert to_e164(typed, region) == number


@given(
    st.sampled_from([1, 7, 33, 34, 36, 39, 44, 49, 55, 61, 65, 81, 82, 86, 91, 234, 351, 358, 420, 852, 971]),
    st.text("0123456789", min_size=4, max_size=13),
)
def test_the_quick_way_agrees_with_the_library(calling_code: int, digits: str) -> None:
    typed = f"+{calling_code} {digits}"
    quick = phones._quick(typed)
    with mock.patch.object(phones, "_quick", lambda text: None):
        assert quick is None or quick == to_e164(typed, "CN")
