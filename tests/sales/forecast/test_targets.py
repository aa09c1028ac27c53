"""Targets by month: typed or pasted in any of our ways of writing amounts, and nothing that was sent is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from crm_site.staff.models import Team, User
from sales.forms.targets import read_amount
from sales.models import SalesTarget
from sales.selectors.periods import Reach
from sales.selectors.targets import read_targets
from sales.services.forecasting import set_targets
from tests.conftest import Cast
from tests.factories.forecast import SalesTargetFactory

SignIn = Callable[[User], Client]
PAGE = "/sales/forecast/targets/?year=2026"
JANUARY, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", None), ("  ", None), ("0", "0"), ("12000", "12000"), ("12.000", "12000"), ("12,000", "12000"),
        ("12.000,50", "12000.50"), ("12,000.50", "12000.50"), ("12,5", "12.5"), ("12.5", "12.5"),
        ("12 000", "12000"), ("12'000", "12000"), ("€ 1.234", "1234"), ("1.234 €", "1234"), ("¥12,000", "12000"),
        ("１２，０００", "12000"), ("1.234.567", "1234567"), ("12000元", "12000"), ("EUR 5", "5"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, amount: str | None) -> None:
    assert read_amount(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("text", ["many", "1.2.3,4", "-5", "=1+1", "9" * 40, "NaN", "1e999"])
def test_what_is_no_amount_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|negative"):
        read_amount(text)


def cell(row: Any, month: int) -> str:
    """Return the name of a cell of the grid."""
    kind = "p" if isinstance(row, User) else "t"
    return f"{kind}{row.pk}-{month:02d}"


def stored() -> dict[tuple[str, dt.date], Decimal]:
    """Return the targets by name and month."""
    rows = SalesTarget.objects.select_related("owner", "team")
    return {(str(one.owner or one.team), one.month): one.amount for one in rows}


def test_a_manager_sets_the_targets_of_people_and_teams(cast: Cast, signed_in: SignIn) -> None:
    SalesTargetFactory(owner=cast.teammate, month=MARCH, amount=7)
    team: Any = cast.owner.team
    sent = {cell(cast.owner, 1): "12.000,50", cell(cast.owner, 3): "3,000", cell(team, 1): "20000"}
    assert signed_in(cast.lead).post(PAGE, sent).status_code == 302
    assert stored() == {
        ("Olga Owner", JANUARY): Decimal("12000.50"),
        ("Olga Owner", MARCH): 3000,
        ("North", JANUARY): 20000,
        ("Tom Teammate", MARCH): 7,
    }
    page = signed_in(cast.lead).get(PAGE).content.decode()
    assert 'value="12000.5"' in page
    sent = {cell(cast.owner, 1): "", cell(cast.owner, 3): "4", cell(cast.teammate, 3): "7"}
    signed_in(cast.lead).post(PAGE, sent)
    assert stored()["Olga Owner", MARCH] == 4
    assert ("Olga Owner", JANUARY) not in stored()


def test_a_bad_cell_keeps_everything_that_was_typed_and_stores_nothing(cast: Cast, signed_in: SignIn) -> None:
    sent = {cell(cast.owner, 1): "12.000", cell(cast.owner, 2): "a lot", cell(cast.teammate, 1): "-4"}
    answer = signed_in(cast.lead).post(PAGE, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    for kept in ("12.000", "a lot", "-4"):
        assert f'value="{kept}"' in page
    assert f'id="{cell(cast.owner, 2)}-error"' in page
    assert "Not a number." in page
    assert stored() == {}


def test_lines_of_a_spreadsheet_spread_over_the_grid_and_strange_ones_are_shown(cast: Cast, signed_in: SignIn) -> None:
    pasted = "Name\tJan\tFeb\nOlga Owner\t1.000\t2.000\n" + f"{cast.teammate.email}\t5\nSomebody Else\t9\n"
    answer = signed_in(cast.lead).post(PAGE, {"pasted": pasted, "spread": "1", cell(cast.owner, 4): "77"})
    page = answer.content.decode()
    for name, text in (
        (cell(cast.owner, 1), "1.000"), (cell(cast.owner, 2), "2.000"), (cell(cast.owner, 4), "77"),
        (cell(cast.teammate, 1), "5"),
    ):  # fmt: skip
        assert f'name="{name}" value="{text}"' in page
    assert "Somebody Else\t9" in page
    assert "Name\tJan" not in page
    assert stored() == {}


def test_amounts_without_names_fill_the_rows_in_their_order(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.lead).post(PAGE, {"pasted": "1\t2\n3\n", "spread": "1"}).content.decode()
    assert f'name="{cell(cast.lead.team, 1)}" value="1"' in page
    assert f'name="{cell(cast.lead.team, 2)}" value="2"' in page
    assert f'name="{cell(cast.lead, 1)}" value="3"' in page


def test_a_rep_reads_their_own_and_sets_none(cast: Cast, signed_in: SignIn) -> None:
    SalesTargetFactory(owner=cast.owner, month=JANUARY, amount=1234)
    SalesTargetFactory(owner=cast.teammate, month=JANUARY, amount=5678)
    page = signed_in(cast.owner).get(PAGE).content.decode()
    assert "€1,234" in page
    assert "5,678" not in page
    assert "<input class" not in page.partition("<table")[2]
    assert signed_in(cast.owner).post(PAGE, {cell(cast.owner, 1): "1"}).status_code == 403
    assert stored()["Olga Owner", JANUARY] == 1234


def test_cells_of_foreign_people_are_passed_over_and_refused_by_the_service(cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.outsider).post(PAGE, {cell(cast.owner, 1): "1"})
    assert stored() == {}
    for whose in ((cast.owner.pk, None), (None, cast.owner.team_id), (None, None), (999999, None)):
        with pytest.raises(PermissionDenied):
            set_targets({(whose, JANUARY): Decimal(1)}, cast.outsider)
    assert stored() == {}


def test_somebody_who_changes_teams_still_has_one_target(cast: Cast) -> None:
    set_targets({((cast.owner.pk, None), JANUARY): Decimal(1)}, cast.manager)
    User.objects.filter(pk=cast.owner.pk).update(team=cast.outsider.team)
    assert set_targets({((cast.owner.pk, None), JANUARY): Decimal(2)}, cast.manager) == 1
    one = SalesTarget.objects.get()
    assert (one.amount, one.team, one.version) == (Decimal(2), cast.outsider.team, 2)
    assert reverse("sales:target-grid") in PAGE


def test_a_team_without_a_target_shows_what_its_people_have_together(cast: Cast, signed_in: SignIn) -> None:
    north: Any = cast.owner.team
    for month in (JANUARY, MARCH):
        SalesTargetFactory(owner=cast.owner, month=month, amount=5000)
        SalesTargetFactory(owner=cast.teammate, month=month, amount=2500)
    SalesTargetFactory(owner=None, team=north, month=MARCH, amount=9000)
    rows = {row.label: row for row in read_targets(Reach(cast.manager), 2026)}
    assert rows[north.name].valid == {JANUARY: 7500, MARCH: 9000}
    assert rows[north.name].total == 16500
    above = Team.objects.get(pk=north.parent_id)
    assert rows[above.name].valid == {JANUARY: 7500, MARCH: 9000}
    assert (rows[above.name].depth + 1, rows[north.name].depth + 1) == (
        rows[north.name].depth,
        rows["Olga Owner"].depth,
    )
    page = signed_in(cast.manager).get(PAGE).content.decode()
    assert (page.count('placeholder="7,500"'), page.count('placeholder="9,000"')) == (4, 2)
    assert page.count('value="9000"') == 1
