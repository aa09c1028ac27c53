"""Query budgets as data: what each page asks of the database, the same for 3 rows as for 30.

After a change that is meant, write the new figures down: run this file with CRM_RECORD_BUDGETS=1.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from analytics.selectors.reports import REPORTS
from crm_site.pages.lists.registry import list_pages
from crm_site.pages.today import cards
from crm_site.staff.models import User
from customers.models import Customer
from tests.architecture.conftest import Crowd
from tests.conftest import Cast

SignIn = Callable[[User], Client]
BUDGETS = Path(__file__).with_name("query_budgets.json")
MOST = 12
# The palette asks every kind of records once.
MOST_OF = {"pages:palette": 14, "pages:palette, for a slip": 14}
# A page may grow cheaper by this much before its budget must be tightened.
SLACK = 1
RECORDING = os.environ.get("CRM_RECORD_BUDGETS") == "1"

CUSTOMER = "customers.customer"
WEEK = f"{timezone.localdate():%G-W%V}"
Address = Callable[[Crowd], str]
assert get_resolver().url_patterns  # lists become known with their addresses


def firm() -> Customer:
    """Return the organisation that came first, which has people."""
    return Customer.objects.filter(kind="organisation", members__isnull=False).order_by("pk")[0]


PAGES: dict[str, Address] = {
    "pages:today": lambda crowd: reverse("pages:today"),
    "pages:preferences": lambda crowd: reverse("pages:preferences"),
    "files:subject-panel": lambda crowd: reverse("files:subject-panel", args=["customer", crowd.customer.pk]),
    "files:subject-entry": lambda crowd: reverse("files:subject-entry", args=["customer", crowd.customer.pk, 1]),
    "notifications:notification-list": lambda crowd: reverse("notifications:notification-list"),
    "notifications:preferences": lambda crowd: reverse("notifications:preferences"),
    "calendars:calendar-list": lambda crowd: reverse("calendars:calendar-list"),
    "assignment:rule-list": lambda crowd: reverse("assignment:rule-list"),
    "assignment:person-list": lambda crowd: reverse("assignment:person-list"),
    "assignment:absence-list": lambda crowd: reverse("assignment:absence-list"),
    "notifications:waiting": lambda crowd: reverse("notifications:waiting"),
    "notifications:follow": lambda crowd: reverse("notifications:follow", args=["customer", crowd.customer.pk]),
    "notifications:people": lambda crowd: reverse("notifications:people", args=["customer", crowd.customer.pk]),
    "pages:palette": lambda crowd: reverse("pages:palette") + "?q=cust",
    "pages:palette, for a slip": lambda crowd: reverse("pages:palette") + "?q=cusotmer",
    "pages:palette, without words": lambda crowd: reverse("pages:palette"),
    "pages:pick": lambda crowd: reverse("pages:pick", args=["customers"]) + "?q=cust",
    "pages:job-detail": lambda crowd: reverse("pages:job-detail", args=[crowd.run.pk]),
    "pages:job-progress": lambda crowd: reverse("pages:job-progress", args=[crowd.run.pk]),
    "imports:import-create": lambda crowd: reverse("imports:import-create"),
    "imports:import-detail, mapped": lambda crowd: reverse("imports:import-detail", args=[crowd.job.pk]),
    "imports:import-columns": lambda crowd: reverse("imports:import-columns", args=[crowd.unmapped.pk]),
    "imports:import-file": lambda crowd: reverse("imports:import-file", args=[crowd.unmapped.pk]),
    "imports:move-in-create": lambda crowd: reverse("imports:move-in-create"),
    "imports:import-detail, to map": lambda crowd: reverse("imports:import-detail", args=[crowd.unmapped.pk]),
    "customers:customer-detail": lambda crowd: reverse("customers:customer-detail", args=[crowd.customer.pk]),
    "customers:customer-edit": lambda crowd: reverse("customers:customer-edit", args=[crowd.customer.pk]),
    "customers:customer-create": lambda crowd: reverse("customers:customer-create"),
    "customers:customer-timeline": lambda crowd: reverse("customers:customer-timeline", args=[crowd.customer.pk]),
    "customers:customer-picture-panel": lambda crowd: reverse("customers:customer-picture-panel", args=[firm().pk]),
    "customers:customer-timeline, of an organisation": lambda crowd: reverse(
        "customers:customer-timeline", args=[firm().pk]
    ),
    "customers:customer-field": lambda crowd: reverse("customers:customer-field", args=[crowd.customer.pk, "name"]),
    "customers:customer-reach": lambda crowd: reverse("customers:customer-reach", args=[crowd.customer.pk]),
    "customers:customer-reach-add": lambda crowd: reverse(
        "customers:customer-reach-add", args=[crowd.customer.pk, "contact"]
    ),
    "customers:customer-consents": lambda crowd: reverse("customers:customer-consents", args=[crowd.customer.pk]),
    "customers:customer-consent-panel": lambda crowd: reverse(
        "customers:customer-consent-panel", args=[crowd.customer.pk]
    ),
    "customers:customer-consent-record": lambda crowd: reverse(
        "customers:customer-consent-record", args=[crowd.customer.pk]
    ),
    "customers:customer-standing": lambda crowd: reverse("customers:customer-standing", args=[crowd.customer.pk]),
    "customers:customer-tree-panel": lambda crowd: reverse(
        "customers:customer-tree-panel", args=[crowd.customer.organisation_id]
    ),
    "customers:segment-detail": lambda crowd: reverse("customers:segment-detail", args=[crowd.segment.pk]),
    "customers:classification-list": lambda crowd: reverse("customers:classification-list"),
    "customers:lifecycle": lambda crowd: reverse("customers:lifecycle"),
    "customers:task-detail": lambda crowd: reverse("customers:task-detail", args=[crowd.task.pk]),
    "customers:task-edit": lambda crowd: reverse("customers:task-edit", args=[crowd.task.pk]),
    "customers:task-create": lambda crowd: reverse("customers:task-create"),
    "customers:task-calendar": lambda crowd: reverse("customers:task-calendar"),
    "customers:task-list, by the hour": lambda crowd: reverse("customers:task-list") + f"?as=calendar&on={WEEK}",
    "customers:task-invitations-panel": lambda crowd: reverse("customers:task-invitations-panel", args=[crowd.task.pk]),
    "customers:customer-tasks-panel": lambda crowd: reverse("customers:customer-tasks-panel", args=[crowd.customer.pk]),
    "forms:form-detail": lambda crowd: reverse("forms:form-detail", args=[crowd.form.pk]),
    "forms:submission-detail": lambda crowd: reverse("forms:submission-detail", args=[crowd.submission.pk]),
    "history:record-panel": lambda crowd: reverse("history:record-panel", args=[CUSTOMER, crowd.customer.pk]),
    "history:record": lambda crowd: reverse("history:record", args=[CUSTOMER, crowd.customer.pk]),
    "sales:order-detail": lambda crowd: reverse("sales:order-detail", args=[crowd.order.pk]),
    "sales:order-create": lambda crowd: reverse("sales:order-create"),
    "sales:product-detail": lambda crowd: reverse("sales:product-detail", args=[crowd.product.pk]),
    "sales:customer-orders-panel": lambda crowd: reverse("sales:customer-orders-panel", args=[crowd.customer.pk]),
    "sales:lead-detail": lambda crowd: reverse("sales:lead-detail", args=[crowd.lead.pk]),
    "sales:lead-create": lambda crowd: reverse("sales:lead-create"),
    "sales:lead-convert": lambda crowd: reverse("sales:lead-convert", args=[crowd.lead.pk]),
    "sales:lead-tasks-panel": lambda crowd: reverse("sales:lead-tasks-panel", args=[crowd.lead.pk]),
    "sales:lead-timeline-panel": lambda crowd: reverse("sales:lead-timeline-panel", args=[crowd.lead.pk]),
    "sales:customer-leads-panel": lambda crowd: reverse("sales:customer-leads-panel", args=[crowd.customer.pk]),
    "sales:need-detail": lambda crowd: reverse("sales:need-detail", args=[crowd.need.pk]),
    "sales:need-create": lambda crowd: reverse("sales:need-create"),
    "sales:need-address": lambda crowd: reverse("sales:need-address", args=[crowd.need.pk]),
    "sales:need-tasks-panel": lambda crowd: reverse("sales:need-tasks-panel", args=[crowd.need.pk]),
    "sales:need-timeline-panel": lambda crowd: reverse("sales:need-timeline-panel", args=[crowd.need.pk]),
    "sales:customer-needs-panel": lambda crowd: reverse("sales:customer-needs-panel", args=[crowd.customer.pk]),
    "sales:opportunity-needs-panel": lambda crowd: reverse("sales:opportunity-needs-panel", args=[crowd.deal.pk]),
    "sales:needcategory-list": lambda crowd: reverse("sales:needcategory-list"),
    "sales:voice": lambda crowd: reverse("sales:voice") + "?by=topic&across=segment&stated_from=2026-01-01",
    "sales:voice, by product": lambda crowd: reverse("sales:voice") + "?by=product&across=topic",
    "sales:voice, exported": lambda crowd: reverse("sales:voice") + "?by=segment&across=category&export=csv",
    "sales:scoring": lambda crowd: reverse("sales:scoring"),
    "sales:opportunity-detail": lambda crowd: reverse("sales:opportunity-detail", args=[crowd.deal.pk]),
    "sales:opportunity-head": lambda crowd: reverse("sales:opportunity-head", args=[crowd.deal.pk]),
    "sales:opportunity-create": lambda crowd: reverse("sales:opportunity-create"),
    "sales:opportunity-lines": lambda crowd: reverse("sales:opportunity-lines", args=[crowd.deal.pk]),
    "sales:opportunity-win": lambda crowd: reverse("sales:opportunity-win", args=[crowd.deal.pk]),
    "sales:opportunity-tasks-panel": lambda crowd: reverse("sales:opportunity-tasks-panel", args=[crowd.deal.pk]),
    "sales:opportunity-contacts-panel": lambda crowd: reverse("sales:opportunity-contacts-panel", args=[crowd.deal.pk]),
    "sales:opportunity-changes-panel": lambda crowd: reverse("sales:opportunity-changes-panel", args=[crowd.deal.pk]),
    "sales:opportunity-timeline-panel": lambda crowd: reverse("sales:opportunity-timeline-panel", args=[crowd.deal.pk]),
    "sales:forecast": lambda crowd: reverse("sales:forecast"),
    "sales:forecast-adjust": lambda crowd: reverse("sales:forecast-adjust") + f"?owner={crowd.deal.owner_id}",
    "sales:forecast-course": lambda crowd: reverse("sales:forecast-course"),
    "sales:target-grid": lambda crowd: reverse("sales:target-grid"),
    "sales:monday": lambda crowd: reverse("sales:monday"),
    "sales:pipeline-list": lambda crowd: reverse("sales:pipeline-list"),
    "sales:reason-list": lambda crowd: reverse("sales:reason-list"),
    "sales:rate-list": lambda crowd: reverse("sales:rate-list"),
    "sales:customer-opportunities-panel": lambda crowd: reverse(
        "sales:customer-opportunities-panel", args=[crowd.customer.pk]
    ),
    "service:survey-detail": lambda crowd: reverse("service:survey-detail", args=[crowd.survey.pk]),
    "service:answer-detail": lambda crowd: reverse("service:answer-detail", args=[crowd.answer.pk]),
    "service:customer-answers-panel": lambda crowd: reverse("service:customer-answers-panel", args=[crowd.customer.pk]),
    "analytics:overview": lambda crowd: reverse("analytics:overview"),
    "analytics:customer-value": lambda crowd: reverse("analytics:customer-value"),
    "analytics:sales": lambda crowd: reverse("analytics:sales"),
    **{
        f"analytics:sales-report {code}": lambda crowd, code=code: reverse("analytics:sales-report", args=[code])  # type: ignore[misc]
        for code in REPORTS
    },
    "analytics:customer-health-panel": lambda crowd: reverse(
        "analytics:customer-health-panel", args=[crowd.customer.pk]
    ),
    "analytics:customer-value-panel": lambda crowd: reverse("analytics:customer-value-panel", args=[crowd.customer.pk]),
}
# A word that finds the rows of a list, since a search without hits asks less.
FOUND = {"orders": "T-0", "payments": "T-0", "products": "product", "tasks": "task"}
LISTS: dict[str, Address] = {
    f"{page.url_name}{view}": lambda crowd, page=page, query=query: f"{page.path}{query}"  # type: ignore[misc]
    for page in list_pages()
    for view, query in (
        ("", ""),
        (", searched", f"?q={FOUND.get(page.code, 'customer')}"),
        (", exported", "?export=csv"),
        *((f", as a {shape}", f"?as={shape}") for shape in page.shapes),
    )
}
CARDS: dict[str, Address] = {
    f"pages:today-card {card.code}": lambda crowd, card=card: reverse("pages:today-card", args=[card.code])  # type: ignore[misc]
    for card in cards
}
API: dict[str, Address] = {
    f"/api/v1/{name}/": lambda crowd, name=name: f"/api/v1/{name}/"  # type: ignore[misc]
    for name in (
        "customers",
        "consents",
        "segments",
        "tasks",
        "products",
        "orders",
        "payments",
        "needs",
        "opportunities",
        "pipelines",
        "stages",
        "reasons",
        "competitors",
        "exchange-rates",
        "surveys",
        "survey-answers",
        "kpis",
        "reports",
    )
}
ALL = {**PAGES, **LISTS, **CARDS, **API}


def queries(client: Client, address: str) -> int:
    """Return how many queries a warm request takes, or its status below 0 when it is refused."""
    client.get(address)  # what is read once a process is read now
    with CaptureQueriesContext(connection) as asked:
        answer: Any = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(asked) if answer.status_code == 200 else -answer.status_code


@pytest.fixture
def measured(
    cast: Cast, crowd: Callable[[int], Crowd], signed_in: SignIn, settings: Settings, tmp_path: Path
) -> dict[str, dict[str, list[int]]]:
    """Return the queries of every page for rep and manager, with 3 and with 30 of everything."""
    settings.MEDIA_ROOT = tmp_path
    gathered = crowd(3)
    found: dict[str, dict[str, list[int]]] = {name: {"rep": [], "manager": []} for name in ALL}
    for more in (0, 27):
        gathered.grow(cast, more)
        for role, person in (("rep", cast.owner), ("manager", cast.manager)):
            client = signed_in(person)
            for name, address in ALL.items():
                found[name][role].append(queries(client, address(gathered)))
    return found


def test_every_page_keeps_its_query_budget(measured: dict[str, dict[str, list[int]]]) -> None:
    latest = {name: {role: max(counts) for role, counts in roles.items()} for name, roles in sorted(measured.items())}
    if RECORDING:
        lines = [f"  {json.dumps(name)}: {json.dumps(roles)}" for name, roles in latest.items()]
        BUDGETS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    budgets = json.loads(BUDGETS.read_text())
    assert sorted(budgets) == sorted(latest), "write down what is new, and strike what is gone"
    growing = {name: roles for name, roles in measured.items() for few, many in roles.values() if few < many}
    assert growing == {}, "more rows take more queries"
    over = {name for name, roles in latest.items() if max(roles.values()) > MOST_OF.get(name, MOST)}
    assert {name: latest[name] for name in over} == {}
    wrong = {
        f"{name} as {role}": (count, budgets[name][role])
        for name, roles in latest.items()
        for role, count in roles.items()
        if not budgets[name][role] - SLACK <= count <= budgets[name][role]
    }
    assert wrong == {}, "measured, budget"


def test_the_sweep_measures_every_list_and_every_record_page() -> None:
    from tests.architecture.test_every_page import ADDRESSES

    named = {name.partition(",")[0] for name in ALL}
    details = {name for name, _converters in ADDRESSES if name.endswith(("-detail", "-panel", "-list", ":overview"))}
    assert details - named == set()
