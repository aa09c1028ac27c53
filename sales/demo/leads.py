"""The demo company's leads: what became deals, what came to nothing, and what waits for an answer now."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_site.assignment.choices import Reason as Reasons
from crm_site.assignment.models import AssignmentLog
from crm_site.calendars.reading import default_working_time
from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_figures, register_reading_part
from crm_site.demo.worktime import write_rule
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import format_number, reserve_block
from customers.models import Activity, Customer
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row
from sales.choices import LeadChannel, LeadStatus
from sales.demo.deal_tables import SOURCES
from sales.models import Lead, LeadPolicy, Opportunity, Reason, ScoreRule
from sales.services.leads.editing import PREFIX, SEQUENCE

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

COLUMNS = (
    "number", "title", "customer_id", "status", "channel", "source", "campaign", "came_from", "message", "language",
    "region", "received_at", "response_due_at", "first_response_at", "response_seconds", "touched_at", "pooled_at",
    "returns_at", "score", "grade", "score_parts", "reason_id", "close_note", "closed_at", "revive_on",
    "opportunity_id", "search_text", "sort_key", "owner_id", "team_id", "version", "created_at", "updated_at",
)  # fmt: skip
LOG_COLUMNS = ("kind", "record_id", "reason", "rule_name", "method", "user_id", "former_id", "data", "at")
# How many leads there are for each customer, and how they went.
EACH, EACH_LARGE = 0.45, 0.08
FRESH_DAYS, REVIVED, POOLED, ANSWERED = 20, 0.2, 0.15, 0.6
CHANNELS = (LeadChannel.FORM, LeadChannel.EVENT, LeadChannel.FORM, LeadChannel.AD, LeadChannel.MANUAL, LeadChannel.API)
CAMPAIGNS = ("", "Spring 2026", "Hannover Messe", "", "Canton Fair", "")
ABOUT = ("Request for a quote", "Price list", "Delivery times", "Samples", "A visit", "Technical data")
MESSAGES = (
    "Please send us an offer for 200 pieces.", "", "Who is our contact?", "How fast can you deliver?",
    "We compare three suppliers and decide this month.", "",
)  # fmt: skip
RULES = (
    ("Says what they need", 15, None, {"field": "message", "op": "filled"}),
    ("Met at a fair", 20, None, {"field": "channel", "op": "in", "value": ["event"]}),
    ("Asked lately", 40, 7, {"field": "received", "op": "filled"}),
)  # fmt: skip


class LeadPart:
    """Writes leads in chunks, with their entries on the timeline."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("leads")
        self.hours = default_working_time()
        self.policy = LeadPolicy.objects.first() or LeadPolicy()
        self.reasons = list(Reason.objects.active("disqualified").values_list("pk", flat=True))
        self.reps = [user.pk for user in writer.holding("rep", "team-lead")]

    def write(self) -> None:
        """Write them all, a chunk at a time."""
        self._write_rules()
        crowd = self._crowd()
        if not crowd or not self.reasons:
            return
        count = int(self.writer.size.customers * (EACH_LARGE if self.writer.size.is_large else EACH))
        chosen = self.chance.permutation(len(crowd))[:count]
        for at in range(0, len(chosen), CHUNK):
            part = [crowd[int(index)] for index in chosen[at : at + CHUNK]]
            self._write_block(part)
            self.writer.say(f"{min(at + CHUNK, len(chosen)):,} leads")

    def _write_rules(self) -> None:
        rows = [
            (name, place, json.dumps({"version": 1, "root": {"all": [test]}}), points, half, "received", True, 1,
             self.writer.start)
            for place, (name, points, half, test) in enumerate(RULES, 1)
        ]  # fmt: skip
        names = (
            "name", "position", "condition", "points", "half_life_days", "fades_from", "is_active", "version",
            "updated_at",
        )  # fmt: skip
        self.writer.copy(ScoreRule, names, rows)
        weights = dict.fromkeys(self.writer.holding("rep"), 1)
        write_rule(self.writer, "lead", {"name": "By turns", "method": "round_robin", "response_minutes": 480}, weights)

    def _crowd(self) -> list[tuple[Any, ...]]:
        """Return key, owner, team, name, language and words of customers, and their first deal with its opening."""
        found: list[tuple[Any, ...]] = []
        for low, high in ranges_of(Customer):
            found += self.writer.rows(
                "SELECT c.id, c.owner_id, c.team_id, c.name, c.language, c.search_text, c.created_at, d.id, "
                "d.opened_at "
                "FROM customers_customer c LEFT JOIN LATERAL (SELECT o.id, o.opened_at FROM sales_opportunity o "
                "WHERE o.customer_id = c.id ORDER BY o.opened_at LIMIT 1) d ON true "
                "WHERE c.id BETWEEN %s AND %s AND c.owner_id = ANY(%s) ORDER BY c.id",
                low, high, self.reps,
            )  # fmt: skip
        return found

    def _write_block(self, crowd: list[tuple[Any, ...]]) -> None:
        keys, first = self.writer.keys(Lead, len(crowd)), reserve_block(SEQUENCE, len(crowd))
        draws = self.chance.random((len(crowd), 5))
        luck = self.chance.integers(0, 6, len(crowd))
        rows, told, returned = [], [], []
        for turn, (key, whom) in enumerate(zip(keys, crowd, strict=True)):
            row = self._lead(whom, first + turn, draws[turn], int(luck[turn]))
            rows.append(row)
            if row[16] is not None:
                returned.append(("lead", key, Reasons.RETURNED.value, "", "", None, whom[1], "{}", row[16]))
            data = {"title": row[1], "number": row[0]}
            told.append(activity_row(whom[0], "lead.received", row[11], subject=("lead", key), data=data, body=row[8]))
        self.writer.copy(Lead, COLUMNS, rows, keys)
        self.writer.copy(AssignmentLog, LOG_COLUMNS, returned)
        self.writer.copy(Activity, tuple(ACTIVITY_COLUMNS.split(", ")), told)

    def _lead(self, whom: tuple[Any, ...], number: int, draw: np.ndarray[Any, Any], luck: int) -> tuple[Any, ...]:
        """Return one row, in the order of COLUMNS."""
        pk, owner, team, name, language, words, joined, deal, opened = whom
        received = self._received(draw, joined, opened)
        fresh = (self.writer.end - received).days < FRESH_DAYS
        due = self.hours.add_business_time(received, dt.timedelta(minutes=self.policy.response_minutes))
        status, answered, seconds = LeadStatus.NEW, None, None
        if not fresh or deal is not None or draw[1] < ANSWERED:
            seconds = int(60 * self.policy.response_minutes * (0.05 + 2.2 * float(draw[2]) ** 3))
            answered = self.hours.add_business_time(received, dt.timedelta(seconds=seconds))
            status = LeadStatus.QUALIFIED if draw[3] < 0.4 else LeadStatus.CONTACTED
        if answered is not None and answered >= self.writer.end:
            status, answered, seconds = LeadStatus.NEW, None, None
        closed, reason, revive = None, None, None
        if deal is not None:
            status, closed = LeadStatus.CONVERTED, opened
        elif not fresh:
            status, reason = LeadStatus.DISQUALIFIED, self.reasons[luck % len(self.reasons)]
            closed = min(received + dt.timedelta(days=3 + luck), self.writer.end)
            revive = self.writer.day + dt.timedelta(days=30 + luck) if draw[4] < REVIVED else None
        live = closed is None
        if live and draw[4] < POOLED and answered is None:
            owner, team = None, None
        touched = answered or received
        about, code = ABOUT[luck], format_number(PREFIX, received.year, number)
        return (
            code, about, pk, status.value, CHANNELS[luck].value, SOURCES[luck], CAMPAIGNS[luck], "{}", MESSAGES[luck],
            language, "", received, due, answered, seconds, touched,
            self.writer.end if live and owner is None else None,
            self.writer.end + dt.timedelta(days=2 + luck * 2) if live and owner else None, 0, "cold", "[]", reason, "",
            closed, revive, deal, search_text([code, about, name, words]), sort_key(name)[:200], owner, team, 1,
            received, closed or touched,
        )  # fmt: skip

    def _received(self, draw: np.ndarray[Any, Any], joined: dt.datetime, opened: dt.datetime | None) -> dt.datetime:
        """Return when an enquiry came: some days before its deal, or else at any time, more of them lately."""
        if opened is not None:
            return opened - dt.timedelta(hours=6 + 90 * float(draw[0]))
        days = HISTORY_DAYS * float(draw[0]) ** 5
        return max(self.writer.end - dt.timedelta(days=days, minutes=5), joined)


@register_reading_part(Customer, Opportunity)
def write_leads(writer: DemoWriter) -> None:
    """Write the leads of the demo company."""
    LeadPart(writer).write()


register_figures("lead_scores")
