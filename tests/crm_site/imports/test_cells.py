"""Numbers and days are read as the file writes them."""

from __future__ import annotations

import pytest

from crm_site.imports import cells
from crm_site.imports.cells import CellError
from crm_site.imports.habits import Habits, guess_habits

COMMA, POINT = Habits(decimal=","), Habits(decimal=".")


@pytest.mark.parametrize(
    ("cell", "with_comma", "with_point"),
    [
        ("1.234,50", "1234.50", "1234.50"),
        ("1,234.50", "1234.50", "1234.50"),
        ("1.234", "1234.00", "1.23"),
        ("1,234", "1.23", "1234.00"),
        ("12,5", "12.50", "12.50"),
        ("1 234,50 €", "1234.50", "1234.50"),
        ("EUR 12", "12.00", "12.00"),
        ("1'234.50", "1234.50", "1234.50"),
        ("12,34,567.89", "1234567.89", "1234567.89"),
        ("(1,234.50)", "-1234.50", "-1234.50"),
        ("¥8000元", "8000.00", "8000.00"),
        ("-0.5", "-0.50", "-0.50"),
        ("1.2E+3", "1200.00", "1200.00"),
        ("", None, None),
    ],
)
def test_a_number_is_read_as_its_file_means_it(cell: str, with_comma: str | None, with_point: str | None) -> None:
    read = cells.decimal(2)
    assert (read.within(COMMA)(cell), read.within(POINT)(cell)) == (with_comma, with_point)


@pytest.mark.parametrize("cell", ["1.2.3,4", "1,2,3.4", "12abc", "--1", "1.234.56", "€", "٣٫٥", "NaN", "1e999"])
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        cells.decimal(2).within(COMMA)(cell)


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("1/13/2026", "mdy", "2026-01-13"),
        ("13/1/2026", "dmy", "2026-01-13"),
        ("1/2/2026", "mdy", "2026-01-02"),
        ("1/2/2026", "dmy", "2026-02-01"),
        ("01.02.2026", "mdy", "2026-02-01"),
        ("1-2-26", "dmy", "2026-02-01"),
        ("2026/1/2", "", "2026-01-02"),
        ("2026年1月2日", "", "2026-01-02"),
        ("20260102", "", "2026-01-02"),
        ("2 Jan 2026", "", "2026-01-02"),
        ("Jan. 2, 2026", "", "2026-01-02"),
        ("Friday, January 2nd, 2026", "", "2026-01-02"),
        ("2. März 2026", "", "2026-03-02"),
        ("2 de enero de 2026", "", "2026-01-02"),
        ("1/2/2026, 3:45 PM", "mdy", "2026-01-02"),
        ("3/4/31", "mdy", "2031-03-04"),
        ("3/4/80", "mdy", "1980-03-04"),
        ("13/1/2026", "", "2026-01-13"),
    ],
)
def test_a_day_is_read_as_its_file_means_it(cell: str, order: str, day: str) -> None:
    assert cells.date().within(Habits(date_order=order))(cell) == day


@pytest.mark.parametrize(
    "cell", ["31.04.1980", "2026-02-30", "13/13/2026", "13/1/2026x", "Juy 4, 2026", "1/2/226", "32 Jan 2026"]
)
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        cells.date().within(Habits(date_order="mdy"))(cell)


def test_a_moment_keeps_its_time_and_zone() -> None:
    read = cells.moment().within(Habits(date_order="mdy"))
    assert read("1/2/2026 3:45 PM") == "2026-01-02T15:45:00+00:00"
    assert read("1/2/2026 12:05 am") == "2026-01-02T00:05:00+00:00"
    assert read("2026-01-02 09:10 +0200") == "2026-01-02T09:10:00+02:00"
    assert read("2026-01-02T09:10:11Z") == "2026-01-02T09:10:11+00:00"


@pytest.mark.parametrize(
    ("header", "rows", "habits"),
    [
        (["Create Date"], [["1/2/2026"], ["1/13/2026"]], ("mdy", ".")),
        (["Create Date"], [["1/2/2026"], ["13/1/2026"]], ("dmy", ".")),
        (["Create Date", "Amount"], [["1/2/2026", "1,50"]], ("mdy", ",")),
        (["Datum", "Firma"], [["1/2/2026", ""]], ("dmy", ",")),
        (["Name"], [], ("mdy", ".")),
    ],
)
def test_the_habits_of_a_file_show_in_its_rows(
    header: list[str], rows: list[list[str]], habits: tuple[str, str]
) -> None:
    found = guess_habits(header, rows)
    assert (found.date_order, found.decimal) == habits


def test_numbers_of_a_german_file_are_german_when_they_are_valid_there() -> None:
    found = guess_habits(
        ["Vorname", "Nachname", "Telefon"], [["A", "B", "030 23180468"], ["C", "D", "0170 1234567"]], [2]
    )
    assert found.phone_region == "DE"
    read = cells.phone().within(found)
    assert read("030 23180468") == "+493023180468"
    english = guess_habits(["First name", "Phone"], [["A", "13891958733"]], [1])
    assert english.phone_region == "CN"


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("Ann <ANN@Example.com>", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ('"Ann, B." <ann@example.com>', "ann@example.com"),
        ("  ann@example.com ", "ann@example.com"),
    ],
)
def test_an_address_is_found_in_what_stands_around_it(cell: str, address: str) -> None:
    assert cells.email()(cell) == address


@pytest.mark.parametrize("cell", ["not-an-email", "a@b", "a@@b.com", "a b@c.com", "Ñ@Ñ", "a@-b.com", "a..b@c.com"])
def test_what_is_no_address_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        cells.email()(cell)
