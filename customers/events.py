"""What happens to customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm_site.events.base import BatchEvent, Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    """A customer was entered, by hand or through the API."""

    verb = "customer.created"
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """Facts of a customer were changed; `fields` names them, separated by commas."""

    verb = "customer.changed"
    customer_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    """Somebody wrote a note on a customer."""

    verb = "customer.note"
    customer_id: int
    activity_id: int


@dataclass(frozen=True, kw_only=True)
class ConsentRecorded(Event):
    """A customer gave, refused or withdrew consent."""

    verb = "customer.consent"
    customer_id: int
    entry_id: int


@dataclass(frozen=True, kw_only=True)
class ContactForbidden(Event):
    """Somebody is not to be contacted any more."""

    verb = "customer.forbidden"
    customer_id: int
    ban_id: int


@dataclass(frozen=True, kw_only=True)
class ContactBanLifted(Event):
    """Somebody may be contacted again, as far as the ledger says."""

    verb = "customer.allowed"
    customer_id: int
    ban_id: int


@dataclass(frozen=True, kw_only=True)
class InteractionLogged(Event):
    """Somebody wrote down a call, a meeting, a mail or a chat with a customer."""

    verb = "customer.interaction"
    customer_id: int
    activity_id: int


@dataclass(frozen=True, kw_only=True)
class EntryAnswered(Event):
    """Somebody answered an entry of a timeline: `activity_id` answers `thread_id`."""

    verb = "customer.reply"
    customer_id: int
    activity_id: int
    thread_id: int


@dataclass(frozen=True, kw_only=True)
class EntryChanged(Event):
    """Somebody changed what was written on a timeline."""

    verb = "customer.entry_changed"
    customer_id: int
    activity_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersImported(BatchEvent):
    """A file brought new customers or new facts of known ones."""

    verb = "customer.imported"


@dataclass(frozen=True, kw_only=True)
class CustomersChanged(BatchEvent):
    """The same facts of many customers were changed at once; `fields` names them, separated by commas.

    `handed_over` of them became those of the owner `owner_id`.
    """

    verb = "customer.changed"
    fields: str = ""
    operation_id: int = 0
    owner_id: int = 0
    handed_over: int = 0


@dataclass(frozen=True, kw_only=True)
class CustomerFiguresRefreshed(Event):
    """The live counters of customers were computed anew; `customer_ids` are separated by commas."""

    verb = "customer.figures"
    customer_ids: str


@dataclass(frozen=True, kw_only=True)
class StageDecided(BatchEvent):
    """Somebody decided where customers stand, whatever the rules say; an empty `stage` leaves it to them again."""

    verb = "customer.stage"
    stage: str
    customer_id: int = 0


@dataclass(frozen=True, kw_only=True)
class CustomersMovedStage(BatchEvent):
    """The rules moved customers to other stages: the moves from `first_move` to `last_move`."""

    verb = "customer.stage"
    first_move: int
    last_move: int


@dataclass(frozen=True, kw_only=True)
class SegmentCreated(Event):
    """A segment was made."""

    verb = "segment.created"
    segment_id: int


@dataclass(frozen=True, kw_only=True)
class SegmentChanged(Event):
    """Facts of a segment were changed; `fields` names them, separated by commas."""

    verb = "segment.changed"
    segment_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class SegmentPicksChanged(BatchEvent):
    """Customers were put into a segment by hand, or taken out of it."""

    verb = "segment.picked"
    segment_id: int


@dataclass(frozen=True, kw_only=True)
class SegmentMembersMoved(BatchEvent):
    """Customers entered or left a segment: the moves from `first_move` to `last_move`."""

    verb = "segment.moved"
    segment_id: int
    entered: int
    left: int
    first_move: int
    last_move: int


@dataclass(frozen=True, kw_only=True)
class ClassificationChanged(Event):
    """A classification was made or changed, or its classes were; `fields` says what, separated by commas."""

    verb = "classification.changed"
    classification_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class TaskPlanned(Event):
    """A task, a call or a meeting was planned; `by_series` when it repeats an earlier one."""

    verb = "task.planned"
    task_id: int
    actor_id: int = 0
    by_series: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskChanged(Event):
    """Facts of a task were changed; `fields` names them, separated by commas."""

    verb = "task.changed"
    task_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class TaskMoved(Event):
    """A task was put to another day or time."""

    verb = "task.moved"
    task_id: int
    day: str
    actor_id: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskFinished(Event):
    """A task was done."""

    verb = "task.finished"
    task_id: int
    actor_id: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskReopened(Event):
    """A task that was closed is to be done again."""

    verb = "task.reopened"
    task_id: int
    actor_id: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskCancelled(Event):
    """A task is not to be done after all."""

    verb = "task.cancelled"
    task_id: int
    actor_id: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskReminderDue(Event):
    """The moment to remind people of a task has come."""

    verb = "task.reminder"
    task_id: int
    remind_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class TasksChanged(BatchEvent):
    """The same facts of many tasks were changed at once; `fields` names them, separated by commas."""

    verb = "task.changed"
    fields: str = ""
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class MeetingInvited(BatchEvent):
    """People were asked to a meeting by mail."""

    verb = "task.invited"
    task_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationAnswered(Event):
    """Somebody answered an invitation to a meeting."""

    verb = "task.answered"
    invitation_id: int
    answer: str
