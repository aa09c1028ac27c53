"""Tasks as iCalendar (RFC 5545): the feed of a person, and the invitation to a meeting. Times are in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vText

from customers.choices import ContactKind, TaskKind, TaskState
from customers.models import Task

if TYPE_CHECKING:
    from crm_site.staff.models import User

REQUEST, CANCEL, REPLY = "REQUEST", "CANCEL", "REPLY"
PAST, AHEAD, MOST = dt.timedelta(days=60), dt.timedelta(days=400), 2000
STATUS = {TaskState.OPEN: "CONFIRMED", TaskState.DONE: "CONFIRMED", TaskState.CANCELLED: "CANCELLED"}


def tasks_of(user: User) -> QuerySet[Task]:
    """Return what stands in a person's feed: what they do or attend, as far as they may see it, around today."""
    now = timezone.now()
    mine = Task.objects.personal_to(user).exclude(state=TaskState.CANCELLED)
    return mine.filter(due_at__gte=now - PAST, due_at__lte=now + AHEAD)


def feed_state(user: User) -> str:
    """Return a text that changes when the feed does, for one query."""
    found = tasks_of(user).aggregate(latest=Max("updated_at"), count=Count("pk"), versions=Sum("version"))
    return f"{user.pk}-{found['count']}-{found['versions'] or 0}-{found['latest'] or ''}".replace(" ", "T")


def feed_of(user: User) -> bytes:
    """Return the feed as a file."""
    calendar = _calendar()
    calendar.add("x-wr-calname", f"{settings.PRODUCT_NAME} · {user.short_name}")
    calendar.add("refresh-interval", dt.timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    rows = tasks_of(user).select_related("customer").order_by("due_at", "pk")[:MOST]
    for task in rows:
        calendar.add_component(_event(task))
    return bytes(calendar.to_ical())


def invitation_to(
    task: Task,
    *,
    method: str = REQUEST,
    people: Sequence[tuple[str, str]] | None = None,
) -> bytes:
    """Return the invitation to a meeting, or that it is cancelled, with its owner as organiser.

    `people` are addresses and names to whom it is mailed: they learn neither our notes nor our addresses. Without them
    it is a file of ours that names all who take part, whom the caller has prefetched.
    """
    calendar = _calendar()
    calendar.add("method", method)
    event = _event(task)
    if people is not None:
        for name in ("description", "url"):
            event.pop(name, None)
    if method == CANCEL:
        event["status"] = vText("CANCELLED")
    if task.owner is not None:
        event["organizer"] = _address(task.owner.email, task.owner.short_name)
    if people is None:
        people = [(one.email, one.short_name) for one in task.attendees.all()]
        people += [(one.primary(ContactKind.EMAIL), one.name) for one in task.guests.all()]
    for email, name in people:
        if email:
            address = _address(email, name)
            address.params["ROLE"] = vText("REQ-PARTICIPANT")
            address.params["RSVP"] = vText("TRUE")
            event.add("attendee", address, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid_of(task_id: int) -> str:
    """Return the name under which calendar programs know a task."""
    return f"task-{task_id}@{urlsplit(settings.BASE_URL).hostname}"


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PRODUCT_NAME}//EN")
    calendar.add("version", "2.0")
    return calendar


def _event(task: Task) -> Event:
    event = Event()
    event.add("uid", uid_of(task.pk))
    event.add("dtstamp", task.updated_at)
    event.add("last-modified", task.updated_at)
    event.add("sequence", task.version)
    event.add("summary", f"✓ {task.title}" if task.state == TaskState.DONE else task.title)
    event.add("status", STATUS[TaskState(task.state)])
    if task.all_day:
        event.add("dtstart", task.due_date)
        event.add("dtend", task.due_date + dt.timedelta(days=1))
    else:
        event.add("dtstart", task.due_at.astimezone(dt.UTC))
        event.add("dtend", (task.due_at + dt.timedelta(minutes=task.duration)).astimezone(dt.UTC))
    event.add("transp", "OPAQUE" if task.kind == TaskKind.MEETING else "TRANSPARENT")
    words = [task.customer.name if task.customer else "", task.note]
    if any(words):
        event.add("description", "\n".join(word for word in words if word))
    if task.place:
        event.add("location", task.place)
    event.add("url", urljoin(settings.BASE_URL, task.get_absolute_url()))
    return event


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(name)
    return address
