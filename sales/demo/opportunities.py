"""The demo company's opportunities: two years of a believable funnel, and what stands before its people now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_reading_part
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import format_number, reserve_block
from customers.choices import Priority, TaskKind
from customers.demo.tasks import TASK_COLUMNS
from customers.models import Customer, Task
from customers.services.tasking.timing import Planned
from sales.choices import DealStatus
from sales.demo.documents import DAY
from sales.demo.funnel import OPEN, WON, Deals, draw_deals
from sales.demo.ledger import write_histories
from sales.demo.money import CURRENCIES, EUROS, RATE_UNIT, currency_of, rates, written
from sales.models import Competitor, ExchangeRate, Opportunity, OpportunityLine, Pipeline, Product, Reason, Stage
from sales.services.dealing import PREFIX, SEQUENCE

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

COLUMNS = (
    "number", "name", "customer_id", "pipeline_id", "stage_id", "status", "amount", "amount_from_lines", "currency",
    "exchange_rate", "base_amount", "probability", "category", "source", "product_id", "expected_close", "opened_at",
    "stage_entered_at", "touched_at", "rots_at", "closed_at", "reason_id", "lost_to_id", "close_note", "note",
    "next_step", "next_step_date", "push_count", "search_text", "sort_key", "owner_id", "team_id", "version",
    "created_at", "updated_at",
)  # fmt: skip
# How many deals there are for each customer, and how many of them are open: a large company keeps a long past.
EACH, EACH_LARGE, OPEN_SHARE, OPEN_SHARE_LARGE = 0.5, 1.0, 0.25, 0.1
STATUSES = (DealStatus.OPEN.value, DealStatus.WON.value, DealStatus.LOST.value)
SOURCES = ("Referral", "Website", "Trade fair", "Cold call", "Partner", "Advertising")
RIVALS = ("Norddeutsche Technik", "Alpine Supply", "Shenzhen Bright", "Baltic Trading", "Evergreen Parts", "ProServe")
STEPS = ("Call about the offer", "Send the offer", "Visit", "Ask for a decision", "Show the samples", "Agree on terms")
NOTES = ("", "", "Price decided.", "They know us from earlier.", "Delivery time decided.", "")
STEP_SHARE, PRODUCT_SHARE, LINE_SHARE, RIVAL_SHARE = 0.82, 0.7, 0.2, 0.4
PIECES = (1, 2, 5, 10)
FRIDAY = 4


class DealPart:
    """Writes deals in chunks, each with its history, lines, contacts and next steps."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("opportunities")
        self.end = HISTORY_DAYS * DAY
        pipeline = Pipeline.objects.get(is_default=True)
        self.stages = list(Stage.objects.filter(pipeline=pipeline, is_active=True).order_by("position", "id")[:4])
        self.reasons = {kind: list(Reason.objects.active(kind).values_list("pk", flat=True)) for kind in STATUSES[1:]}
        self.products = list(Product.objects.filter(sku__startswith="DEMO-").order_by("pk").values_list("pk", "name"))
        self.zones = {user.pk: user.time_zone for user in writer.holding("rep", "team-lead")}
        self.rivals: list[int] = []

    def write(self) -> None:
        """Write them all, in order of their opening within a chunk."""
        self._write_rates()
        self._write_rivals()
        crowd = self._crowd()
        if not crowd or len(self.stages) < 4:
            return
        large = self.writer.size.code == "L"
        count = int(self.writer.size.customers * (EACH_LARGE if large else EACH))
        who = np.sort(self.chance.integers(0, len(crowd), count))
        self.chance.shuffle(who)
        joined = np.array([row[4] for row in crowd], dtype=float)
        currency = np.array([currency_of(row[3]) for row in crowd], dtype=np.int64)
        share = OPEN_SHARE_LARGE if large else OPEN_SHARE
        for at in range(0, count, CHUNK):
            chosen = who[at : at + CHUNK]
            deals = draw_deals(chosen, joined[chosen], currency[chosen], share, self.end, self.chance)
            self._write_block(deals, crowd)
            self.writer.say(f"{min(at + CHUNK, count):,} opportunities")

    def _crowd(self) -> list[tuple[Any, ...]]:
        """Return key, owner, team, country, seconds since the start and name of the customers who may buy."""
        found: list[tuple[Any, ...]] = []
        for low, high in ranges_of(Customer):
            found += self.writer.rows(
                "SELECT id, owner_id, team_id, country, extract(epoch FROM created_at - %s)::float, name "
                "FROM customers_customer WHERE id BETWEEN %s AND %s AND owner_id = ANY(%s) "
                "AND (kind = 'organisation' OR organisation_id IS NULL) ORDER BY id",
                self.writer.start, low, high, list(self.zones),
            )  # fmt: skip
        return found

    def _write_rates(self) -> None:
        """Write what currencies were worth on the first of each month."""
        known = set(ExchangeRate.objects.values_list("currency", "day"))
        rows = []
        for code in EUROS:
            if code == settings.BASE_CURRENCY:
                continue
            for days in range(0, HISTORY_DAYS, 30):
                day = self.writer.start.date() + dt.timedelta(days=days)
                rate = rates(np.array([CURRENCIES.index(code)]), np.array([float(days)]))[0]
                if (code, day) not in known:
                    rows.append((code, day, written(int(rate), RATE_UNIT)))
        self.writer.copy(ExchangeRate, ("currency", "day", "rate"), rows)

    def _write_rivals(self) -> None:
        known = dict(Competitor.objects.filter(name__in=RIVALS).values_list("name", "pk"))
        new = [(name, "", "") for name in RIVALS if name not in known]
        keys = self.writer.copy(Competitor, ("name", "website", "note"), new)
        known |= {row[0]: key for row, key in zip(new, keys, strict=True)}
        self.rivals = [known[name] for name in RIVALS]

    def _write_block(self, deals: Deals, crowd: list[tuple[Any, ...]]) -> None:
        keys = self.writer.keys(Opportunity, len(deals))
        first = reserve_block(SEQUENCE, len(deals))
        order = np.argsort(deals.opened, kind="stable").tolist()
        draws = self.chance.random((len(deals), 4)).tolist()
        rows, lines, tasks, rivals = [], [], [], []
        for turn, (key, at) in enumerate(zip(keys, order, strict=True)):
            whom = crowd[int(deals.customer[at])]
            deal = self._deal(deals, at, whom, first + turn, draws[turn])
            rows.append(deal)
            amount = int(deals.amount[at])
            if deal[7]:
                pieces = PIECES[int(deals.luck[at]) % len(PIECES)]
                lines.append((key, 1, deal[14], deal[1].partition(": ")[2], pieces, written(amount // pieces), 0))
            if deal[25]:
                tasks.append(self._task(key, deal))
            if deal[22] is not None or draws[turn][3] < RIVAL_SHARE / 2:
                rivals.append((key, deal[22] or self.rivals[int(deals.luck[at]) % len(self.rivals)]))
        self.writer.copy(Opportunity, COLUMNS, rows, keys)
        names = ("opportunity_id", "position", "product_id", "description", "quantity", "unit_price", "discount")
        self.writer.copy(OpportunityLine, names, lines)
        self.writer.copy(Opportunity.competitors.through, ("opportunity_id", "competitor_id"), rivals)
        self.writer.copy(Task, (*TASK_COLUMNS, "subject_id"), tasks)
        write_histories(self.writer, keys[0], keys[-1])

    def _deal(self, deals: Deals, at: int, whom: tuple[Any, ...], number: int, draw: list[float]) -> tuple[Any, ...]:
        """Return one row of deals, in the order of COLUMNS."""
        state, luck = int(deals.state[at]), int(deals.luck[at])
        stage, is_open = self.stages[int(deals.stage[at])], state == OPEN
        opened, entered, touched = (
            self.writer.moment(int(moments[at])) for moments in (deals.opened, deals.entered, deals.touched)
        )
        closed = None if is_open else self.writer.moment(int(deals.closed[at]))
        product = self.products[luck % len(self.products)] if draw[0] < PRODUCT_SHARE else None
        name = f"{whom[5]}: {product[1]}" if product else f"{whom[5]}: {opened:%Y-%m}"
        code = format_number(PREFIX, opened.year, number)
        close = closed.date() if closed else self.writer.day + dt.timedelta(days=int(deals.close_in[at]))
        step, step_day = "", None
        if is_open and draw[1] < STEP_SHARE:
            step, step_day = STEPS[luck % len(STEPS)], working_day(self.writer.day + dt.timedelta(days=luck % 21 - 4))
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

    def _task(self, key: int, deal: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the task that is the next step of a deal."""
        title, day, owner, created = deal[25], deal[26], deal[30], deal[18]
        zone = self.zones[owner]
        planned = Planned(day=day, clock=None, zone=zone, kind=TaskKind.TASK, duration=30, remind_minutes=None)
        return (
            TaskKind.TASK.value, title, "", deal[2], "opportunity", True, zone, 30, int(Priority.NORMAL), None, "",
            owner, deal[31], 1, created, created, None, None, planned.day, planned.due_at, planned.overdue_at, None,
            None, "open", None, "", search_text([title]), key,
        )  # fmt: skip


def working_day(day: dt.date) -> dt.date:
    """Return the day, or the Monday after it."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > FRIDAY else day


@register_reading_part(Customer)
def write_opportunities(writer: DemoWriter) -> None:
    """Write the opportunities of the demo company."""
    DealPart(writer).write()
