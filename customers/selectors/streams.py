"""The stream of a timeline: a screen at a time, at the same cost wherever one stands in it.

A screen is one statement. Every customer it draws from (an organisation's people come along) gives its next few
entries from an index that holds them in their order, and the latest of all these are the screen. What it costs
depends on how many people there are, never on how many entries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from crm_site.events.verbs import VERBS
from crm_site.lib.local_times import beginning_of
from customers.choices import CallOutcome, CustomerKind, TalkKind
from customers.constants import OWN_VERBS, TALK_VERBS
from customers.models import Activity, Customer

if TYPE_CHECKING:
    from crm_site.staff.models import User

PAGE = 25
# An organisation's stream draws from so many of its people, the latest to be added first.
MOST_MEMBERS = 1000
# Of a thread so many answers stand open.
OPEN_REPLIES = 3
TALK, TASK, MORE, SYSTEM = "talk", "task", "more", "system"
SHOWS = (*TalkKind.values, TALK, TASK, MORE, SYSTEM)
DAY = dt.timedelta(days=1)

Cursor = tuple[dt.datetime, int]

STATEMENT = """
WITH drawn AS MATERIALIZED (SELECT %s::bigint AS id {members})
SELECT a.*, c.name AS whose, EXISTS (SELECT 1 FROM customers_activity r WHERE r.thread_id = a.id) AS is_answered,
    (SELECT count(*) FROM drawn) AS drawn_from
