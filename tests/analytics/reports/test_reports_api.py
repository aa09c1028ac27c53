"""Reports through the API: the same tables, to the same readers."""

from typing import Any

import pytest

from analytics.selectors.reports import REPORTS
from crm_site.staff.models import Role
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

SPRING = {"from": "2026-02-01", "to": "2026-04-01"}


def test_the_list_names_every_report(cast: Cast, signed_in: Any) -> None:
    found = signed_in(cast.owner).get("/api/v1/reports/").json()
    assert [one["code"] for one in found] == list(REPORTS)


@pytest.mark.parametrize("code", list(REPORTS))
def test_a_report_is_the_page_in_json(code: str, company: Cast, signed_in: Any) -> None:
    found = signed_in(company.manager).get(f"/api/v1/reports/{code}/", SPRING).json()
    assert found["code"] == code
    assert (found["from"], found["to"]) == (("2026-02-01", "2026-04-01") if REPORTS[code].periodic else (None, None))
    for table in found["tables"]:
        codes = {column["code"] for column in table["columns"]}
        assert table["lines"]
        assert all(set(line["figures"]) <= codes for line in table["lines"])


def test_figures_carry_interval_n_and_rows(company: Cast, signed_in: Any) -> None:
    found = signed_in(company.owner).get("/api/v1/reports/win-loss/", {**SPRING, "by": "source"}).json()
    rate = found["tables"][0]["total"]["figures"]["win_rate"]
    assert (rate["value"], rate["n"]) == (50.0, 4)
    assert rate["low"] < 50 < rate["high"]
    assert rate["rows"].startswith("http://testserver/sales/opportunities/?")


def test_a_report_can_be_narrowed_by_mail_address(company: Cast, signed_in: Any) -> None:
    asked = {**SPRING, "owner": company.outsider.email}
    found = signed_in(company.manager).get("/api/v1/reports/lead-response/", asked).json()
    assert found["tables"][0]["total"]["figures"]["received"]["value"] == 4


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "soon"}, "from"),
        ({"from": "2026-03-01", "to": "2026-03-01"}, "to"),
        ({"from": "1990-01-01", "to": "2026-03-01"}, "to"),
        ({"from": "2199-01-01"}, "to"),
        ({"by": "moon"}, "by"),
        ({"pipeline": "x"}, "pipeline"),
    ],
)
def test_nonsense_is_named_by_field(params: dict[str, str], field: str, cast: Cast, signed_in: Any) -> None:
    response = signed_in(cast.manager).get("/api/v1/reports/funnel/", params)
    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_without_sales_there_are_no_reports(cast: Cast, signed_in: Any) -> None:
    Role.objects.get(code="rep").grants.filter(module="sales").update(view="none", edit="none")
    client = signed_in(cast.owner)
    assert client.get("/api/v1/reports/").json() == []
    for address in ("/api/v1/reports/funnel/", "/analytics/sales/", "/analytics/sales/funnel/"):
        assert client.get(address).status_code == 404
    assert signed_in(cast.manager).get("/analytics/sales/nothing/").status_code == 404


def test_without_leave_to_export_there_is_no_file(company: Cast, signed_in: Any) -> None:
    Role.objects.get(code="manager").grants.filter(module="analytics").update(can_export=False)
    client = signed_in(company.manager)
    assert client.get("/analytics/sales/funnel/?file=csv").status_code == 403
    assert "file=csv" not in client.get("/analytics/sales/funnel/").content.decode()
