"""Segments that speak of other segments: in which order they are computed, and why no ring may come about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_site.rules import RuleError, load_rule
from crm_site.rules.nodes import Condition
from customers.models import Segment

FIELD = "segments"


def segments_named(rule_json: Any) -> set[int]:
    """Return the keys of the segments that a stored rule speaks of."""
    if rule_json is None:
        return set()
    try:
        rule = load_rule("customer", rule_json)
    except RuleError:
        return set()
    named = (leaf for leaf in rule.leaves if isinstance(leaf, Condition) and leaf.field.name == FIELD)
    return {int(key) for leaf in named for key in (leaf.value or ())}


def in_order(segments: Iterable[Segment]) -> list[Segment]:
    """Return the segments with their state, each after those that its rule speaks of."""
    by_key = {
        segment.pk: segment
        for segment in Segment.objects.filter(pk__in=[one.pk for one in segments])
        .select_related("state")
        .order_by("pk")
    }
    done: dict[int, Segment] = {}

    def visit(segment: Segment, above: frozenset[int]) -> None:
        if segment.pk in done or segment.pk in above:
            return
        for key in sorted(segments_named(segment.rule)):
            if key in by_key:
                visit(by_key[key], above | {segment.pk})
        done[segment.pk] = segment

    for segment in by_key.values():
        visit(segment, frozenset())
    return list(done.values())


def leads_back(segment_key: int, rule_json: Any) -> bool:
    """Tell whether the rule speaks of the segment itself, directly or through others."""
    seen: set[int] = set()
    waiting = list(segments_named(rule_json))
    while waiting:
        key = waiting.pop()
        if key == segment_key:
            return True
        if key not in seen:
            seen.add(key)
            stored = Segment.objects.filter(pk=key).values_list("rule", flat=True).first()
            waiting.extend(segments_named(stored))
    return False
