"""Drawing deals: how far each came, when, over how much, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from sales.demo.documents import DAY
from sales.demo.money import UNIT, in_base, rates

Array = np.ndarray[Any, Any]

OPEN, WON, LOST = 0, 1, 2
# In which of four stages open and lost deals stand: fewer come far.
OPEN_STAGES, LOST_STAGES = (0.34, 0.28, 0.22, 0.16), (0.36, 0.3, 0.2, 0.14)
WIN_RATE, CYCLE_DAYS, CYCLE_SPREAD = 0.42, 46.0, 0.6
OPEN_DAYS = 40.0
TYPICAL, SPREAD = 6_500.0, 0.9


@dataclass
class Deals:
    """A block of deals; moments in seconds since the start of the history, money in ten-thousandths."""

    customer: Array
    state: Array
    stage: Array
    opened: Array
    entered: Array
    touched: Array
    closed: Array
    close_in: Array
    pushes: Array
    currency: Array
    rate: Array
    amount: Array
    base: Array
    luck: Array

    def __len__(self) -> int:
        return len(self.customer)


def draw_deals(
    customer: Array, joined: Array, currency: Array, open_share: float, end: int, chance: Generator
) -> Deals:
    """Draw everything about the deals of these customers, who are known since `joined` seconds."""
    count = len(customer)
    state = np.where(chance.random(count) < open_share, OPEN, np.where(chance.random(count) < WIN_RATE, WON, LOST))
    is_open = state == OPEN
    cycle = np.clip(chance.lognormal(np.log(CYCLE_DAYS), CYCLE_SPREAD, count), 3, 300) * DAY
    age = np.where(is_open, chance.gamma(2.0, OPEN_DAYS / 2, count) * DAY + 3600, cycle)
    latest = np.maximum(end - age, 0)
    began = np.minimum(np.maximum(joined, 0), end - 2 * DAY)
    opened = np.where(is_open, latest, began + (latest - began).clip(0) * chance.random(count))
    opened = np.maximum(opened, began).astype(np.int64)
    closed = np.minimum(opened + age, end - 60).astype(np.int64)
    stages = np.arange(4)
    stage = np.where(
        is_open, chance.choice(stages, count, p=OPEN_STAGES), chance.choice(stages, count, p=LOST_STAGES)
    )  # fmt: skip
    stage = np.where(state == WON, np.where(chance.random(count) < 0.8, 3, 2), stage)
    until = np.where(is_open, end, closed)
    share = np.where(stage == 0, 0.0, chance.uniform(0.3, 0.95, count))
    entered = (opened + (until - opened) * share).astype(np.int64)
    silent = np.where(is_open, chance.exponential(9.0, count) * DAY, 0)
    touched = np.maximum(entered, until - silent).astype(np.int64)
    rate = rates(currency, opened / DAY)
    euro = chance.lognormal(np.log(TYPICAL), SPREAD, count)
    amount = (np.rint(euro * 100_000_000 / rate / 50).clip(2) * 50 * UNIT).astype(np.int64)
    return Deals(
        customer, state, stage, opened, entered, touched, closed, chance.integers(-10, 80, count),
        np.where(is_open, chance.poisson(0.5, count), chance.poisson(0.3, count)), currency, rate, amount,
        in_base(amount, rate), chance.integers(0, 1 << 30, count),
    )  # fmt: skip
