"""Drawing the contents of a block of orders: lines, totals, credits, and what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from sales.choices import OrderStatus
from sales.demo.money import UNIT, in_base, rates

Array = np.ndarray[Any, Any]

DAY = 86_400
LINES = np.array([0.46, 0.28, 0.16, 0.1])
CANCELLED, CREDITED, NEVER_PAID, HALF_PAID = 0.025, 0.045, 0.015, 0.02
PAYMENT_DAYS, PLACED_DAYS = 11.0, 10
DISCOUNT = 0.12
MOST = 400


@dataclass
class Lines:
    """Positions of many orders, sorted by order; prices in ten-thousandths."""

    order: Array
    position: Array
    product: Array
    quantity: Array
    price: Array

    def totals(self, count: int) -> Array:
        """Return the sum of the lines of each of `count` orders."""
        totals = np.zeros(count, dtype=np.int64)
        np.add.at(totals, self.order, self.quantity * self.price)
        return totals


@dataclass
class Block:
    """Documents of one block, in no order yet. `credits` holds the position of the order that one takes back, or -1."""

    customer: Array
    seconds: Array
    currency: Array
    lines: Lines
    rate: Array
    total: Array
    base: Array
    status: Array
    paid: Array
    paid_at: Array
    credits: Array

    def __len__(self) -> int:
        return len(self.seconds)


def draw_block(
    customer: Array, seconds: Array, currency: Array, budget: Array, prices: Array, end: int, chance: Generator
) -> Block:
    """Draw everything about these orders; `budget` in euro is about what each spends, -1 is a walk-in customer.

    `prices` are the catalogue's, in ten-thousandths of a euro; `end` is the end of the history in seconds.
    """
    count = len(seconds)
    rate = rates(currency, seconds / DAY)
    lines = _draw_lines(budget, prices, rates(currency, seconds / DAY), chance)
    status = np.where(chance.random(count) < CANCELLED, OrderStatus.CANCELLED.value, OrderStatus.COMPLETED.value)
    block = Block(
        customer, seconds, currency, lines, rate, lines.totals(count), np.zeros(0), status.astype(object),
        np.zeros(count, dtype=np.int64), seconds, np.full(count, -1),
    )  # fmt: skip
    _pay(block, end, chance)
    _add_credits(block, end, chance)
    block.base = in_base(block.total, block.rate)
    return block


def _draw_lines(budget: Array, prices: Array, rate: Array, chance: Generator) -> Lines:
    count = len(budget)
    each = chance.choice(len(LINES), count, p=LINES) + 1
    order = np.repeat(np.arange(count), each)
    first = np.cumsum(each) - each
    popularity = 1 / (np.arange(len(prices)) * 7 % len(prices) + 4.0)
    product = chance.choice(len(prices), len(order), p=popularity / popularity.sum())
    euro = prices[product]
    share = (budget / each)[order] * chance.gamma(4.0, 0.25, len(order))
    quantity = np.rint(share * UNIT / euro).clip(1, MOST).astype(np.int64)
    discounted = np.where(chance.random(len(order)) < DISCOUNT, euro * 19 // 20, euro)
    price = np.rint(discounted * (100_000_000 / rate[order])).astype(np.int64)
    return Lines(order, np.arange(len(order)) - first[order] + 1, product, quantity, price)


def _pay(block: Block, end: int, chance: Generator) -> None:
    """Walk-in sales are paid on the spot, others after days; what is unpaid or fresh is still open."""
    count = len(block)
    waits = np.where(block.customer < 0, 0, chance.exponential(PAYMENT_DAYS, count) * DAY + 3600)
    block.paid_at = (block.seconds + waits).astype(np.int64)
    luck = chance.random(count)
    is_open = block.status != OrderStatus.CANCELLED.value
    pays = is_open & (block.paid_at < end) & ((luck > NEVER_PAID) | (block.customer < 0))
    half = pays & (luck < NEVER_PAID + HALF_PAID) & (block.customer >= 0)
    block.paid = np.where(pays, np.where(half, block.total // (2 * UNIT) * UNIT, block.total), 0)
    fresh = (block.seconds > end - PLACED_DAYS * DAY) & (block.customer >= 0)
    block.status[is_open & (fresh | (block.paid < block.total))] = OrderStatus.PLACED.value


def _add_credits(block: Block, end: int, chance: Generator) -> None:
    """Some customers send the first position back, in part or whole; the refund goes out the next day."""
    later = block.seconds + (chance.uniform(3, 25, len(block)) * DAY).astype(np.int64)
    returned = chance.random(len(block)) < CREDITED
    returned &= (later < end) & (block.status == OrderStatus.COMPLETED.value) & (block.customer >= 0)
    original = np.flatnonzero(returned)
    lines, count = block.lines, len(block)
    firsts = np.flatnonzero(lines.position == 1)[original]
    back = -np.maximum(1, np.rint(lines.quantity[firsts] * chance.uniform(0.3, 1, len(original)))).astype(np.int64)
    total = back * lines.price[firsts]
    refunded = np.minimum(later[original] + DAY, end)
    new = np.arange(len(original))

    def grown(old: Array, more: Any) -> Array:
        return np.concatenate([old, more])

    block.lines = Lines(
        grown(lines.order, count + new),
        grown(lines.position, np.ones(len(new), dtype=np.int64)),
        grown(lines.product, lines.product[firsts]),
        grown(lines.quantity, back),
        grown(lines.price, lines.price[firsts]),
    )
    for name in ("customer", "currency", "rate"):
        setattr(block, name, grown(getattr(block, name), getattr(block, name)[original]))
    block.seconds = grown(block.seconds, later[original])
    block.status = grown(block.status, np.full(len(new), OrderStatus.COMPLETED.value, dtype=object))
    block.total = grown(block.total, total)
    block.paid = grown(block.paid, np.where(refunded < end, total, 0))
    block.paid_at = grown(block.paid_at, refunded)
    block.credits = grown(block.credits, original)
