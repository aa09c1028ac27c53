"""Asking people to meetings by mail, telling them of changes, and writing down what they answer.

Every mail carries the meeting as a calendar file and a link that answers it. What a meeting is like is told to an
address once, however often it is asked for, and told again only when it has become another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from crm_site.events.publishing import publish
from crm_site.lib.local_times import zone_of
from crm_site.mail.queueing import queue_mail
from customers.choices import Attendance, Channel, ContactKind, Purpose, TaskState
from customers.events import InvitationAnswered, MeetingInvited
from customers.models import Customer, Invitation, Task
from customers.services.tasking.calendars import CANCEL, REQUEST, invitation_to
from customers.services.tasking.closing import TaskStateError
from customers.services.tasking.telling import when_words

if TYPE_CHECKING:
    from crm_site.staff.models import User

SALT = "customers.invitation"


@dataclass(frozen=True)
class Person:
    """Somebody to ask: a colleague or a guest, under an address."""

    name: str
    email: str
    user: User | None = None
    guest: Customer | None = None


@dataclass(frozen=True)
class Unreachable:
    """Somebody who is not asked, and why."""

    name: str
    why: str


def people_to_ask(task: Task) -> tuple[list[Person], list[Unreachable]]:
    """Return who is asked to a meeting, each address once, and who cannot be."""
    reachable = Customer.objects.contactable(Channel.EMAIL, Purpose.SERVICE, timezone.now())
    allowed = set(reachable.filter(pk__in=task.guests.values("pk")).values_list("pk", flat=True))
    asked: dict[str, Person] = {}
    left: list[Unreachable] = []
    for user in task.attendees.all():
        if user.pk != task.owner_id:
            asked.setdefault(user.email.lower(), Person(user.short_name, user.email.lower(), user=user))
    for guest in task.guests.prefetch_related("contact_points"):
        email = guest.primary(ContactKind.EMAIL).lower()
        if not email:
            left.append(Unreachable(guest.name, gettext("has no mail address")))
        elif guest.pk not in allowed:
            left.append(Unreachable(guest.name, gettext("does not want to be contacted by mail")))
        else:
            asked.setdefault(email, Person(guest.name, email, guest=guest))
    return list(asked.values()), left


def send_invitations(task: Task, user: User | None) -> list[Unreachable]:
    """Ask everybody who takes part, those again who were told something else; return who is not reached.

    Raises TaskStateError when the meeting is closed by now.
    """
    with transaction.atomic():
        task = _locked(task)
        if not task.is_open:
            raise TaskStateError
        people, left = people_to_ask(task)
        known = {one.email: one for one in Invitation.objects.filter(task=task)}
        now, told, facts = timezone.now(), 0, digest_of(task)
        for person in people:
            invitation = known.get(person.email)
            if invitation is not None and invitation.told == facts and not invitation.withdrawn:
                continue
            if invitation is None:
                invitation = Invitation(task=task, email=person.email)
            _tell(invitation, person, task, now)
            told += 1
        if told:
            publish(MeetingInvited(task_id=task.pk, count=told), user)
    return left


def follow_meeting(task: Task) -> None:
    """Tell everybody who was asked that a meeting has changed, is cancelled, or goes on without them."""
    with transaction.atomic():
        task = _locked(task)
        asked = list(task.invitations.filter(withdrawn=False).select_related("user", "guest"))
        if not asked:
            return
        people = {one.email: one for one in people_to_ask(task)[0]}
        now = timezone.now()
        for invitation in asked:
            person = people.get(invitation.email)
            if person is None or task.state == TaskState.CANCELLED or not task.is_meeting:
                _take_back(invitation, task, now)
            elif task.is_open and invitation.told != digest_of(task):
                _tell(invitation, person, task, now)


def answer_invitation(invitation: Invitation, answer: str, at: dt.datetime | None = None) -> None:
    """Write down what somebody answered, and tell the meeting's owner; the latest answer counts."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if invitation.answer == answer:
            return
        invitation.answer, invitation.answered_at = answer, at or timezone.now()
        invitation.save(update_fields=["answer", "answered_at"])
        publish(InvitationAnswered(invitation_id=invitation.pk, answer=answer))


