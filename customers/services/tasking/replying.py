"""Reading what calendar programs answer to invitations (iTIP, RFC 5546)."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar

from customers.choices import Attendance
from customers.models import Invitation
from customers.services.tasking.calendars import REPLY, uid_of
from customers.services.tasking.inviting import answer_invitation

MOST_BYTES = 64 * 1024
ANSWERS = {
    "ACCEPTED": Attendance.ACCEPTED,
    "TENTATIVE": Attendance.TENTATIVE,
    "DECLINED": Attendance.DECLINED,
}


class ReplyError(ValueError):
    """The file answers no invitation of ours; `code` says why: unreadable, no_reply, stranger, outdated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_reply(content: bytes, task_id: int | None = None) -> Invitation:
    """Write down the answer in a calendar file, and return the invitation that it answers.

    With `task_id` the file must be about that meeting. Raises ReplyError; nothing is written then.
    """
    event, address = _parsed(content)
    uid = str(event.get("uid", ""))
    invitations = Invitation.objects.select_related("task").filter(email=address, withdrawn=False)
    if task_id is not None:
        invitations = invitations.filter(task=task_id)
    # The key in the name is only looked up: the whole name must be ours.
    digits = uid.partition("@")[0].removeprefix("task-")
    key = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0
    invitation = invitations.filter(task=key).first()
    if invitation is None or uid != uid_of(invitation.task_id):
        raise ReplyError("stranger")
    if _sequence(event) < invitation.sequence:
        raise ReplyError("outdated")
    answer_invitation(invitation, _answer(event, address))
    invitation.refresh_from_db()
    return invitation


def _parsed(content: bytes) -> tuple[Any, str]:
    """Return the event of a reply and the address of who answers."""
    # No text has a NUL, and the database refuses to look for one.
    if len(content) > MOST_BYTES or b"\0" in content:
        raise ReplyError("unreadable")
    try:
        calendar = Calendar.from_ical(content)
        events = list(calendar.walk("VEVENT"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ReplyError("unreadable") from error
    if str(calendar.get("method", "")).upper() != REPLY or len(events) != 1:
        raise ReplyError("no_reply")
    attendees = _attendees(events[0])
    if len(attendees) != 1:
        raise ReplyError("no_reply")
    return events[0], _mail(attendees[0])


def _sequence(event: Any) -> int:
    try:
        return int(event.get("sequence", 0))
    except (TypeError, ValueError) as error:
        raise ReplyError("unreadable") from error


def _attendees(event: Any) -> list[Any]:
    found = event.get("attendee", [])
    return found if isinstance(found, list) else [found]


def _mail(attendee: Any) -> str:
    return str(attendee).strip().lower().removeprefix("mailto:")


def _answer(event: Any, address: str) -> str:
    said = {_mail(one): str(one.params.get("PARTSTAT", "")).upper() for one in _attendees(event)}[address]
    if said not in ANSWERS:
        raise ReplyError("no_reply")
    return ANSWERS[said]
