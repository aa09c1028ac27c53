"""Every meaningful write to tasks: one verb, one transaction."""

from customers.services.tasking.bulk import change_tasks, set_state_of_tasks
from customers.services.tasking.closing import TaskStateError, cancel_task, close_task_as, finish_task, reopen_task
from customers.services.tasking.feeding import issue_feed, reader_of, revoke_feed
from customers.services.tasking.planning import UNCHANGED, change_task, move_task, plan_task
from customers.services.tasking.reminding import claim_due_reminders
from customers.services.tasking.repeating import continue_due_series, continue_series

__all__ = [
    "UNCHANGED",
    "TaskStateError",
    "cancel_task",
    "change_task",
    "change_tasks",
    "claim_due_reminders",
    "close_task_as",
    "continue_due_series",
    "continue_series",
    "finish_task",
    "issue_feed",
    "move_task",
    "plan_task",
    "reader_of",
    "reopen_task",
    "revoke_feed",
    "set_state_of_tasks",
]
