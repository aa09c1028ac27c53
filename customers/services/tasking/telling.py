"""Telling people of a task that comes due, each in their own language and zone."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.notifications.kinds import NotificationKind
from crm_site.notifications.notifying import notify
from crm_site.pages import formatting
from crm_site.pages.preferences import speaking_as
from crm_site.staff.models import User
from customers.models import Invitation, Task
from customers.services.timeline import log_activity

REMINDER = NotificationKind(
    code="task.reminder", label=_("Reminder of a task"), sentence=_("“%(title)s” is due %(when)s"), icon="bell"
)
ANSWERED = NotificationKind(
    code="task.answered",
    label=_("An answer to an invitation of mine"),
    sentence=_("%(who)s answered to “%(title)s”: %(answer)s"),
    icon="mail-check",
)


def tell_of_attendance(invitation_id: int) -> None:
    """Tell the owner of a meeting what somebody answered, and write it on the guest's timeline."""
    invitation = Invitation.objects.select_related("task__owner").get(pk=invitation_id)
    task, answered = invitation.task, invitation.answered_at
    if answered is None:
        return
    words = {"who": invitation.name, "title": task.title}
    if invitation.guest_id is not None:
        with translation.override(settings.LANGUAGE_CODE):
            said = {**words, "answer": str(invitation.get_answer_display())}
        log_activity(invitation.guest_id, ANSWERED.code, answered, subject=("task", task.pk), data=said)
    if task.owner is None or task.owner_id == invitation.user_id:
        return
    with speaking_as(task.owner):
        said = {**words, "answer": str(invitation.get_answer_display())}
    notify(
        ANSWERED.code,
        [task.owner.pk],
        key=f"task.answered:{invitation.pk}:{answered.isoformat()}",
        url=task.get_absolute_url(),
        words=said,
        subject=("task", task.pk),
    )


def tell_of_reminder(task_id: int, remind_at: dt.datetime) -> int:
    """Tell the owner and the colleagues of a meeting, and return how many were told.

    Nobody is told of a task that is gone, closed, or to be reminded of at another moment by now. Nobody is told
    twice: the moment is part of the notification's key.
    """
    task = Task.objects.open().filter(pk=task_id, remind_at=remind_at).first()
    if task is None:
        return 0
    told = 0
    for person in people_of(task):
        with speaking_as(person):
            words = {"title": task.title, "when": when_words(task)}
        told += notify(
            REMINDER.code,
            [person.pk],
            key=f"task.reminder:{task.pk}:{remind_at.isoformat()}",
            url=task.get_absolute_url(),
            words=words,
            subject=("task", task.pk),
        )
    return told


def people_of(task: Task) -> list[User]:
    """Return whose task it is and who takes part, each once."""
    found: dict[int, User] = {one.pk: one for one in task.attendees.all()}
    if task.owner is not None:
        found[task.owner.pk] = task.owner
    return list(found.values())


def when_words(task: Task) -> str:
    """Return when a task is due, in the active language and zone."""
    if task.all_day:
        return formatting.date(task.due_date)
    return gettext("%(day)s at %(time)s") % {
        "day": formatting.date(task.due_at),
        "time": formatting.clock(task.due_at),
    }
