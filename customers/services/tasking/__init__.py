"""Every meaningful write to tasks: one verb, one transaction."""

from customers.services.tasking.bulk import change_tasks, set_state_of_tasks
from customers.services.tasking.closing import TaskStateError, cancel_task, close_task_as, finish_task, reopen_task
from customers.services.tasking.feeding import issue_feed, reader_of, revoke_feed
from customers.services.tasking.inviting import (
    answer_invitation,
    digest_of,
    follow_meeting,
    invitation_behind,
    people_to_ask,
    send_invitations,
)
from customers.services.tasking.planning import UNCHANGED, change_task, move_task, plan_task
from customers.services.tasking.reminding import claim_due_reminders
from customers.services.tasking.repeating import continue_due_series, continue_series
from customers.services.tasking.replying import ReplyError, read_reply

__all__ = [
    "UNCHANGED",
    "ReplyError",
    "TaskStateError",
    "answer_invitation",
    "cancel_task",
    "change_task",
    "change_tasks",
    "claim_due_reminders",
    "close_task_as",
    "continue_due_series",
    "continue_series",
    "digest_of",
    "finish_task",
    "follow_meeting",
    "invitation_behind",
    "issue_feed",
    "move_task",
    "people_to_ask",
    "plan_task",
    "read_reply",
    "reader_of",
    "reopen_task",
    "revoke_feed",
    "send_invitations",
    "set_state_of_tasks",
]
