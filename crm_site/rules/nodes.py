"""The tree of a rule once it is understood: groups, conditions, and what no longer means anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from crm_site.rules.declarations import RuleField, RuleRelation
from crm_site.rules.errors import NodeError, NodePath
from crm_site.rules.operators import Measure, Operator

Join = Literal["all", "any", "not"]


@dataclass(frozen=True)
class Condition:
    """A field compared with a value."""

    path: NodePath
    field: RuleField
    operator: Operator
    value: Any = None

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"field": self.field.name, "op": self.operator.code} | _value(self.value)


@dataclass(frozen=True)
class RelatedCondition:
    """A figure over related rows compared with a value: of the last `within` days, only those that meet `where`."""

    path: NodePath
    relation: RuleRelation
    measure: Measure
    field: RuleField | None
    operator: Operator
    value: Any
    within: int | None = None
    where: tuple[Condition | Broken, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        made: dict[str, Any] = {"relation": self.relation.name, "measure": self.measure.code}
        if self.field is not None:
            made["of"] = self.field.name
        made |= {"op": self.operator.code} | _value(self.value)
        if self.within is not None:
            made["within"] = self.within
        if self.where:
            made["where"] = [child.to_json() for child in self.where]
        return made


@dataclass(frozen=True)
class Broken:
    """A condition that means nothing (any more), as it was stored, with the reasons."""

    path: NodePath
    raw: Any
    errors: tuple[NodeError, ...]

    def to_json(self) -> Any:
        """Return what was stored."""
        return self.raw


@dataclass(frozen=True)
class Group:
    """Several nodes of which all, any, or (`not`) none must hold."""

    path: NodePath
    join: Join
    children: tuple[Node, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {self.join: [child.to_json() for child in self.children]}


Node = Group | Condition | RelatedCondition | Broken


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, top down."""
    yield node
    below = node.children if isinstance(node, Group) else node.where if isinstance(node, RelatedCondition) else ()
    for child in below:
        yield from walk(child)


def leaves_of(node: Node) -> Iterator[Condition | RelatedCondition]:
    """Yield the conditions on the record itself, left to right."""
    if isinstance(node, Group):
        for child in node.children:
            yield from leaves_of(child)
    elif not isinstance(node, Broken):
        yield node


def _value(value: Any) -> dict[str, Any]:
    return {} if value is None else {"value": _plain(value)}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: days and fractions as text, whole numbers as numbers."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")
    return value
