"""Reactions to events of customers, and the verbs that say them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.events import OperationUndone, RecordsDeleted, RecordsRestored
from crm_site.history.restorers import register_restorer
from crm_site.notifications.kinds import NotificationKind, register_kind
from crm_site.staff.models import User
from crm_site.staff.subjects import register_subject
from customers.choices import Stage
from customers.events import (
    ConsentRecorded,
    ContactBanLifted,
    ContactForbidden,
    CustomerChanged,
    CustomerCreated,
    CustomerFiguresRefreshed,
    CustomersChanged,
    CustomersMovedStage,
    EntryAnswered,
    EntryChanged,
    InteractionLogged,
    InvitationAnswered,
    NoteAdded,
    StageDecided,
    TaskCancelled,
    TaskChanged,
    TaskFinished,
    TaskMoved,
    TaskPlanned,
    TaskReminderDue,
    TaskReopened,
)
from customers.models import Customer, Segment, Task
from customers.services import (
    change_customer,
    change_segment,
    consent_telling,
    index_customers,
    log_activity,
    picturing,
    refresh_standing,
    telling,
)
from customers.services.following import fill_restored_segments, follow_operation
from customers.services.tasking import change_task, follow_meeting
from customers.services.tasking.telling import ANSWERED, REMINDER, tell_of_attendance, tell_of_reminder

register_restorer(Customer, change_customer, index_customers)
register_restorer(Segment, change_segment)
register_restorer(Task, change_task)
register_kind(REMINDER)
register_kind(ANSWERED)

register_verb("customer.created", _("Customer was added"), "user-plus", Eraser.KEEP, system=True)
register_verb("customer.changed", _("Facts were changed: %(fields)s"), "pencil", Eraser.ANONYMISE, system=True)
register_verb("customer.note", _("%(by)s wrote a note"), "note", Eraser.DROP)
register_verb("customer.call", _("%(by)s wrote down a call"), "phone", Eraser.DROP)
register_verb("customer.meeting", _("%(by)s wrote down a meeting"), "users", Eraser.DROP)
register_verb("customer.mail", _("%(by)s wrote down a mail"), "mail", Eraser.DROP)
register_verb("customer.chat", _("%(by)s wrote down a chat"), "message", Eraser.DROP)
register_verb("customer.reply", _("%(by)s answered"), "corner-down-right", Eraser.DROP)
register_verb("customer.interaction", _("Somebody was in touch"), "message", Eraser.DROP, system=True)
register_verb("customer.entry_changed", _("A timeline entry was changed"), "pencil", Eraser.DROP, system=True)
register_verb("customer.imported", _("Customers were imported"), "upload", Eraser.KEEP, system=True)
register_verb("customer.figures", _("Figures were counted anew"), "calculator", Eraser.KEEP, system=True)
register_verb("customer.stage", _("Stage was changed"), "stairs", Eraser.KEEP, system=True)
for stage, sentence in {
    Stage.PROSPECT: _("Became a prospect"),
    Stage.NEW: _("Became a new customer"),
    Stage.RETURNING: _("Became a returning customer"),
    Stage.LOYAL: _("Became a loyal customer"),
    Stage.CHURNED: _("Counts as lost"),
}.items():
    register_verb(f"customer.stage_{stage.value}", sentence, "stairs", Eraser.KEEP)
register_verb("segment.created", _("Segment was made"), "users-group", Eraser.KEEP, system=True)
register_verb("segment.changed", _("Segment was changed: %(fields)s"), "pencil", Eraser.KEEP, system=True)
register_verb("segment.picked", _("Customers were picked for a segment"), "users-group", Eraser.KEEP, system=True)
register_verb("classification.changed", _("Classes were changed: %(fields)s"), "stairs", Eraser.KEEP, system=True)
register_verb("segment.moved", _("Customers entered or left a segment"), "users-group", Eraser.KEEP, system=True)

register_subject("customer", Customer, "customers:customer-detail")
register_subject(picturing.SUBJECT, Customer, "customers:customer-detail")
register_subject("task", Task, "customers:task-detail")
register_kind(
    NotificationKind(
        "customer.mention", _("Somebody mentions me in a note"), _("%(by)s mentioned you on %(customer)s"), "at"
    )
)
register_kind(
    NotificationKind(
        "customer.owned", _("A customer becomes mine"), _("%(customer)s is yours now"), "user-check",
        many=_("Customers handed to you: %(count)s"),
    )
)  # fmt: skip
register_kind(
    NotificationKind(
        "customer.noted", _("A note on a customer I follow"), _("%(by)s wrote a note on %(customer)s"), "note"
    )
)
register_kind(
    NotificationKind(
        "customer.contacted",
        _("A call, meeting, mail or chat with a customer I follow"),
        _("%(by)s was in touch with %(customer)s"),
        "message",
    )
)
register_kind(
    NotificationKind(
        "customer.answered", _("An answer to what I wrote"), _("%(by)s answered you on %(customer)s"), "message"
    )
)
register_kind(
    NotificationKind(
        "customer.staged", _("Another stage of a customer I follow"), _("%(customer)s is at another stage"), "stairs"
    )
)


def link_to_task(data: dict[str, Any]) -> str:
    """Return the address of the task of an entry."""
    return reverse("customers:task-detail", args=[data["subject_id"]])


register_verb("task.planned", _("%(by)s planned “%(title)s”"), "calendar-plus", Eraser.DROP, link_to_task)
register_verb("task.finished", _("%(by)s finished “%(title)s”"), "checkbox", Eraser.DROP, link_to_task)
register_verb("task.moved", _("%(by)s put “%(title)s” to %(day)s"), "calendar-event", Eraser.DROP, link_to_task)
register_verb("task.reopened", _("%(by)s opened “%(title)s” again"), "rotate", Eraser.DROP, link_to_task)
register_verb("task.cancelled", _("%(by)s cancelled “%(title)s”"), "ban", Eraser.DROP, link_to_task)
register_verb("task.changed", _("Task was changed"), "pencil", Eraser.DROP, system=True)
register_verb("task.invited", _("People were asked to a meeting"), "send", Eraser.KEEP, system=True)
register_verb(
    "task.answered", _("%(who)s answered to “%(title)s”: %(answer)s"), "mail-check", Eraser.DROP, link_to_task
)
register_verb("task.reminder", _("Reminder of a task"), "bell", Eraser.DROP, system=True)


@handles(ConsentRecorded)
def show_consent(event: ConsentRecorded) -> None:
    """Say on the timeline what a customer gave or took back."""
    consent_telling.show_consent(event.entry_id)


@handles(ContactForbidden, ContactBanLifted)
def show_ban(event: ContactForbidden | ContactBanLifted) -> None:
    """Say on the timeline that contact was forbidden, or is so no more."""
    consent_telling.show_ban(event.verb, event.ban_id)


@handles(CustomerCreated)
def show_creation(event: CustomerCreated) -> None:
    """Begin the customer's timeline."""
    log_activity(event.customer_id, event.verb, timezone.now())


