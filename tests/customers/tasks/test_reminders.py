"""Reminders of tasks: they reach everybody concerned once, in their own zone, and nobody after it was done."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from crm_site.events.delivering import deliver_pending
from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from customers.models import Task
from customers.services.tasking import claim_due_reminders
from customers.tasks import sweep_tasks
from tests.conftest import Cast
from tests.factories.tasks import TaskFactory


def test_a_reminder_reaches_owner_and_colleagues_once_in_their_zone(cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(time_zone="Europe/Berlin")
    User.objects.filter(pk=cast.teammate.pk).update(time_zone="Asia/Shanghai", language="zh-hans")
    due = timezone.now().replace(year=2026, month=3, day=2, hour=8, minute=0, second=0, microsecond=0)
    meeting = TaskFactory(owner=cast.owner, kind="meeting", title="Visit", due_at=due, remind_at=due)
    meeting.attendees.add(cast.teammate, cast.owner)
    sweep_tasks()
    deliver_pending()
    sweep_tasks()
    deliver_pending()
    told = {one.recipient_id: one for one in Notification.objects.filter(kind="task.reminder")}
    assert set(told) == {cast.owner.pk, cast.teammate.pk}
    assert told[cast.owner.pk].words["when"].endswith("at 09:00")
    assert "16:00" in told[cast.teammate.pk].words["when"]
    assert told[cast.owner.pk].url == meeting.get_absolute_url()


def test_nobody_is_told_of_what_was_done_between_claim_and_delivery(cast: Cast) -> None:
    task = TaskFactory(owner=cast.owner, remind_at=timezone.now() - dt.timedelta(minutes=1))
    assert claim_due_reminders(timezone.now()) == 1
    Task.objects.update(state="done")
    deliver_pending()
    assert not Notification.objects.filter(kind="task.reminder", subject_id=task.pk).exists()
