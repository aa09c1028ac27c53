"""Making the rows of a block of drawn deals, with their lines, next steps and rivals. No database is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import format_number
from customers.choices import Priority, TaskKind
from customers.services.tasking.timing import Planned
from sales.choices import DealStatus
from sales.demo.funnel import OPEN, WON, Deals
from sales.demo.money import CURRENCIES, RATE_UNIT, written
from sales.models import Stage
from sales.services.dealing import PREFIX

Row = tuple[Any, ...]

COLUMNS = (
    "number", "name", "customer_id", "pipeline_id", "stage_id", "status", "amount", "amount_from_lines", "currency",
    "exchange_rate", "base_amount", "probability", "category", "source", "product_id", "expected_close", "opened_at",
    "stage_entered_at", "touched_at", "rots_at", "closed_at", "reason_id", "lost_to_id", "close_note", "note",
    "next_step", "next_step_date", "push_count", "search_text", "sort_key", "owner_id", "team_id", "version",
    "created_at", "updated_at",
)  # fmt: skip
STATUSES = (DealStatus.OPEN.value, DealStatus.WON.value, DealStatus.LOST.value)
SOURCES = ("Referral", "Website", "Trade fair", "Cold call", "Partner", "Advertising")
STEPS = ("Call about the offer", "Send the offer", "Visit", "Ask for a decision", "Show the samples", "Agree on terms")
NOTES = ("", "", "Price decided.", "They know us from earlier.", "Delivery time decided.", "")
STEP_SHARE, PRODUCT_SHARE, LINE_SHARE, RIVAL_SHARE = 0.82, 0.7, 0.2, 0.4
PIECES = (1, 2, 5, 10)
FRIDAY = 4


@dataclass
class DealTables:
    """The rows of one block, ready to be copied."""

    keys: range
    deals: list[Row]
    lines: list[Row]
    tasks: list[Row]
    rivals: list[Row]


@dataclass(frozen=True)
class DealMaker:
    """What all deals are made of: four stages, reasons by status, products, owners' zones, and competitors."""

    start: dt.datetime
    day: dt.date
    stages: list[Stage]
    reasons: dict[str, list[int]]
    products: list[tuple[int, str]]
    zones: dict[int, str]
    rivals: list[int]

    def moment(self, seconds: float) -> dt.datetime:
        """Return the moment so many seconds after the start."""
        return self.start + dt.timedelta(seconds=int(seconds))

    def deal(self, deals: Deals, at: int, whom: Row, number: int, draw: list[float]) -> Row:
        """Return one row of deals, in the order of COLUMNS."""
        state, luck = int(deals.state[at]), int(deals.luck[at])
        stage, is_open = self.stages[int(deals.stage[at])], state == OPEN
        opened, entered, touched = (
            self.moment(int(moments[at])) for moments in (deals.opened, deals.entered, deals.touched)
        )
        closed = None if is_open else self.moment(int(deals.closed[at]))
        product = self.products[luck % len(self.products)] if draw[0] < PRODUCT_SHARE else None
        name = f"{whom[5]}: {product[1]}" if product else f"{whom[5]}: {opened:%Y-%m}"
        code = format_number(PREFIX, opened.year, number)
        close = closed.date() if closed else self.day + dt.timedelta(days=int(deals.close_in[at]))
        step, step_day = "", None
        if is_open and draw[1] < STEP_SHARE:
            step, step_day = STEPS[luck % len(STEPS)], working_day(self.day + dt.timedelta(days=luck % 21 - 4))
        rots = touched + dt.timedelta(days=stage.rot_days) if is_open and stage.rot_days else None
        reason = None if is_open else self.reasons[STATUSES[state]][luck % len(self.reasons[STATUSES[state]])]
        lost_to = self.rivals[luck % len(self.rivals)] if state not in (OPEN, WON) and draw[3] < RIVAL_SHARE else None
        probability = (stage.probability, 100, 0)[state]
        return (
            code, name[:200], whom[0], stage.pipeline_id, stage.pk, STATUSES[state], written(int(deals.amount[at])),
            product is not None and draw[2] < LINE_SHARE, CURRENCIES[int(deals.currency[at])],
            written(int(deals.rate[at]), RATE_UNIT), written(int(deals.base[at])), probability, stage.category,
            SOURCES[luck % len(SOURCES)], product[0] if product else None, close, opened, entered, touched, rots,
            closed, reason, lost_to, "" if is_open else NOTES[luck % len(NOTES)], "", step, step_day,
            int(deals.pushes[at]), search_text([name, code, whom[5]]), sort_key(name)[:200], whom[1], whom[2], 1,
            opened, closed or touched,
        )  # fmt: skip

    def task(self, key: int, deal: Row) -> Row:
        """Return the task that is the next step of a deal."""
        title, day, owner, created = deal[25], deal[26], deal[30], deal[18]
        zone = self.zones[owner]
        planned = Planned(day=day, clock=None, zone=zone, kind=TaskKind.TASK, duration=30, remind_minutes=None)
        return (
            TaskKind.TASK.value, title, "", deal[2], "opportunity", True, zone, 30, int(Priority.NORMAL), None, "",
            owner, deal[31], 1, created, created, None, None, planned.day, planned.due_at, planned.overdue_at, None,
            None, "open", None, "", search_text([title]), key,
        )  # fmt: skip


@dataclass(frozen=True)
class DealBlock:
    """Drawn deals with their customers: key, owner, team, country, seconds since the start and name of each.

    Keys and numbers follow the dates of opening. Plain data, so that a helper can do it.
    """

    maker: DealMaker
    deals: Deals
    crowd: list[Row]
    keys: range
    first: int
    draws: list[list[float]]

    def make(self) -> DealTables:
        """Make all rows."""
        maker, deals = self.maker, self.deals
        order = np.argsort(deals.opened, kind="stable").tolist()
        made = DealTables(self.keys, [], [], [], [])
        for turn, (key, at) in enumerate(zip(self.keys, order, strict=True)):
            deal = maker.deal(deals, at, self.crowd[at], self.first + turn, self.draws[turn])
            made.deals.append(deal)
            amount = int(deals.amount[at])
            if deal[7]:
                pieces = PIECES[int(deals.luck[at]) % len(PIECES)]
                made.lines.append((key, 1, deal[14], deal[1].partition(": ")[2], pieces, written(amount // pieces), 0))
            if deal[25]:
                made.tasks.append(maker.task(key, deal))
            if deal[22] is not None or self.draws[turn][3] < RIVAL_SHARE / 2:
                made.rivals.append((key, deal[22] or maker.rivals[int(deals.luck[at]) % len(maker.rivals)]))
        return made


def make_deals(block: DealBlock) -> DealTables:
    """Make the rows of a block, here or in a helper."""
    return block.make()


def working_day(day: dt.date) -> dt.date:
    """Return the day, or the Monday after it."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > FRIDAY else day
