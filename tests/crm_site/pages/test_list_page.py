"""The page of a list: page and fragment, access, files, and what it costs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from openpyxl import load_workbook

from crm_site.pages.lists import list_view
from crm_site.staff.models import User
from customers.models import Customer

HTMX = {"HX-Request": "true", "HX-Target": "list-region"}


def get(page: Any, user: User, query: str = "", **headers: str) -> Any:
    """Ask the list's view as a person."""
    request: HttpRequest = RequestFactory().get(f"/customers/?{query}", headers=headers)
    request.user = user
    return list_view(page)(request)


def body(response: Any) -> str:
    """Return what came back."""
    content: bytes = b"".join(response) if response.streaming else response.content
    return content.decode("utf-8-sig")


def test_page_and_fragment_come_from_one_template(
    directory: Any, manager: User, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The address of the next page is signed with the second it was made in.
    moment = TimestampSigner().timestamp()
    monkeypatch.setattr(TimestampSigner, "timestamp", lambda _signer: moment)
    whole, part = body(get(directory, manager)), body(get(directory, manager, **HTMX))
    assert "<!DOCTYPE html>" in whole
    assert "<!DOCTYPE html>" not in part
    whole, part = (re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", text) for text in (whole, part))
    start = whole.index('<div id="list-region"')
    assert part.strip() == whole[start : start + len(part.strip())]


def test_a_fragment_says_its_address_without_the_blanks_of_the_form(directory: Any, manager: User) -> None:
    response = get(directory, manager, "stage=&owner=me&country=&created_from=&other=1", **HTMX)
    assert response["HX-Push-Url"] == "/customers/?owner=me&stage="
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("header", ["HX-History-Restore-Request", "HX-Boosted"])
def test_going_back_brings_the_whole_page(directory: Any, manager: User, header: str) -> None:
    assert "<!DOCTYPE html>" in body(get(directory, manager, **HTMX, **{header: "true"}))


def test_the_filter_form_is_asked_for_alone(directory: Any, manager: User) -> None:
    answer = body(get(directory, manager, "stage=loyal&sort=-name", **{**HTMX, "HX-Target": "filter-form"}))
    form = " ".join(answer.split())
    assert form.startswith("<form")
    assert '<input class="form-check-input" type="checkbox" name="stage" value="loyal" checked>' in form
    assert '<input type="hidden" name="stage" value="">' in form
    assert '<input type="hidden" name="sort" value="-name">' in form


def test_values_are_escaped(directory: Any, manager: User, customer: Callable[..., Customer]) -> None:
    customer("<script>alert(1)</script>")
    page = body(get(directory, manager, 'q="><img src=x>&stage='))
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in body(get(directory, manager))


def test_without_the_module_there_is_no_page(directory: Any, person: Callable[..., User]) -> None:
    outsider = person("Otto", "rep")
    outsider.roles.clear()
    with pytest.raises(Http404):
        get(directory, User.objects.get(pk=outsider.pk))


def test_a_file_holds_exactly_what_the_list_shows(directory: Any, rep: User, crowd: list[Customer]) -> None:
    rows = body(get(directory, rep, "stage=&sort=-name&export=csv")).splitlines()
    assert rows[0] == "Name,Stage,Revenue,Created,Owner"
    shown = [row.name for row in directory.rows_in_order(rep, directory.state({"stage": "", "sort": "-name"}))]
    assert [row.split(",")[0] for row in rows[1:]] == shown
    assert len(shown) == 4


def test_a_workbook_holds_figures_as_figures(directory: Any, manager: User, customer: Callable[..., Customer]) -> None:
    customer("=1+1", revenue="12.5")
    response = get(directory, manager, "export=xlsx")
    sheet: Any = load_workbook(io.BytesIO(b"".join(response))).active
    row = [cell.value for cell in sheet[2]]
    assert row[0] == "'=1+1"
    assert row[2] == 12.5
    assert response["Content-Disposition"].startswith('attachment; filename="directory-')


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_without_leave_to_export_there_is_no_file_and_no_button(directory: Any, agent: User, kind: str) -> None:
    with pytest.raises(Http404):
        get(directory, agent, f"export={kind}")
    assert "export=" not in body(get(directory, agent))


def test_an_unknown_kind_of_file_is_not_found(directory: Any, manager: User) -> None:
    with pytest.raises(Http404):
        get(directory, manager, "export=pdf")


@pytest.mark.parametrize("who", ["rep", "manager"])
def test_a_page_costs_the_same_for_any_number_of_rows(
    who: str,
    client: Any,
    request: Any,
    crowd: list[Customer],
    django_assert_max_num_queries: Any,
) -> None:
    client.force_login(request.getfixturevalue(who))
    client.get("/customers/")
    with django_assert_max_num_queries(12) as asked:
        assert client.get("/customers/?q=a&sort=-created").status_code == 200
    before = len(asked.captured_queries)
    Customer.objects.filter(pk__in=[row.pk for row in crowd[1:8]]).delete()
    with django_assert_max_num_queries(12) as asked:
        client.get("/customers/?q=a&sort=-created")
    assert len(asked.captured_queries) == before


def test_visitors_are_sent_to_sign_in(client: Any, db: None) -> None:
    response = client.get("/customers/?q=wang")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/customers/%3Fq%3Dwang"