def digest_of(task: Task) -> str:
    """Return what people are told of a meeting, in short."""
    facts = (task.title, task.due_at.isoformat(), task.all_day, task.duration, task.place)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def token_of(invitation: Invitation) -> str:
    """Return the secret part of the address at which an invitation is answered."""
    return signing.Signer(salt=SALT).sign(str(invitation.pk))


def invitation_behind(token: str) -> Invitation | None:
    """Return the invitation of an answering address; None for one that we did not sign."""
    try:
        key = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    return Invitation.objects.select_related("task__owner", "guest", "user").filter(pk=key).first()


def _locked(task: Task) -> Task:
    """Return the meeting as it stands now, so that nobody is told what was changed meanwhile."""
    return Task.objects.select_for_update(of=("self",)).select_related("owner").get(pk=task.pk)


def _tell(invitation: Invitation, person: Person, task: Task, now: dt.datetime) -> None:
    """Send the meeting as it stands now; another time asks anew."""
    first = invitation.pk is None
    invitation.name, invitation.user, invitation.guest = person.name, person.user, person.guest
    invitation.sequence, invitation.sent_at, invitation.withdrawn = task.version, now, False
    invitation.told = digest_of(task)
    invitation.answer, invitation.answered_at = Attendance.WAITING, None
    invitation.save()
    link = urljoin(settings.BASE_URL, reverse("calendar:answer", args=[token_of(invitation)]))
    with _speaking(person, task):
        facts = {"title": task.title, "who": _organiser(task)}
        subject = (gettext("Invitation: %(title)s") if first else gettext("Changed: %(title)s")) % facts
        said = (
            gettext("%(who)s invites you to “%(title)s”.")
            if first
            else gettext("“%(title)s” with %(who)s has changed.")
        )
        lines = [said % facts, "", *_where(task), "", gettext("Will you come? Answer here:"), link]
    _queue(invitation, task, subject, lines, REQUEST)


def _take_back(invitation: Invitation, task: Task, now: dt.datetime) -> None:
    """Tell somebody that a meeting does not take place, or not with them."""
    invitation.sequence, invitation.sent_at, invitation.withdrawn = task.version, now, True
    invitation.save(update_fields=["sequence", "sent_at", "withdrawn"])
    with _speaking(Person(invitation.name, invitation.email, invitation.user, invitation.guest), task):
        facts = {"title": task.title, "who": _organiser(task)}
        subject = gettext("Cancelled: %(title)s") % facts
        lines = [gettext("“%(title)s” with %(who)s does not take place, or not with you.") % facts, "", *_where(task)]
    _queue(invitation, task, subject, lines, CANCEL)


def _queue(invitation: Invitation, task: Task, subject: str, lines: Iterable[str], method: str) -> None:
    calendar = invitation_to(task, method=method, people=[(invitation.email, invitation.name)])
    queue_mail(
        f"invitation:{task.pk}:{task.version}:{method}",
        invitation.email,
        subject=subject,
        text="\n".join(lines) + "\n",
        calendar=calendar.decode(),
    )


def _where(task: Task) -> list[str]:
    """Return when and where, in the zone in force."""
    zone = "" if task.all_day else f" ({timezone.get_current_timezone_name()})"
    return [line for line in (f"{when_words(task)}{zone}", task.place) if line]


def _organiser(task: Task) -> str:
    return str(task.owner) if task.owner is not None else settings.PRODUCT_NAME


@contextmanager
def _speaking(person: Person, task: Task) -> Iterator[None]:
    """Speak a person's language and count in their zone; where they are unknown, those of the meeting."""
    host = task.owner.language if task.owner is not None else settings.LANGUAGE_CODE
    them = person.user or person.guest
    language = them.language if them is not None and them.language in dict(settings.LANGUAGES) else host
    zone = zone_of((them.time_zone if them is not None else "") or task.zone)
    with translation.override(language), timezone.override(zone):
        yield