@handles(CustomerChanged)
def show_change(event: CustomerChanged) -> None:
    """Say on the timeline which facts were changed."""
    log_activity(event.customer_id, event.verb, timezone.now(), data={"fields": event.fields})


@handles(CustomerCreated, CustomerChanged, ConsentRecorded, ContactForbidden, ContactBanLifted, after_commit=True)
def follow_customer(
    event: CustomerCreated | CustomerChanged | ConsentRecorded | ContactForbidden | ContactBanLifted,
) -> None:
    """Ask again where the customer stands and which segments it belongs to."""
    refresh_standing([event.customer_id])


@handles(CustomerFiguresRefreshed, after_commit=True)
def follow_figures(event: CustomerFiguresRefreshed) -> None:
    """Ask again for customers whose orders or answers changed."""
    refresh_standing([int(pk) for pk in event.customer_ids.split(",")])


@handles(CustomersChanged, after_commit=True)
def follow_bulk_change(event: CustomersChanged) -> None:
    """Ask again for the customers of a bulk change."""
    follow_operation(event.operation_id)


@handles(RecordsDeleted, RecordsRestored, after_commit=True)
def follow_trash(event: RecordsDeleted | RecordsRestored) -> None:
    """Ask again for customers that came back."""
    follow_operation(event.operation_id)


