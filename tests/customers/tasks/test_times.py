"""Local planning over every change of the clocks from 2024 to 2030: series and reminders keep their local time."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm_site.events.models import EventRecord
from crm_site.lib.recurrence import Recurrence
from customers.choices import TaskKind
from customers.models import Task
from customers.services.tasking import claim_due_reminders, continue_due_series, continue_series, plan_task
from customers.services.tasking.timing import Planned
from tests.conftest import Cast

ZONES = ("Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Shanghai")
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2030, 12, 31)
HALF_HOURS = [dt.time(hour, minute) for hour in range(24) for minute in (0, 30)]


def clocks(moment: dt.datetime, zone: str) -> str:
    """Return what the clocks of a zone show."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def moments_showing(day: dt.date, clock: dt.time, zone: str) -> list[dt.datetime]:
    """Return the moments, found minute by minute, at which the clocks of a zone show that time: none, one or two."""
    midnight = dt.datetime.combine(day, dt.time.min, dt.UTC)
    wanted = dt.datetime.combine(day, clock).strftime("%Y-%m-%d %H:%M")
    tried = (midnight + dt.timedelta(minutes=30 * at) for at in range(-2 * 16, 2 * 40))
    return [moment for moment in tried if clocks(moment, zone) == wanted]


def changes(zone: str) -> list[dt.date]:
    """Return the days on which the clocks of a zone change."""
    days = [FIRST + dt.timedelta(days=at) for at in range((LAST - FIRST).days + 2)]
    begins = [dt.datetime.combine(day, dt.time.min, ZoneInfo(zone)).astimezone(dt.UTC) for day in days]
    lengths = zip(days, pairwise(begins), strict=False)
    return [day for day, (start, end) in lengths if end - start != dt.timedelta(days=1)]


def test_the_zones_change_as_often_as_they_should() -> None:
    assert {zone: len(changes(zone)) for zone in ZONES} == {
        "Europe/Berlin": 14, "America/New_York": 14, "America/Sao_Paulo": 0, "Australia/Lord_Howe": 14,
        "Asia/Shanghai": 0,
    }  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_around_every_change_is_the_moment_people_mean(zone: str) -> None:
    days = changes(zone) or [dt.date(year, month, 15) for year in range(2024, 2031) for month in (3, 10)]
    gaps = twice = 0
    for day in days:
        for near in (day - dt.timedelta(days=1), day, day + dt.timedelta(days=1)):
            for clock in HALF_HOURS:
                due = Planned(day=near, clock=clock, zone=zone).due_at
                shown = moments_showing(near, clock, zone)
                if shown:
                    assert due == shown[0], (near, clock)
                    twice += len(shown) == 2
                    continue
                # Skipped by the clocks: moved forward by as much as they skip.
                gaps += 1
                before, after = (
                    dt.datetime.combine(near, dt.time(hour), ZoneInfo(zone)).utcoffset() for hour in (0, 12)
                )
                assert before is not None
                assert after is not None
                expected = dt.datetime.combine(near, clock) + (after - before)
                assert clocks(due, zone) == expected.strftime("%Y-%m-%d %H:%M")
    ratio = 1 if zone == "Australia/Lord_Howe" else 2
    changing = len(changes(zone)) // 2
    assert (gaps, twice) == (changing * ratio, changing * ratio)


