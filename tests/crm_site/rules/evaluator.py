"""A slow, plain evaluator of stored rules over records in memory: what the SQL is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_site.staff.models import User
from customers.models import Customer

GETTERS: dict[str, Callable[[Any], Any]] = {
    "stage": lambda one: one.stage,
    "kind": lambda one: one.kind,
    "name": lambda one: one.name,
    "country": lambda one: one.country,
    "reference": lambda one: one.reference,
    "organisation": lambda one: one.organisation.name if one.organisation else None,
    "birth_date": lambda one: one.birth_date,
    "created": lambda one: one.created_at,
    "owner": lambda one: one.owner_id,
    "orders_count": lambda one: one.metrics.orders_count if hasattr(one, "metrics") else None,
    "revenue": lambda one: one.metrics.net_revenue if hasattr(one, "metrics") else None,
    "last_order": lambda one: one.metrics.last_order_at if hasattr(one, "metrics") else None,
    "segment": lambda one: one.score.segment if hasattr(one, "score") else None,
    "alive": lambda one: one.score.p_alive if hasattr(one, "score") else None,
    "tags": lambda one: {tag.pk for tag in one.tags.all()},
}
ORDER_GETTERS: dict[str, Callable[[Any], Any]] = {
    "total": lambda one: one.base_total,
    "ordered": lambda one: one.ordered_at,
    "status": lambda one: one.status,
    "channel": lambda one: one.channel,
    "open_amount": lambda one: one.total - one.paid_total,
    "owner": lambda one: one.owner_id,
    "products": lambda one: {line.product_id for line in one.lines.all() if line.product_id},
    "customer_stage": lambda one: one.customer.stage,
}
ANSWER_GETTERS: dict[str, Callable[[Any], Any]] = {
    "score": lambda one: one.score,
    "answered": lambda one: one.answered_at,
    "comment": lambda one: one.comment,
}


def day_of(value: Any) -> dt.date:
    """Return the day of a moment in the organisation's zone, which is UTC here."""
    return value.astimezone(dt.UTC).date() if isinstance(value, dt.datetime) else value


