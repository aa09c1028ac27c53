"""When customers buy: each at a rate of their own until they drop out, with seasons (BG/NBD, Fader et al. 2005)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.random import Generator

Array = np.ndarray[Any, Any]

DAY = 86_400
# Purchases a day ~ Gamma(SHAPE, RATE / orders_each); dropout after each purchase ~ Beta(A, B).
SHAPE, RATE = 0.9, 170.0
A, B = 0.75, 4.5
FIRST_ORDER_DAYS = 6.0
MONTHS = (0.86, 0.8, 1.0, 0.98, 1.02, 1.0, 0.9, 0.84, 1.06, 1.1, 1.34, 1.2)
WEEKDAYS = (1.05, 1.1, 1.08, 1.05, 1.0, 0.45, 0.22)


class Calendar:
    """Bends time so that events spread evenly over it fall more often into busy months and on working days."""

    def __init__(self, start: dt.date, days: int) -> None:
        dates = [start + dt.timedelta(days=day) for day in range(days)]
        busy = np.array([MONTHS[date.month - 1] * WEEKDAYS[date.weekday()] for date in dates])
        self.days = days
        self.edges = np.arange(days + 1, dtype=float)
        self.passed = np.concatenate([[0.0], np.cumsum(busy) / busy.sum() * days])

    def to_even(self, days: Array) -> Array:
        """Return even time of calendar days since the start."""
        even: Array = np.interp(days, self.edges, self.passed)
        return even

    def to_calendar(self, even: Array) -> Array:
        """Return calendar days since the start of even time."""
        days: Array = np.interp(even, self.passed, self.edges)
        return days


def purchases(joined_days: Array, calendar: Calendar, orders_each: float, chance: Generator) -> tuple[Array, Array]:
    """Return who buys and when: positions of customers, and seconds since the start, in order of time.

    `joined_days` are days since the start; a customer's first purchase follows within days.
    """
    count = len(joined_days)
    gaps = 1 / chance.gamma(SHAPE, orders_each / RATE, count).clip(1e-4)
    leaving = chance.beta(A, B, count)
    now = calendar.to_even(joined_days) + chance.exponential(FIRST_ORDER_DAYS, count)
    alive = np.flatnonzero(now < calendar.days)
    who, when = [], []
    while alive.size:
        who.append(alive)
        when.append(now[alive])
        alive = alive[chance.random(alive.size) >= leaving[alive]]
        now[alive] += chance.exponential(gaps[alive])
        alive = alive[now[alive] < calendar.days]
    if not who:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    people = np.concatenate(who)
    seconds = within_day(calendar.to_calendar(np.concatenate(when)), chance)
    seconds = np.maximum(seconds, (joined_days[people] * DAY).astype(np.int64) + 600).clip(max=calendar.days * DAY - 1)
    order = np.argsort(seconds, kind="stable")
    return people[order], seconds[order]


def within_day(days: Array, chance: Generator) -> Array:
    """Return seconds since the start: the same days, at times when people buy."""
    hour = chance.beta(2.2, 2.4, len(days)) * 13 + 7.5
    return np.floor(days).astype(np.int64) * DAY + (hour * 3600).astype(np.int64)
