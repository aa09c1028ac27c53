"""The demo company's tasks: what its people did for two years, and what stands before them now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_part
from crm_site.demo.writing import CHUNK
from crm_site.lib.text import search_text
from customers.choices import Attendance, Priority, TaskKind, TaskState
from customers.models import Activity, Customer, Invitation, Task, TaskSeries
from customers.services.tasking import digest_of
from customers.services.tasking.timing import Planned
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter
    from crm_site.staff.models import User

PLAN_COLUMNS = (
    "kind", "title", "note", "customer_id", "subject_kind", "all_day", "zone", "duration", "priority",
    "remind_minutes", "place", "owner_id", "team_id", "version", "created_at", "updated_at",
)  # fmt: skip
TASK_COLUMNS = (
    *PLAN_COLUMNS, "series_id", "number", "due_date", "due_at", "overdue_at", "remind_at", "reminded_at", "state",
    "done_at", "outcome", "search_text",
)  # fmt: skip
SERIES_COLUMNS = (*PLAN_COLUMNS, "rule", "first_date", "first_time", "last_number", "ended")

INVITATION_COLUMNS = (
    "task_id", "guest_id", "name", "email", "answer", "answered_at", "sequence", "told", "sent_at", "withdrawn",
)  # fmt: skip
ANSWERS = (
    Attendance.ACCEPTED, Attendance.WAITING, Attendance.ACCEPTED, Attendance.TENTATIVE, Attendance.DECLINED,
)  # fmt: skip

MOST_PAST, PAST_EACH = 200_000, 1.5
LAST_MINUTE = dt.timedelta(minutes=1)
# Of everybody: so many days before (negative) or after the demo's first morning, and how many tasks fall there.
AHEAD = ((-4, 1), (-2, 1), (-1, 1), (0, 4), (1, 3), (2, 2), (4, 3), (6, 2), (9, 2), (13, 2), (20, 2), (27, 1))
HOURS = (8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17)
TITLES = {
    TaskKind.CALL: ("Call about the order", "Call back", "Ask how the delivery went", "Follow up on the offer"),
    TaskKind.MEETING: ("Visit", "Show the new range", "Yearly review", "Lunch"),
    TaskKind.TASK: ("Send the offer", "Send samples", "Check the address", "Write a thank-you note", "Prepare prices"),
}
KINDS = (TaskKind.CALL, TaskKind.CALL, TaskKind.TASK, TaskKind.TASK, TaskKind.MEETING)
OUTCOMES = (
    "Reached, wants to hear more next month.", "Happy with everything.", "Left a message.", "Asked for a new offer.",
    "Agreed, the order follows.", "", "",
)  # fmt: skip


class Whom(NamedTuple):
    """A customer with its owner."""

    pk: int
    owner: User
    since: dt.datetime


class TaskPart:
    """Writes past tasks in chunks, then what is open for everybody."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("tasks")
        people = writer.holding("rep", "team-lead")
        self.owners: dict[int, User] = {user.pk: user for user in people}
        self.crowd = self._crowd()

    def write(self) -> None:
        """Write them all."""
        if not self.crowd:
            return
        count = min(int(self.writer.size.customers * PAST_EACH), MOST_PAST)
        places = self.chance.integers(0, len(self.crowd), count)
        for at in range(0, count, CHUNK):
            self._write_past([self.crowd[place] for place in places[at : at + CHUNK]])
        self._write_coming()
        self._write_weekly()

    def _crowd(self) -> list[Whom]:
        """Return customers with an owner; of a large company every so many."""
        step = max(1, self.writer.size.customers // MOST_PAST)
        found: list[Whom] = []
        for low, high in ranges_of(Customer):
            rows = self.writer.rows(
                "SELECT id, owner_id, created_at FROM customers_customer WHERE id BETWEEN %s AND %s "
                "AND id %% %s = 0 AND owner_id = ANY(%s) ORDER BY id",
                low, high, step, list(self.owners),
            )  # fmt: skip
            found += [Whom(pk, self.owners[owner], since) for pk, owner, since in rows]
        return found

    def _write_past(self, crowd: list[Whom]) -> None:
        rows, entries = [], []
        keys = self.writer.keys(Task, len(crowd))
        for key, whom, share, luck in zip(
            keys, crowd, self.chance.random(len(crowd)), self.chance.random(len(crowd)), strict=True
        ):
            at = whom.since + (self.writer.end - whom.since) * float(share)
            state = TaskState.CANCELLED if luck < 0.07 else TaskState.DONE
            planned = self._planned(whom.owner, at.date(), None)
            done = min(planned.due_at + dt.timedelta(minutes=int(luck * 600)), self.writer.end - LAST_MINUTE)
            outcome = self._pick(OUTCOMES) if state == TaskState.DONE else ""
            title = self._pick(TITLES[TaskKind(planned.kind)])
            rows.append(self._row(planned, whom.owner, whom.pk, title, at, state, done, outcome))
            if state == TaskState.DONE:
                told = {"title": title, "by": whom.owner.short_name}
                entries.append(
                    activity_row(
                        whom.pk, "task.finished", done, actor_id=whom.owner.pk, subject=("task", key), data=told,
                        body=outcome,
                    )
                )  # fmt: skip
        self.writer.copy(Task, TASK_COLUMNS, rows, keys)
        self.writer.copy(Activity, ACTIVITY_COLUMNS.split(", "), entries)

    def _write_coming(self) -> None:
        """Write what everybody has before them: something late, today's work, and the weeks ahead."""
        by_owner: dict[int, list[Whom]] = {}
        for whom in self.crowd:
            by_owner.setdefault(whom.owner.pk, []).append(whom)
        rows, met = [], []
        for owner_id, theirs in by_owner.items():
            for days, count in AHEAD:
                for _turn in range(count):
                    whom = self._pick(theirs)
                    owner = self.owners[owner_id]
                    planned = self._planned(owner, self.writer.day + dt.timedelta(days=days), 30)
                    title = self._pick(TITLES[TaskKind(planned.kind)])
                    created = self.writer.end - dt.timedelta(days=int(self.chance.integers(5, 20)))
                    rows.append(self._row(planned, owner, whom.pk, title, created, TaskState.OPEN, None, ""))
                    met.append(whom.pk if planned.kind == TaskKind.MEETING else None)
        keys = self.writer.copy(Task, TASK_COLUMNS, rows)
        guests = [(key, customer) for key, customer in zip(keys, met, strict=True) if customer is not None]
        self.writer.copy(Task.guests.through, ("task_id", "customer_id"), guests)
        self._invite([key for key, _customer in guests])

    def _invite(self, meetings: list[int]) -> None:
        """Let every other meeting's guests have been invited three days ago; some have answered."""
        rows = []
        tasks = Task.objects.filter(pk__in=meetings[::2]).prefetch_related("guests__contact_points")
        for number, task in enumerate(tasks.order_by("pk")):
            answer = ANSWERS[number % len(ANSWERS)]
            sent = self.writer.end - dt.timedelta(days=3)
            answered = None if answer == Attendance.WAITING else sent + dt.timedelta(hours=20)
            for guest in task.guests.all():
                if guest.email:
                    who = (guest.pk, guest.name, guest.email.lower())
                    rows.append((task.pk, *who, answer.value, answered, task.version, digest_of(task), sent, False))
        self.writer.copy(Invitation, INVITATION_COLUMNS, rows)

    def _write_weekly(self) -> None:
        """Let every team lead meet the team each Monday."""
        monday = self.writer.day + dt.timedelta(days=-self.writer.day.weekday() % 7)
        for lead in self.writer.people["team-lead"]:
            clock = dt.time(9, 30)
            planned = Planned(
                day=monday, clock=clock, zone=lead.time_zone, kind=TaskKind.MEETING, duration=45, remind_minutes=10
            )
            created = self.writer.end - dt.timedelta(days=60)
            facts = self._plan(planned, lead, None, "The week ahead", created)
            series = self.writer.copy(
                TaskSeries, SERIES_COLUMNS, [(*facts, "FREQ=WEEKLY;BYDAY=MO", monday, clock, 1, False)]
            )
            row = self._row(planned, lead, None, "The week ahead", created, TaskState.OPEN, None, "", (series[0], 1))
            task = self.writer.copy(Task, TASK_COLUMNS, [row])
            team = [user.pk for user in self.writer.people["rep"] if user.team_id == lead.team_id]
            for model, column, key in (
                (Task.attendees.through, "task_id", task[0]),
                (TaskSeries.attendees.through, "taskseries_id", series[0]),
            ):
                self.writer.copy(model, (column, "user_id"), [(key, pk) for pk in team])

    def _planned(self, owner: User, day: dt.date, remind: int | None) -> Planned:
        """Return a working hour near a day, in the owner's zone."""
        day += dt.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
        kind = self._pick(KINDS)
        whole = kind == TaskKind.TASK and self.chance.random() < 0.4
        clock = None if whole else dt.time(self._pick(HOURS), int(self.chance.integers(0, 2)) * 30)
        duration = {TaskKind.CALL: 15, TaskKind.MEETING: 60}.get(kind, 30)
        return Planned(day=day, clock=clock, zone=owner.time_zone, kind=kind, duration=duration, remind_minutes=remind)

    def _plan(
        self, planned: Planned, owner: User, customer: int | None, title: str, created: dt.datetime
    ) -> tuple[Any, ...]:
        priority = Priority.HIGH if self.chance.random() < 0.15 else Priority.NORMAL
        return (
            planned.kind, title, "", customer, "", planned.clock is None, planned.zone, planned.duration,
            int(priority), planned.remind_minutes, "", owner.pk, owner.team_id, 1, created, created,
        )  # fmt: skip

    def _row(
        self,
        planned: Planned,
        owner: User,
        customer: int | None,
        title: str,
        created: dt.datetime,
        state: TaskState,
        done: dt.datetime | None,
        outcome: str,
        occurrence: tuple[int | None, int | None] = (None, None),
    ) -> tuple[Any, ...]:
        remind_at = planned.remind_at
        # What was due before the demo begins has had its reminder.
        reminded_at = remind_at if remind_at is not None and remind_at < self.writer.end else None
        done_at = done if state == TaskState.DONE else None
        return (
            *self._plan(planned, owner, customer, title, created), *occurrence, planned.day, planned.due_at,
            planned.overdue_at, remind_at, reminded_at, state.value, done_at, outcome, search_text([title]),
        )  # fmt: skip

    def _pick(self, choices: Any) -> Any:
        return choices[int(self.chance.integers(0, len(choices)))]


@register_part
def write_tasks(writer: DemoWriter) -> None:
    """Write the tasks of the demo company."""
    TaskPart(writer).write()


__all__ = ["write_tasks"]
