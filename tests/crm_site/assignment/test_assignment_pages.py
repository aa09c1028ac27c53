"""The pages and the API of assignment: rules, people, absences and the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm_site.api.models import ApiToken
from crm_site.assignment.assigning import assign
from crm_site.assignment.kinds import AssignmentKind
from crm_site.assignment.models import Absence, AssignmentRule, Availability
from crm_site.rules import encode_rule, parse_rule
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.crm_site.assignment.conftest import KIND
from tests.database_digest import database_digest
from tests.factories.records import CustomerFactory
from tests.factories.worktime import (
    AbsenceFactory,
    AssignmentLogFactory,
    AssignmentMemberFactory,
    AssignmentRuleFactory,
    AvailabilityFactory,
    BusinessCalendarFactory,
)

SignIn = Callable[[User], Client]
PAGE = "/assignment/"
GERMANY = {"version": 1, "root": {"all": [{"field": "country", "op": "is", "value": "Germany"}]}}


def typed(*people: User, **facts: Any) -> dict[str, Any]:
    """Return a rule as the form posts it."""
    weights = {f"weight_{one.pk}": str(at + 1) for at, one in enumerate(people)}
    return {
        "name": "Germany", "method": "weighted", "fits": "condition", "is_active": "on",
        "rule_code": encode_rule(parse_rule("customer", GERMANY)), "member": [one.pk for one in people], **weights,
        **facts,
    }  # fmt: skip


def test_only_who_sets_up_finds_the_pages_and_nothing_changes(
    ticklets: AssignmentKind, cast: Cast, signed_in: SignIn
) -> None:
    rule, log = AssignmentRuleFactory(), AssignmentLogFactory()
    client, before = signed_in(cast.manager), database_digest()
    for path in (
        "", f"{KIND}/rules/new/", f"{KIND}/rules/order/", f"rules/{rule.pk}/", f"rules/{rule.pk}/move/up/",
        f"rules/{rule.pk}/delete/", "people/", f"people/{cast.owner.pk}/", f"people/{cast.owner.pk}/absences/new/",
        "log/",
    ):  # fmt: skip
        assert client.get(PAGE + path).status_code in (404, 405), path
        assert client.post(PAGE + path, typed(cast.owner)).status_code in (404, 405), path
    assert database_digest() == before
    assert log.pk


def test_an_administrator_sets_up_a_rule(ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    form = client.get(f"{PAGE}{KIND}/rules/new/").content.decode()
    assert "Olga Owner" in form
    assert (
        client.post(f"{PAGE}{KIND}/rules/new/", typed(cast.owner, cast.teammate, response_minutes="90")).status_code
        == 302
    )
    rule = AssignmentRule.objects.get()
    assert (rule.kind, rule.name, rule.condition, rule.response_minutes) == (KIND, "Germany", GERMANY, 90)
    assert list(rule.memberships.order_by("weight").values_list("user", "weight")) == [
        (cast.owner.pk, 1), (cast.teammate.pk, 2),
    ]  # fmt: skip
    page = client.get(PAGE).content.decode()
    assert "country is Germany" in page.replace("“", "").replace("”", "")
    assert "2 people" in page
    assert "answer within 90 minutes" in page
    shown = client.get(rule.get_absolute_url()).content.decode()
    assert f'value="{cast.teammate.pk}" checked' in shown
    changed = {**typed(cast.owner, name="Rest", fits="everything"), "version": "1"}
    client.post(rule.get_absolute_url(), changed)
    rule.refresh_from_db()
    assert (rule.name, rule.condition, rule.version) == ("Rest", None, 2)
    assert "everything else" in client.get(PAGE).content.decode()
    stale = client.post(rule.get_absolute_url(), changed)
    assert stale.status_code == 422
    assert "Somebody else changed this" in stale.content.decode()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"rule_code": ""}, "Fill in the condition: it says which records the rule takes."),
        ({"rule_code": "nonsense"}, "Fill in the condition: it says which records the rule takes."),
        ({"member": []}, "Name a team, or people one by one."),
        ({"member": ["987654321", "x"]}, "Name a team, or people one by one."),
        ({"method": "dice"}, "Select a valid choice."),
        ({"response_minutes": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_said_and_not_saved(
    facts: dict[str, Any], said: str, ticklets: AssignmentKind, cast: Cast, signed_in: SignIn
) -> None:
    answer = signed_in(cast.admin).post(f"{PAGE}{KIND}/rules/new/", typed(cast.owner, **facts))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AssignmentRule.objects.exists()


@pytest.mark.parametrize("weight", ["0", "-1", "1001", "x", "１２x"])
def test_weights_are_whole_numbers(weight: str, ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    data = typed(cast.owner) | {f"weight_{cast.owner.pk}": weight}
    answer = signed_in(cast.admin).post(f"{PAGE}{KIND}/rules/new/", data)
    assert answer.status_code == 422
    assert "A weight is a whole number from 1 to 1000." in answer.content.decode()


def test_rules_change_places_by_button_and_by_dragging(ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    one, two, three = (AssignmentRuleFactory(name=name) for name in ("One", "Two", "Three"))
    other = AssignmentRuleFactory(kind="other", position=1)

    def names() -> list[str]:
        return list(AssignmentRule.objects.filter(kind=KIND).order_by("position").values_list("name", flat=True))

    client.post(f"{PAGE}rules/{three.pk}/move/up/")
    assert names() == ["One", "Three", "Two"]
    client.post(f"{PAGE}rules/{one.pk}/move/up/")
    assert names() == ["One", "Three", "Two"]
    assert client.post(f"{PAGE}rules/{one.pk}/move/sideways/").status_code == 404
    assert client.post(f"{PAGE}{KIND}/rules/order/", {"rule": [two.pk, one.pk, "x", other.pk]}).status_code == 204
    assert names() == ["Two", "One", "Three"]
    other.refresh_from_db()
    assert other.position == 1


def test_a_deleted_rule_comes_back_with_its_people(ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    rule = AssignmentRuleFactory()
    member = AssignmentMemberFactory(rule=rule, user=cast.owner)
    log = AssignmentLogFactory(rule=rule)
    client = signed_in(cast.admin)
    done = client.post(f"{PAGE}rules/{rule.pk}/delete/", follow=True)
    assert not AssignmentRule.objects.exists()
    log.refresh_from_db()
    assert (log.rule, log.rule_name) == (None, rule.name)
    undo = next(str(one.extra_tags) for one in done.context["messages"])
    client.post(undo)
    assert AssignmentRule.objects.get().memberships.get() == member


def test_people_are_told_apart_by_how_they_stand(ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    client, today = signed_in(cast.admin), timezone.localdate()
    client.post(f"{PAGE}people/{cast.owner.pk}/", {"daily_capacity": "5"})
    taking = Availability.objects.get(user=cast.owner)
    assert (taking.takes_work, taking.daily_capacity, taking.calendar) == (False, 5, None)
    add = f"{PAGE}people/{cast.teammate.pk}/absences/new/"
    client.post(add, {"first_day": today, "last_day": today + dt.timedelta(days=3), "note": "Fair"})
    assert Absence.objects.get().user == cast.teammate
    page = client.get(f"{PAGE}people/").content.decode()
    assert "takes no work" in page
    assert "absent" in page
    assert "0 of 5 today" in page
    assert "Fair" in client.get(f"{PAGE}people/{cast.teammate.pk}/").content.decode()


def test_everybody_enters_their_own_absences_and_sees_no_others(cast: Cast, signed_in: SignIn) -> None:
    client, foreign = signed_in(cast.owner), AbsenceFactory(user=cast.teammate)
    assert f'href="{PAGE}absences/"' in client.get("/preferences/").content.decode()
    client.post(f"{PAGE}absences/new/", {"first_day": "2099-07-01", "last_day": "2099-07-14", "note": "Sea"})
    mine = Absence.objects.get(user=cast.owner)
    assert "Sea" in client.get(f"{PAGE}absences/").content.decode()
    refused = client.post(f"{PAGE}absences/{mine.pk}/", {"first_day": "2099-07-01", "last_day": "2099-06-30"})
    assert refused.status_code == 422
    assert "The last day is before the first." in refused.content.decode()
    client.post(f"{PAGE}absences/{mine.pk}/", {"first_day": "2099-07-01", "last_day": "2099-07-02"})
    mine.refresh_from_db()
    assert mine.last_day == dt.date(2099, 7, 2)
    before = database_digest()
    assert client.get(f"{PAGE}absences/{foreign.pk}/").status_code == 404
    assert (
        client.post(f"{PAGE}absences/{foreign.pk}/", {"first_day": "2099-07-01", "last_day": "2099-07-02"}).status_code
        == 404
    )
    assert client.post(f"{PAGE}absences/{foreign.pk}/remove/").status_code == 404
    assert database_digest() == before
    client.post(f"{PAGE}absences/{mine.pk}/remove/")
    assert list(Absence.objects.all()) == [foreign]


def test_a_calendar_that_somebody_works_by_stays(cast: Cast, signed_in: SignIn) -> None:
    taking = AvailabilityFactory(calendar=BusinessCalendarFactory())
    assert taking.calendar is not None
    answer = signed_in(cast.admin).post(f"/calendars/{taking.calendar.pk}/delete/")
    assert answer.status_code == 409
    taking.refresh_from_db()
    assert taking.calendar is not None


def test_changes_of_a_rule_and_its_people_are_told(ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    client, rule = signed_in(cast.admin), AssignmentRuleFactory(name="Before", team=cast.owner.team)
    AssignmentMemberFactory(rule=rule, user=cast.owner)
    assert "history/records/assignment.assignmentrule" in client.get(rule.get_absolute_url()).content.decode()
    client.post(rule.get_absolute_url(), typed(cast.teammate, name="After", version="1"))
    told = client.get(f"/history/records/assignment.assignmentrule/{rule.pk}/panel/").content.decode()
    assert "Before" in told
    assert "After" in told
    assert "Olga Owner" in told
    assert signed_in(cast.manager).get(f"/history/records/assignment.assignmentrule/{rule.pk}/").status_code == 404


def test_the_log_is_a_list_with_filters(ticklets: AssignmentKind, cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    AssignmentRuleFactory(name="Everything", team=cast.owner.team)
    key = CustomerFactory(owner=None, team=None).pk
    assign(KIND, [key])
    AssignmentLogFactory(kind="other", reason="no_rule", user=None, rule=None)
    page = client.get(f"{PAGE}log/").content.decode()
    assert f"/customers/{key}/" in page
    assert "Rule “Everything”: in turn among 2 people available." in page
    assert "No rule fits." in page
    assert "No rule fits." not in client.get(f"{PAGE}log/?reason=chosen").content.decode()


def test_the_pages_keep_their_queries_however_many_rows(
    ticklets: AssignmentKind, cast: Cast, signed_in: SignIn
) -> None:
    client, rule = signed_in(cast.admin), AssignmentRuleFactory(condition=GERMANY)
    counts = []
    for _round in range(2):
        for _each in range(4):
            member = AssignmentMemberFactory(rule=AssignmentRuleFactory(condition=GERMANY))
            AssignmentMemberFactory(rule=rule, user=member.user)
            AbsenceFactory(user=cast.admin, first_day=dt.date(2099, 1, 1), last_day=dt.date(2099, 1, 2))
            AssignmentLogFactory()
        for path in ("", f"rules/{rule.pk}/", "people/", f"people/{cast.admin.pk}/", "absences/", "log/"):
            client.get(PAGE + path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(PAGE + path).status_code == 200, path
            counts.append((path, len(asked)))
    half = len(counts) // 2
    assert counts[:half] == counts[half:]
    # The builder's preview takes half of what the form of a rule takes.
    assert {path: count for path, count in counts if count > (19 if path.startswith("rules/") else 12)} == {}


def test_the_api_reads_rules_and_log(ticklets: AssignmentKind, cast: Cast) -> None:
    rule = AssignmentRuleFactory(condition=GERMANY)
    AssignmentMemberFactory(rule=rule, user=cast.owner, weight=3)
    log = AssignmentLogFactory(rule=rule, record_id=7)
    AssignmentLogFactory(kind="other", record_id=7)
    for person, status in ((cast.admin, 200), (cast.manager, 404)):
        _token, secret = ApiToken.issue(person)
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        rules = client.get(f"/api/v1/assignment/rules/?kind={KIND}")
        lines = client.get(f"/api/v1/assignment/log/?kind={KIND}&record=7")
        assert (rules.status_code, lines.status_code) == (status, status)
        if status == 200:
            found = next(one for one in rules.json()["results"] if one["id"] == rule.pk)
            assert found["people"] == [{"user": cast.owner.pk, "weight": 3}]
            assert found["condition"] == GERMANY
            (line,) = lines.json()["results"]
            assert (line["id"], line["sentence"]) == (log.pk, log.sentence)
            assert client.get("/api/v1/assignment/log/?record=x").json()["results"] == []