FROM (
    SELECT e.id FROM drawn CROSS JOIN LATERAL (
        SELECT a.id, a.occurred_at FROM customers_activity a
        WHERE a.customer_id = drawn.id AND a.thread_id IS NULL {conditions}
        ORDER BY a.occurred_at DESC, a.id DESC LIMIT %s
    ) e ORDER BY e.occurred_at DESC, e.id DESC LIMIT %s
) k
JOIN customers_activity a ON a.id = k.id JOIN customers_customer c ON c.id = a.customer_id
ORDER BY a.occurred_at DESC, a.id DESC
"""
REPLIES = """
SELECT r.*, (SELECT count(*) FROM customers_activity o WHERE o.thread_id = asked.id) AS answers
FROM unnest(%s::bigint[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT * FROM customers_activity WHERE thread_id = asked.id ORDER BY id DESC LIMIT %s
) r ORDER BY r.thread_id, r.id
"""

THERE = "EXISTS (SELECT 1 FROM customers_activity_{0} t WHERE t.activity_id = a.id AND t.{1}_id = %s)"
ANYBODY_THERE = "EXISTS (SELECT 1 FROM customers_activity_guests t WHERE t.activity_id = a.id)"


@dataclass(frozen=True, kw_only=True)
class StreamFilter:
    """What of a stream is asked for.

    `show` is one of SHOWS; `by` who wrote it, of talks also who of us took part; `partner` who was there of theirs;
    `alone` leaves an organisation's people out. Days count in the active zone, both included.
    """

    show: str = ""
    by: int = 0
    partner: int = 0
    since: dt.date | None = None
    until: dt.date | None = None
    alone: bool = False

    @property
    def narrows(self) -> bool:
        """Tell whether entries are left out that stand on the customer itself."""
        return any(getattr(self, one.name) for one in fields(self) if one.name != "alone")

    def params(self) -> dict[str, str]:
        """Return the filter as it stands in an address; what is not asked for is absent."""
        asked = {
            "show": self.show,
            "by": str(self.by or ""),
            "with": str(self.partner or ""),
            "from": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "alone": "1" if self.alone else "",
        }
        return {name: value for name, value in asked.items() if value}

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> StreamFilter:
        """Return the filter of an address; what makes no sense asks for nothing."""
        show = str(params.get("show", ""))
        return cls(
            show=show if show in SHOWS else "",
            by=_key(params.get("by")),
            partner=_key(params.get("with")),
            since=_day(params.get("from")),
            until=_day(params.get("until")),
            alone=bool(params.get("alone")),
        )


NOTHING_ASKED = StreamFilter()


@dataclass
class Screen:
    """A screen of a stream: its entries, latest first, whether earlier ones follow, and the answers by thread."""

    entries: list[Activity]
    has_more: bool
    replies: dict[int, list[Activity]] = field(default_factory=dict)
    is_cut: bool = False
    """Some of the organisation's people are too many to be drawn from."""


def stream(customer: Customer, before: Cursor | None = None) -> list[Activity]:
    """Return the next entries of the customer's own timeline, latest first; one more than a page tells of more.

    `before` is the moment and key of the last entry seen, so every page costs the same.
    """
    return _read(customer, None, StreamFilter(alone=True), before)


def read_screen(
    customer: Customer, user: User, wanted: StreamFilter = NOTHING_ASKED, before: Cursor | None = None
) -> Screen:
    """Return a screen of the customer's stream; of an organisation with its people whom the user may see."""
    found = _read(customer, user, wanted, before)
    screen = Screen(found[:PAGE], len(found) > PAGE)
    if found:
        screen.is_cut = found[0].drawn_from > MOST_MEMBERS + 1  # type: ignore[attr-defined]  # from the statement
    answered = [one.pk for one in screen.entries if one.is_answered]  # type: ignore[attr-defined]  # from the statement
    screen.replies = read_replies(answered)
    return screen


def read_replies(threads: Sequence[int], most: int = OPEN_REPLIES) -> dict[int, list[Activity]]:
    """Return the latest answers of each thread, the oldest first; `answers` on each says how many there are."""
    found: dict[int, list[Activity]] = {key: [] for key in threads}
    if threads:
        for reply in Activity.objects.raw(REPLIES, [list(threads), most]):
            found[int(reply.thread_id or 0)].append(reply)
    return found


def read_cursor(params: Mapping[str, Any]) -> Cursor | None:
    """Return the place in a stream that an address names; None for its beginning, and for what makes no sense."""
    try:
        at = dt.datetime.fromisoformat(str(params["at"]))
        pk = int(params["id"])
    except (KeyError, ValueError):
        return None
    return (at, pk) if at.tzinfo is not None and 0 < pk < 2**63 else None


def is_drawing(customer: Customer) -> bool:
    """Tell whether others' entries can stand in the customer's stream."""
    return customer.kind == CustomerKind.ORGANISATION


def _read(customer: Customer, user: User | None, wanted: StreamFilter, before: Cursor | None) -> list[Activity]:
    members, params = "", [customer.pk]
    given: Sequence[Any]
    if user is not None and not wanted.alone and is_drawing(customer):
        members, given = _members(customer, user)
        params += given
    conditions, given = _conditions(customer, wanted, before)
    statement = STATEMENT.format(members=members, conditions=conditions)
    return list(Activity.objects.raw(statement, [*params, *given, PAGE + 1, PAGE + 1]))


def _members(customer: Customer, user: User) -> tuple[str, tuple[Any, ...]]:
    """Return the statement of the organisation's people, and direct parts, whom the user may see."""
    found = Customer.objects.visible_to(user).filter(organisation=customer).exclude(pk=customer.pk)
    sql, params = found.order_by("-pk").values("pk")[: MOST_MEMBERS + 1].query.sql_with_params()
    return f"UNION ALL ({sql})", tuple(params)


def _conditions(customer: Customer, wanted: StreamFilter, before: Cursor | None) -> tuple[str, list[Any]]:
    """Return what entries must fulfil, as SQL behind an AND with its parameters."""
    found: list[tuple[str, list[Any]]] = []
    if before is not None:
        found.append(("(a.occurred_at, a.id) < (%s, %s)", list(before)))
    if wanted.show:
        found.append(_of_kind(wanted.show))
    if wanted.by and wanted.show == TALK:
        found.append((f"(a.actor_id = %s OR {THERE.format('attendees', 'user')})", [wanted.by, wanted.by]))
    elif wanted.by:
        found.append(("a.actor_id = %s", [wanted.by]))
    if wanted.partner == customer.pk:
        found.append((f"a.customer_id = %s AND NOT {ANYBODY_THERE}", [wanted.partner]))
    elif wanted.partner:
        found.append((f"(a.customer_id = %s OR {THERE.format('guests', 'customer')})", [wanted.partner] * 2))
    zone = timezone.get_current_timezone()
    if wanted.since is not None:
        found.append(("a.occurred_at >= %s", [beginning_of(wanted.since, zone)]))
    if wanted.until is not None:
        found.append(("a.occurred_at < %s", [beginning_of(wanted.until + DAY, zone)]))
    return "".join(f" AND {sql}" for sql, _given in found), [one for _sql, given in found for one in given]


def _of_kind(show: str) -> tuple[str, list[Any]]:
    if show in TalkKind.values:
        return "a.verb = %s", [f"customer.{show}"]
    if show == TALK:
        return "a.verb = ANY(%s) AND a.outcome IN ('', %s)", [list(TALK_VERBS), CallOutcome.REACHED.value]
    return "a.verb = ANY(%s)", [_verbs(show)]


def _verbs(show: str) -> list[str]:
    """Return the registered verbs of tasks, of the system, or of everything else that happens."""
    if show == SYSTEM:
        return [code for code, verb in VERBS.items() if verb.system]
    said = [code for code, verb in VERBS.items() if not verb.system and code not in OWN_VERBS]
    return [code for code in said if code.startswith("task.") == (show == TASK)]


def _key(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _day(value: Any) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return day if 1990 <= day.year < 2100 else None