@handles(RecordsRestored, OperationUndone)
def empty_restored_segments(event: RecordsRestored | OperationUndone) -> None:
    """Count restored segments as empty until they are filled, in the transaction that brings them back."""
    fill_restored_segments(event.undo_id if isinstance(event, OperationUndone) else event.operation_id)


@handles(OperationUndone)
def show_pictures_again(event: OperationUndone) -> None:
    """Put back the files of pictures that an undo shows again."""
    picturing.bring_back_pictures()


@handles(OperationUndone, after_commit=True)
def follow_undo(event: OperationUndone) -> None:
    """Ask again for the customers that an undo touched."""
    follow_operation(event.undo_id)


@handles(NoteAdded, InteractionLogged, EntryAnswered, EntryChanged)
def tell_mentioned(event: NoteAdded | InteractionLogged | EntryAnswered | EntryChanged) -> None:
    """Tell the people whom an entry mentions; who was told of it before is not told again."""
    telling.tell_mentioned(event.activity_id)


@handles(NoteAdded, InteractionLogged, after_commit=True)
def tell_followers_of_entry(event: NoteAdded | InteractionLogged) -> None:
    """Tell those who follow the customer of what somebody wrote."""
    telling.tell_of_entry(event.activity_id)


@handles(EntryAnswered)
def tell_writers_of_answer(event: EntryAnswered) -> None:
    """Tell those who wrote in a thread of an answer."""
    telling.tell_of_answer(event.activity_id)


@handles(CustomerCreated, CustomerChanged)
def tell_owner(event: CustomerCreated | CustomerChanged) -> None:
    """Tell somebody whose customer it is now."""
    if isinstance(event, CustomerCreated) or "owner" in event.fields.split(","):
        telling.tell_owner(event.customer_id)


@handles(CustomersChanged)
def tell_owner_of_many(event: CustomersChanged) -> None:
    """Tell somebody how many customers were handed over, once for the whole change."""
    telling.tell_owner_of_many(event.owner_id, event.handed_over, event.operation_id)


@handles(StageDecided, CustomersMovedStage, after_commit=True)
def tell_followers_of_stage(event: StageDecided | CustomersMovedStage) -> None:
    """Tell those who follow customers that stand at another stage."""
    if isinstance(event, CustomersMovedStage):
        telling.tell_of_moves(event.first_move, event.last_move)
    elif event.customer_id and event.stage:
        telling.tell_of_latest_move(event.customer_id)


@handles(TaskPlanned, TaskFinished, TaskMoved, TaskReopened, TaskCancelled)
def show_task(event: TaskPlanned | TaskFinished | TaskMoved | TaskReopened | TaskCancelled) -> None:
    """Say on the customer's timeline what happened to a task; what a series plans goes without saying."""
    if isinstance(event, TaskPlanned) and event.by_series:
        return
    task = Task.objects.get(pk=event.task_id)
    actor = User.objects.filter(pk=event.actor_id).first() if task.customer_id and event.actor_id else None
    data = {"title": task.title, "by": actor.short_name if actor else ""}
    log_activity(
        task.customer_id,
        event.verb,
        timezone.now(),
        actor=actor,
        subject=("task", task.pk),
        data={**data, "day": event.day} if isinstance(event, TaskMoved) else data,
        body=task.outcome if isinstance(event, TaskFinished) else "",
    )


@handles(TaskReminderDue, after_commit=True)
def remind(event: TaskReminderDue) -> None:
    """Tell the owner and those who take part, unless the task was closed or moved in the meantime."""
    tell_of_reminder(event.task_id, event.remind_at)


@handles(TaskChanged, TaskMoved, TaskReopened, TaskCancelled, after_commit=True)
def tell_invited(event: TaskChanged | TaskMoved | TaskReopened | TaskCancelled) -> None:
    """Tell those who were asked to a meeting that it has changed or does not take place."""
    task = Task.objects.select_related("owner").filter(pk=event.task_id).first()
    if task is not None:
        follow_meeting(task)


@handles(InvitationAnswered)
def tell_of_answer_to_invitation(event: InvitationAnswered) -> None:
    """Tell the owner of a meeting who comes, and say it on the guest's timeline."""
    tell_of_attendance(event.invitation_id)
