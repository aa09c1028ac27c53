"""The demo company's opportunities: two years of a believable funnel, and what stands before its people now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from crm_site.demo.helping import pipeline
from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_reading_part
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from crm_site.numbering.sequences import reserve_block
from customers.demo.tasks import TASK_COLUMNS
from customers.models import Customer, Task
from sales.demo.deal_tables import COLUMNS, STATUSES, DealBlock, DealMaker, DealTables, make_deals
from sales.demo.documents import DAY
from sales.demo.funnel import Deals, draw_deals
from sales.demo.ledger import write_histories
from sales.demo.money import CURRENCIES, EUROS, RATE_UNIT, currency_of, rates, written
from sales.models import Competitor, ExchangeRate, Opportunity, OpportunityLine, Pipeline, Product, Reason, Stage
from sales.services.dealing import SEQUENCE

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

# How many deals there are for each customer, and how many of them are open: a large company keeps a long past.
EACH, EACH_LARGE, OPEN_SHARE, OPEN_SHARE_LARGE = 0.5, 1.0, 0.25, 0.1
RIVALS = ("Norddeutsche Technik", "Alpine Supply", "Shenzhen Bright", "Baltic Trading", "Evergreen Parts", "ProServe")


class DealPart:
    """Writes deals in chunks, each with its history, lines, contacts and next steps."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("opportunities")
        self.end = HISTORY_DAYS * DAY
        usual = Pipeline.objects.get(is_default=True)
        self.stages = list(Stage.objects.filter(pipeline=usual, is_active=True).order_by("position", "id")[:4])
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
        maker = self._maker()
        with pipeline(self._write_block, is_large=self.writer.size.is_large) as line:
            for at in range(0, count, CHUNK):
                chosen = who[at : at + CHUNK]
                deals = draw_deals(chosen, joined[chosen], currency[chosen], share, self.end, self.chance)
                asked = [crowd[place] for place in chosen.tolist()]
                line.give(make_deals, DealBlock(maker, deals, asked, *self._reserved(deals)))
                self.writer.say(f"{min(at + CHUNK, count):,} opportunities")

    def _maker(self) -> DealMaker:
        return DealMaker(
            start=self.writer.start,
            day=self.writer.day,
            stages=self.stages,
            reasons={kind: list(Reason.objects.active(kind).values_list("pk", flat=True)) for kind in STATUSES[1:]},
            products=list(Product.objects.filter(sku__startswith="DEMO-").order_by("pk").values_list("pk", "name")),
            zones=self.zones,
            rivals=self.rivals,
        )

    def _reserved(self, deals: Deals) -> tuple[range, int, list[list[float]]]:
        """Return the keys, the first number and the draws of a block."""
        keys = self.writer.keys(Opportunity, len(deals))
        return keys, reserve_block(SEQUENCE, len(deals)), self.chance.random((len(deals), 4)).tolist()

    def _write_block(self, tables: DealTables, kept: None) -> None:
        keys = tables.keys
        self.writer.copy(Opportunity, COLUMNS, tables.deals, keys)
        names = ("opportunity_id", "position", "product_id", "description", "quantity", "unit_price", "discount")
        self.writer.copy(OpportunityLine, names, tables.lines)
        self.writer.copy(Opportunity.competitors.through, ("opportunity_id", "competitor_id"), tables.rivals)
        self.writer.copy(Task, (*TASK_COLUMNS, "subject_id"), tables.tasks)
        write_histories(self.writer, keys[0], keys[-1])

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


@register_reading_part(Customer)
def write_opportunities(writer: DemoWriter) -> None:
    """Write the opportunities of the demo company."""
    DealPart(writer).write()
