"""Giving records to people: rules in order, who is available, capacity, deadlines, and what the log says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pytest_django.fixtures import Settings

from crm_site.assignment.assigning import Assigned, assign, due_for_reassignment, reassign, sweep_kind
from crm_site.assignment.kinds import AssignmentKind, Handover, UnknownKindError, get_kind, kinds
from crm_site.assignment.models import AssignmentDay, AssignmentLog, AssignmentRule, AssignmentTurn
from crm_site.assignment.pool import may_get
from crm_site.assignment.services import change_rule, create_rule, move_rule, order_rules, put_absence, set_availability
from crm_site.assignment.tasks import sweep
from crm_site.calendars.services import create_calendar
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.crm_site.assignment.conftest import KIND, OVERDUE, PROMISED
from tests.factories.records import CustomerFactory
from tests.factories.staff import UserFactory
from tests.factories.worktime import AssignmentDayFactory

# A Wednesday, 10:00 in Berlin.
NOW = dt.datetime(2026, 6, 10, 8, tzinfo=dt.UTC)
GERMANY = {"version": 1, "root": {"all": [{"field": "country", "op": "is", "value": "Germany"}]}}


def records(count: int, **facts: Any) -> list[int]:
    """Return customers that nobody has."""
    return [CustomerFactory(owner=None, team=None, **facts).pk for _each in range(count)]


def rule(*people: User, **facts: Any) -> AssignmentRule:
    """Return a rule for these people."""
    weights = facts.pop("weights", {})
    return create_rule(KIND, {"name": "All", **facts}, {one.pk: weights.get(one.pk, 1) for one in people})


def owners(keys: list[int]) -> list[int | None]:
    """Return whose the records are."""
    found = dict(Customer.objects.filter(pk__in=keys).values_list("pk", "owner"))
    return [found[key] for key in keys]


@pytest.fixture
def two(cast: Cast) -> tuple[User, User]:
    """Two reps."""
    return cast.owner, cast.teammate


def test_records_go_in_turn_and_the_log_says_why(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    made, keys = rule(*two), records(3)
    first, second = sorted(one.pk for one in two)
    assert assign(KIND, keys, now=NOW) == [
        Assigned(key, person, made.pk, "chosen") for key, person in zip(keys, (first, second, first), strict=True)
    ]
    assert owners(keys) == [first, second, first]
    # The next run goes on where this one stopped.
    more = records(1)
    assign(KIND, more, now=NOW)
    assert owners(more) == [second]
    log = AssignmentLog.objects.of(KIND, keys[0]).get()
    assert (log.user_id, log.former_id, log.at) == (first, None, NOW)
    assert log.sentence == "Rule “All”: in turn among 2 people available."
    assert log.record_url == f"/customers/{keys[0]}/"


def test_the_first_rule_that_fits_decides_and_the_last_takes_the_rest(
    ticklets: AssignmentKind, two: tuple[User, User]
) -> None:
    german, rest = rule(two[0], name="Germany", condition=GERMANY), rule(two[1], name="Rest")
    here, there = records(2, country="Germany"), records(2, country="France")
    found = {one.record_id: one.rule_id for one in assign(KIND, [*here, *there], now=NOW)}
    assert found == {**dict.fromkeys(here, german.pk), **dict.fromkeys(there, rest.pk)}
    order_rules(KIND, [rest.pk, german.pk])
    more = records(1, country="Germany")
    assert assign(KIND, more, now=NOW)[0].rule_id == rest.pk
    move_rule(AssignmentRule.objects.get(pk=german.pk), -1)
    more = records(1, country="Germany")
    assert assign(KIND, more, now=NOW)[0].rule_id == german.pk


def test_where_no_rule_fits_nobody_gets_it_and_that_is_told_once(
    ticklets: AssignmentKind, two: tuple[User, User]
) -> None:
    rule(two[0], condition=GERMANY)
    keys = records(1, country="France")
    for _round in range(3):
        assert assign(KIND, keys, now=NOW) == [Assigned(keys[0], None, None, "no_rule")]
    assert [one.sentence for one in AssignmentLog.objects.all()] == ["No rule fits."]
    assert owners(keys) == [None]


def test_a_condition_that_means_nothing_any_more_takes_nothing(
    ticklets: AssignmentKind, two: tuple[User, User]
) -> None:
    broken, rest = rule(two[0], name="Broken", condition=GERMANY), rule(two[1])
    for condition in ({"version": 1, "root": {"all": [{"field": "gone", "op": "is", "value": "x"}]}}, {"x": 1}):
        AssignmentRule.objects.filter(pk=broken.pk).update(condition=condition)
        assert assign(KIND, records(1), now=NOW)[0].rule_id == rest.pk


def test_who_is_away_off_or_closed_gets_nothing(ticklets: AssignmentKind, cast: Cast) -> None:
    away, off, closed, ready = (UserFactory(role="rep", time_zone="Europe/Berlin") for _each in range(4))
    put_absence(away, {"first_day": dt.date(2026, 6, 1), "last_day": dt.date(2026, 6, 10)})
    set_availability(off, {"takes_work": False})
    afternoon = create_calendar({"name": "Afternoon", "time_zone": "Europe/Berlin"}, [(2, dt.time(14), dt.time(18))])
    morning = create_calendar({"name": "Morning", "time_zone": "Europe/Berlin"}, [(2, dt.time(8), dt.time(12))])
    set_availability(closed, {"calendar": afternoon})
    set_availability(ready, {"calendar": morning})
    rule(away, off, closed, ready, only_in_hours=True)
    keys = records(3)
    assign(KIND, keys, now=NOW)
    assert owners(keys) == [ready.pk] * 3
    # In the afternoon it is the other one's turn; at night nobody's.
    later = records(1)
    assign(KIND, later, now=NOW + dt.timedelta(hours=6))
    assert owners(later) == [closed.pk]
    night = records(1)
    assert assign(KIND, night, now=NOW + dt.timedelta(hours=10))[0].reason == "nobody"
    assert AssignmentLog.objects.of(KIND, night[0]).get().sentence == (
        "Rule “All”: nobody available (1 takes no work, 1 absent, 2 outside working hours)."
    )


def test_an_absence_ends_with_the_persons_own_day(ticklets: AssignmentKind, cast: Cast) -> None:
    # At 20:00 UTC it is 4 in the morning of the 11th in Shanghai and still the 10th in New York.
    evening = dt.datetime(2026, 6, 10, 20, tzinfo=dt.UTC)
    east = UserFactory(role="rep", time_zone="Asia/Shanghai")
    west = UserFactory(role="rep", time_zone="America/New_York")
    for person in (east, west):
        put_absence(person, {"first_day": dt.date(2026, 6, 10), "last_day": dt.date(2026, 6, 10)})
    rule(east, west)
    keys = records(2)
    assign(KIND, keys, now=evening)
    assert owners(keys) == [east.pk, east.pk]
    assert AssignmentDay.objects.get(taken__gt=0).day == dt.date(2026, 6, 11)


def test_capacity_is_kept_for_the_day_over_all_rules(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    for person in two:
        set_availability(person, {"daily_capacity": 2})
    rule(*two, condition=GERMANY, name="Germany")
    rule(*two, name="Rest")
    keys = [*records(3, country="Germany"), *records(3)]
    assign(KIND, keys, now=NOW)
    assert sorted(AssignmentDay.objects.values_list("user", "taken")) == sorted((one.pk, 2) for one in two)
    assert owners(keys)[-2:] == [None, None]
    assert AssignmentLog.objects.of(KIND, keys[-1]).get().sentence == "Rule “Rest”: nobody available (2 at capacity)."
    # Tomorrow there is room again, and the sweep finds what waits.
    sweep_kind(KIND, NOW + dt.timedelta(days=1))
    assert None not in owners(keys)


def test_the_fewest_open_counts_what_people_have(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    for _each in range(3):
        CustomerFactory(owner=two[0])
    rule(*two, method="least_open")
    keys = records(5)
    assign(KIND, keys, now=NOW)
    assert owners(keys).count(two[1].pk) == 4
    log = AssignmentLog.objects.of(KIND, keys[0]).get()
    assert log.sentence == "Rule “All”: fewest open (0) of 2 people available."


def test_weights_are_kept_over_several_runs(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    rule(*two, method="weighted", weights={two[0].pk: 3})
    keys = records(8)
    for key in keys:
        assign(KIND, [key], now=NOW)
    assert (owners(keys).count(two[0].pk), owners(keys).count(two[1].pk)) == (6, 2)


def test_other_weights_begin_anew(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    made = rule(*two, method="weighted", weights={two[0].pk: 9})
    assign(KIND, records(4), now=NOW)
    assert AssignmentTurn.objects.filter(credit__lt=0).exists()
    change_rule(made, 1, {"name": "Renamed"}, {two[0].pk: 9, two[1].pk: 1})
    assert AssignmentTurn.objects.filter(credit__lt=0).exists()
    change_rule(made, 2, {}, {two[0].pk: 1, two[1].pk: 1})
    keys = records(4)
    assign(KIND, keys, now=NOW)
    assert owners(keys).count(two[0].pk) == 2


def test_counters_of_former_days_are_forgotten(two: tuple[User, User], settings: Settings) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0
    today = timezone.now().date()
    for age in (0, 31, 32, 400):
        AssignmentDayFactory(user=two[0], day=today - dt.timedelta(days=age))
    run = run_job(start_job("forget_assignment_days", wake=False).pk)
    assert run is not None
    assert run.state == "succeeded"
    assert sorted((today - day).days for day in AssignmentDay.objects.values_list("day", flat=True)) == [0, 31]


def test_a_team_brings_its_people_and_those_below_who_may_have_such_records(
    ticklets: AssignmentKind, cast: Cast
) -> None:
    assert cast.lead.team is not None
    create_rule(KIND, {"name": "Team", "team": cast.lead.team}, {})
    User.objects.filter(pk=cast.teammate.pk).update(is_active=False)
    UserFactory(team=cast.owner.team)  # without a role
    keys = records(4)
    assign(KIND, keys, now=NOW)
    assert set(owners(keys)) == {cast.owner.pk, cast.lead.pk}
    assert cast.teammate not in may_get("customers")
    assert cast.admin in may_get("setup")
    assert cast.manager not in may_get("setup")


def test_who_has_it_already_keeps_it_and_the_place_stays_free(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    set_availability(two[0], {"daily_capacity": 1})
    rule(two[0])
    taken = CustomerFactory(owner=two[1]).pk
    keys = records(1)
    assert [one.record_id for one in assign(KIND, [taken, 987_654_321, *keys], now=NOW)] == keys
    assert owners([taken, *keys]) == [two[1].pk, two[0].pk]
    assert AssignmentDay.objects.get(user=two[0]).taken == 1
    assert AssignmentTurn.objects.get().turn == 1
    assert AssignmentLog.objects.count() == 1


def test_the_hand_over_decides_even_where_nobody_says_whose_a_record_is(
    ticklets: AssignmentKind, two: tuple[User, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(two[0])
    taken = CustomerFactory(owner=two[1]).pk
    monkeypatch.setattr("crm_site.assignment.kinds._kinds", {KIND: _replaced(ticklets, owners=None)})
    assert assign(KIND, [taken], now=NOW) == []
    assert owners([taken]) == [two[1].pk]
    assert not AssignmentDay.objects.filter(taken__gt=0).exists()


def test_the_deadline_is_business_time_of_who_got_it(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    calendar = create_calendar(
        {"name": "Berlin", "time_zone": "Europe/Berlin"}, [(day, dt.time(9), dt.time(17)) for day in range(5)]
    )
    never = create_calendar({"name": "Never", "time_zone": "UTC"})
    set_availability(two[0], {"calendar": calendar})
    rule(two[0], response_minutes=120)
    keys = records(1)
    # Friday 16:00 in Berlin: an hour is left of the week.
    assign(KIND, keys, now=dt.datetime(2026, 6, 12, 14, tzinfo=dt.UTC))
    assert PROMISED[keys[0]] == dt.datetime(2026, 6, 15, 8, tzinfo=dt.UTC)
    set_availability(two[0], {"calendar": never})
    more = records(1)
    assign(KIND, more, now=NOW)
    assert PROMISED[more[0]] is None


def test_what_nobody_answers_in_time_goes_to_somebody_else(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    rule(*two, response_minutes=30)
    keys = records(1)
    (first,) = assign(KIND, keys, now=NOW)
    assert first.user_id is not None
    OVERDUE[keys[0]] = first.user_id
    assert due_for_reassignment(KIND, NOW) == {keys[0]: first.user_id}
    (second,) = sweep_kind(KIND, NOW)
    assert {first.user_id, second.user_id} == {one.pk for one in two}
    log = AssignmentLog.objects.of(KIND, keys[0]).first()
    assert log is not None
    assert (log.former_id, log.reason) == (first.user_id, "no_response")
    assert log.sentence == "No response in time. Rule “All”: in turn among 1 person available."
    # Somebody took it in the meantime: nothing happens.
    assert reassign(KIND, {keys[0]: first.user_id}, now=NOW) == []


def test_with_nobody_else_it_stays_where_it_is(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    rule(two[0])
    mine = CustomerFactory(owner=two[0]).pk
    assert reassign(KIND, {mine: two[0].pk}, now=NOW)[0].user_id is None
    assert owners([mine]) == [two[0].pk]
    assert AssignmentLog.objects.get().sentence == "Rule “All”: nobody available (1 had it before)."


def test_the_sweep_tries_every_kind_and_costs_one_query_without_rules(
    ticklets: AssignmentKind, two: tuple[User, User]
) -> None:
    keys = records(2)
    with CaptureQueriesContext(connection) as asked:
        sweep()
    assert len(asked) == len(kinds())
    rule(*two)
    sweep()
    assert None not in owners(keys)


def test_many_records_cost_few_queries_each(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    rule(*two, condition=GERMANY)
    rule(*two, method="least_open")
    counts = []
    for size in (2, 40):
        keys = records(size, country="France")
        with CaptureQueriesContext(connection) as asked:
            assign(KIND, keys, now=NOW)
        counts.append(len(asked) - size)  # one hand-over each
    assert counts[1] <= counts[0]
    assert counts[0] <= 25


def test_a_run_that_fails_leaves_nothing_behind(
    ticklets: AssignmentKind, two: tuple[User, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(*two)
    keys = records(3)

    def broken(handover: Handover) -> bool:
        Customer.objects.filter(pk=handover.record_id).update(owner=handover.user)
        if handover.record_id == keys[-1]:
            raise RuntimeError
        return True

    monkeypatch.setattr("crm_site.assignment.kinds._kinds", {KIND: _replaced(ticklets, give=broken)})
    with pytest.raises(RuntimeError):
        assign(KIND, keys, now=NOW)
    assert owners(keys) == [None] * 3
    assert not AssignmentLog.objects.exists()
    assert not AssignmentDay.objects.filter(taken__gt=0).exists()


def _replaced(kind: AssignmentKind, **parts: Any) -> AssignmentKind:
    return AssignmentKind(**{**vars(kind), **parts})


def test_an_unknown_kind_is_an_error(db: None) -> None:
    with pytest.raises(UnknownKindError):
        assign("nothing", [1])
    with pytest.raises(LookupError):
        get_kind("nothing")


def test_a_rule_needs_people_and_a_condition_that_can_be_read(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    with pytest.raises(ValidationError):
        create_rule(KIND, {"name": "Nobody"}, {})
    made = rule(*two)
    with pytest.raises(ValidationError):
        change_rule(made, 1, {"name": "Nobody"}, {})
    with pytest.raises(ValueError, match="rule"):
        rule(*two, condition={"nonsense": 1})
    change_rule(made, 1, {"name": "One"}, {two[0].pk: 7})
    made.refresh_from_db()
    assert (made.name, made.version) == ("One", 2)
    assert list(made.memberships.values_list("user", "weight")) == [(two[0].pk, 7)]


def test_an_absence_runs_forwards_and_ends(two: tuple[User, User]) -> None:
    for last in (dt.date(2026, 5, 31), dt.date(2036, 5, 31)):
        with pytest.raises(ValidationError):
            put_absence(two[0], {"first_day": dt.date(2026, 6, 1), "last_day": last})


def test_the_reason_is_said_in_the_readers_language(ticklets: AssignmentKind, two: tuple[User, User]) -> None:
    log = AssignmentLog(kind="gone", record_id=1, reason="nobody", rule_name="A")
    assert log.sentence == "Rule “A”: nobody available (the rule names nobody)."
    assert (log.kind_label, log.record_url) == ("gone", "")
    with translation.override("zh-hans"):
        assert log.sentence