@dataclass
class Evaluator:
    """Answers rules one record at a time."""

    now: dt.datetime
    reader: User | None = None

    def holds(self, node: dict[str, Any], one: Customer) -> bool:
        """Tell whether a node of the stored form holds for a customer."""
        for join, children in node.items():
            if join in ("all", "any", "not"):
                held = [self.holds(child, one) for child in children]
                return all(held) if join == "all" else any(held) if join == "any" else not any(held)
        if "relation" in node:
            return self.figure_holds(node, one)
        return self.compare(node["op"], GETTERS[node["field"]](one), node.get("value"))

    def rows_of(self, node: dict[str, Any], one: Customer) -> list[Any]:
        """Return the related rows a condition is about."""
        orders = node["relation"] == "orders"
        rows: list[Any] = list(one.orders.all() if orders else one.answers.all())
        if orders:
            rows = [row for row in rows if row.status != "cancelled" and row.kind == "order"]
        if self.reader is not None:
            rows = [row for row in rows if row.owner_id == self.reader.pk]
        when = (ORDER_GETTERS if orders else ANSWER_GETTERS)["ordered" if orders else "answered"]
        if "within" in node:
            since = self.now - dt.timedelta(days=node["within"])
            rows = [row for row in rows if since <= when(row) <= self.now]
        getters = ORDER_GETTERS if orders else ANSWER_GETTERS
        for leaf in node.get("where", ()):
            rows = [row for row in rows if self.compare(leaf["op"], getters[leaf["field"]](row), leaf.get("value"))]
        return rows

    def figure_holds(self, node: dict[str, Any], one: Customer) -> bool:
        """Tell whether a figure over related rows meets its comparison."""
        rows, measure = self.rows_of(node, one), node["measure"]
        getters = ORDER_GETTERS if node["relation"] == "orders" else ANSWER_GETTERS
        if measure in ("latest", "earliest"):
            moments = [getters["ordered" if node["relation"] == "orders" else "answered"](row) for row in rows]
            found: Any = (max if measure == "latest" else min)(moments, default=None)
            return self.compare(node["op"], found, node.get("value"))
        if measure == "count":
            return self.compare(node["op"], len(rows), node["value"])
        amounts = [Decimal(getters[node["of"]](row)) for row in rows]
        if measure == "sum":
            return self.compare(node["op"], sum(amounts, Decimal(0)), node["value"])
        if not amounts:
            return bool(node["op"] == "ne")
        figure = {"average": sum(amounts) / len(amounts), "least": min(amounts), "most": max(amounts)}[measure]
        return self.compare(node["op"], figure, node["value"])

    def compare(self, op: str, actual: Any, value: Any) -> bool:
        """Tell whether a value meets a comparison; the negative ones are the exact opposites of the others."""
        if op in ("is_not", "not_contains", "ne", "not_in", "none_of", "empty"):
            positive = {
                "is_not": "is",
                "not_contains": "contains",
                "ne": "eq",
                "not_in": "in",
                "none_of": "any_of",
                "empty": "filled",
            }[op]
            return not self.compare(positive, actual, value)
        if isinstance(actual, set):
            wanted = set(value or ())
            return bool({"any_of": bool(actual & wanted), "all_of": wanted <= actual, "filled": bool(actual)}[op])
        if op == "filled":
            return actual is not None and actual != ""
        if actual is None:
            return False
        if isinstance(actual, dt.date):
            return self.compare_days(op, actual, value)
        if isinstance(actual, str):
            return self.compare_text(op, actual, value)
        return self.compare_numbers(op, actual, value)

    def compare_text(self, op: str, actual: str, value: Any) -> bool:
        """Compare texts whatever the case."""
        small = actual.lower()
        if op == "in":
            return small in [item.lower() for item in value]
        wanted = value.lower()
        return bool({"is": small == wanted, "contains": wanted in small, "starts": small.startswith(wanted)}[op])

    def compare_numbers(self, op: str, actual: Any, value: Any) -> bool:
        """Compare numbers, and people by key."""
        if op == "in":
            me = None if self.reader is None else self.reader.pk
            return actual in [me if item == "me" else item for item in value]
        figure = Decimal(str(actual))
        if op == "between":
            return Decimal(str(value[0])) <= figure <= Decimal(str(value[1]))
        limit = Decimal(str(value))
        return {
            "eq": figure == limit,
            "gte": figure >= limit,
            "gt": figure > limit,
            "lte": figure <= limit,
            "lt": figure < limit,
        }[op]

    def compare_days(self, op: str, actual: Any, value: Any) -> bool:
        """Compare days, and moments to the second where a number of days is meant."""
        now: Any = self.now if isinstance(actual, dt.datetime) else day_of(self.now)
        if op in ("last_days", "older_days", "next_days"):
            span = dt.timedelta(days=value)
            held: dict[str, bool] = {
                "last_days": now - span <= actual <= now,
                "older_days": actual < now - span,
                "next_days": now <= actual <= now + span,
            }
            return held[op]
        day = day_of(actual)
        if op == "during":
            return self.during(value, day)
        if op == "between":
            return dt.date.fromisoformat(value[0]) <= day <= dt.date.fromisoformat(value[1])
        limit = dt.date.fromisoformat(value)
        return {"on": day == limit, "before": day < limit, "after": day > limit}[op]

    def during(self, period: str, day: dt.date) -> bool:
        """Tell whether a day falls in a period, by its name in the calendar."""
        today = day_of(self.now)
        steps = {"this": 0, "last": -1, "next": 1}
        word, _separator, unit = period.partition("_")
        if period in ("today", "yesterday"):
            return (today - day).days == (0 if period == "today" else 1)
        numbers: dict[str, Callable[[dt.date], int]] = {
            "week": lambda one: (one - dt.date(2001, 1, 1)).days // 7,
            "month": lambda one: one.year * 12 + one.month,
            "quarter": lambda one: one.year * 4 + (one.month - 1) // 3,
            "year": lambda one: one.year,
        }
        return numbers[unit](day) == numbers[unit](today) + steps[word]