@pytest.mark.parametrize("minutes", [0, 15, 90, 1440, 2880])
@pytest.mark.parametrize("zone", ZONES)
def test_reminders_come_minutes_before_or_at_the_same_local_time_days_before(zone: str, minutes: int) -> None:
    for day in changes(zone) or [dt.date(2026, 3, 29)]:
        for clock in (dt.time(0, 30), dt.time(2, 30), dt.time(9), dt.time(23, 30)):
            planned = Planned(day=day, clock=clock, zone=zone, remind_minutes=minutes)
            assert planned.remind_at is not None
            if minutes >= 1440:
                earlier = Planned(day=day - dt.timedelta(days=minutes // 1440), clock=clock, zone=zone)
                assert planned.remind_at == earlier.due_at
            else:
                assert planned.due_at - planned.remind_at == dt.timedelta(minutes=minutes)


def test_a_whole_day_is_late_when_its_day_is_over_and_reminded_of_at_nine() -> None:
    planned = Planned(day=dt.date(2026, 3, 29), clock=None, zone="Europe/Berlin", remind_minutes=60)
    assert clocks(planned.due_at, "Europe/Berlin") == "2026-03-29 00:00"
    assert clocks(planned.overdue_at, "Europe/Berlin") == "2026-03-30 00:00"
    assert planned.overdue_at - planned.due_at == dt.timedelta(hours=23)
    assert clocks(planned.remind_at or timezone.now(), "Europe/Berlin") == "2026-03-29 08:00"


def test_a_meeting_is_late_when_it_is_over() -> None:
    planned = Planned(day=dt.date(2026, 3, 2), clock=dt.time(9), zone="UTC", kind=TaskKind.MEETING, duration=45)
    assert planned.overdue_at == dt.datetime(2026, 3, 2, 9, 45, tzinfo=dt.UTC)
    assert Planned(day=dt.date(2026, 3, 2), clock=dt.time(9), zone="UTC").overdue_at.minute == 0


@pytest.mark.parametrize("zone", ZONES)
def test_a_daily_series_over_seven_years_has_every_day_once_at_its_time(zone: str) -> None:
    rule = Recurrence(frequency="DAILY", until=LAST)
    days = list(rule.days(FIRST))
    assert len(days) == len(set(days)) == 2557
    for clock in (dt.time(2, 15), dt.time(9)):
        due = [Planned(day=day, clock=clock, zone=zone).due_at for day in days]
        assert due == sorted(set(due))
        shown = [moment.astimezone(ZoneInfo(zone)) for moment in due]
        assert [one.date() for one in shown] == days
        moved = [one.date() for one in shown if one.time() != clock]
        gaps = [day for day in changes(zone) if not moments_showing(day, clock.replace(minute=0), zone)]
        assert moved == (gaps if clock.hour == 2 else [])


@pytest.mark.parametrize("zone", ZONES)
def test_series_and_reminders_across_every_change_none_twice_none_lost(
    zone: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A series of five days around each change: walked through in time, every reminder comes once and on its minute."""
    days = (changes(zone) or [dt.date(2026, 3, 29), dt.date(2027, 10, 31)])[:14]
    for day in days:
        first = day - dt.timedelta(days=2)
        start = Planned(day=first - dt.timedelta(days=1), clock=dt.time(12), zone=zone).due_at
        monkeypatch.setattr(timezone, "now", lambda start=start: start)
        facts = {"title": "Call", "day": first, "clock": dt.time(2, 30), "zone": zone, "remind_minutes": 45}
        task = plan_task(facts, cast.owner, Recurrence(frequency="DAILY", count=5))
        now, told = start, []
        while now < start + dt.timedelta(days=6):
            monkeypatch.setattr(timezone, "now", lambda now=now: now)
            continue_due_series(now)
            before = EventRecord.objects.count()
            if claim_due_reminders(now):
                told += list(EventRecord.objects.filter(name="customers.TaskReminderDue").order_by("-pk")[:1])
                assert EventRecord.objects.count() == before + 1
            now += dt.timedelta(hours=1)
        made = list(Task.objects.filter(series=task.series_id).order_by("number"))
        assert [one.due_date for one in made] == [first + dt.timedelta(days=at) for at in range(5)]
        assert [one.due_at for one in made] == [
            Planned(day=one.due_date, clock=dt.time(2, 30), zone=zone).due_at for one in made
        ]
        assert [one.payload["task_id"] for one in told] == [one.pk for one in made]
        assert [one.remind_at for one in made] == [one.due_at - dt.timedelta(minutes=45) for one in made]
        assert all(one.reminded_at is not None and one.reminded_at >= one.remind_at for one in made)  # type: ignore[operator]  # each has a reminder
        assert continue_series(task.series_id or 0, 5) is None
