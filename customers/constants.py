"""Figures that the domain is built on."""

from __future__ import annotations

from typing import Any

# The rules of the lifecycle until an administrator changes them, in the order in which they are asked.
LIFECYCLE: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "churned",
        {
            "any": [
                # Silent for longer than three of their own usual gaps, and for half a year at least.
                {
                    "all": [
                        {"field": "silence", "op": "gt", "value": 3},
                        {"field": "last_order", "op": "older_days", "value": 180},
                    ]
                },
                {
                    "all": [
                        {"field": "orders_count", "op": "gte", "value": 1},
                        {"field": "alive", "op": "lt", "value": "0.1"},
                    ]
                },
                {"field": "last_order", "op": "older_days", "value": 540},
            ]
        },
    ),
    (
        "loyal",
        {
            "any": [
                {"field": "orders_count", "op": "gte", "value": 8},
                {"field": "segment", "op": "in", "value": ["champion", "loyal"]},
            ]
        },
    ),
    ("new", {"all": [{"field": "first_order", "op": "last_days", "value": 90}]}),
    ("returning", {"all": [{"field": "orders_count", "op": "gte", "value": 1}]}),
)
