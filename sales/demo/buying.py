"""The demo company's sales: a catalogue, and two years of orders, credits and payments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_site.demo.helping import pipeline
from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_part
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from customers.models import Customer
from sales.demo.catalogue import write_products
from sales.demo.documents import DAY, draw_block
from sales.demo.money import UNIT, currency_of
from sales.demo.rhythm import Calendar, purchases, within_day
from sales.demo.stages import write_stages
from sales.demo.tables import BlockTables, Buyers, make_tables, write_tables

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

WALK_INS = 0.06
NEVER_BUY = {"organisation": 0.08, "consumer": 0.1, "member": 0.3}
TYPICAL_ORDER, SPREAD, NOISE = 240.0, 0.75, 6.0
WALK_IN_ORDER = 45.0


@register_part
def write_sales(writer: DemoWriter) -> None:
    """Write the sales of the demo company, in order of time, a block at a time."""
    products = write_products(writer)
    prices = np.array([int(price * UNIT) for _key, _name, price in products])
    buyers = _read_buyers(writer)
    chance = writer.chance("orders")
    people, seconds = _plan(writer, buyers, chance)
    spend = TYPICAL_ORDER * chance.lognormal(0, SPREAD, len(buyers))
    with pipeline(partial(write_tables, writer), is_large=writer.size.is_large) as line:
        for at in range(0, len(people), CHUNK):
            who, when = people[at : at + CHUNK], seconds[at : at + CHUNK]
            inside = who >= 0
            currency = np.where(inside, buyers.currency[who], currency_of(""))
            budget = np.where(inside, spend[who], WALK_IN_ORDER) * chance.gamma(NOISE, 1 / NOISE, len(who))
            block = draw_block(who, when, currency, budget, prices, HISTORY_DAYS * DAY, chance)
            luck = chance.integers(0, 5, len(block))
            line.give(make_tables, BlockTables(writer, block, buyers, products, luck))
            writer.say(f"{min(at + CHUNK, len(people)):,} orders")
    write_stages(writer)


def _read_buyers(writer: DemoWriter) -> Buyers:
    buyers = Buyers()
    for low, high in ranges_of(Customer):
        found = writer.rows(
            "SELECT id, owner_id, team_id, country, kind, organisation_id IS NOT NULL, "
            "extract(epoch FROM created_at - %s)::float, name FROM customers_customer "
            "WHERE id BETWEEN %s AND %s ORDER BY id",
            writer.start, low, high,
        )  # fmt: skip
        buyers.extend(found)
    buyers.freeze()
    return buyers


def _plan(writer: DemoWriter, buyers: Buyers, chance: np.random.Generator) -> tuple[Any, Any]:
    """Return who buys when, with walk-in customers (-1) between; orders of the first days come first."""
    calendar = Calendar(writer.start.date(), HISTORY_DAYS)
    never = np.array([NEVER_BUY[kind] for kind in buyers.kinds])
    buying = np.flatnonzero(chance.random(len(buyers)) >= never)
    people, seconds = purchases(buyers.joined[buying] / DAY, calendar, writer.size.orders_each, chance)
    passers = int(len(people) * WALK_INS)
    # Walk-in sales grow with the rest: more of them late than early.
    days = calendar.to_calendar(np.sqrt(chance.random(passers)) * HISTORY_DAYS)
    moments = within_day(np.minimum(days, HISTORY_DAYS - 1), chance)
    everybody = np.concatenate([buying[people], np.full(passers, -1)])
    when = np.concatenate([seconds, moments])
    order = np.argsort(when, kind="stable")
    return everybody[order], when[order]
