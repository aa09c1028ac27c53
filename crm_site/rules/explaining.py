"""Why a record is in or out: the tree with what holds for it, and its own values where a condition fails."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Case, Value, When
from django.utils.translation import gettext

from crm_site.rules import words
from crm_site.rules.compiling import Compiler
from crm_site.rules.nodes import Broken, Condition, Group, Node, RelatedCondition, leaves_of
from crm_site.rules.periods import Clock
from crm_site.rules.sentences import Speaker

if TYPE_CHECKING:
    from crm_site.rules.rule import Rule
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Explanation:
    """One node: its words, whether it holds for the record, the record's own value, and the nodes below.

    `decisive` marks the nodes that make the whole rule fail: mending them would let the record in.
    """

    node: Node
    sentence: str
    holds: bool
    actual: str = ""
    decisive: bool = False
    children: tuple[Explanation, ...] = ()

    @property
    def join(self) -> str:
        """Return how a group joins its nodes; empty for a condition."""
        return self.node.join if isinstance(self.node, Group) else ""


def explain_record(
    rule: Rule, record_pk: int, *, reader: User | None = None, now: dt.datetime | None = None
) -> Explanation:
    """Return the explained tree by one query, plus one per condition on several values; raise LookupError for none."""
    manager: Any = rule.subject.model._default_manager
    rows = manager.all() if reader is None else manager.visible_to(reader)
    compiler = Compiler(rows.filter(pk=record_pk).order_by(), reader=reader, clock=Clock.at(now))
    asked: dict[str, Any] = {}
    leaves = list(leaves_of(rule.root))
    for at, leaf in enumerate(leaves):
        asked[f"holds_{at}"] = Case(
            When(compiler.condition(leaf), then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        if isinstance(leaf, RelatedCondition):
            asked[f"actual_{at}"] = compiler.figure_of(leaf)
        elif leaf.field.many is None:
            asked[f"actual_{at}"] = leaf.field.source()
    found = compiler.finish().annotate(**asked).values("pk", *asked).first()
    if found is None:
        raise LookupError(record_pk)
    facts = {leaf.path: (found[f"holds_{at}"], found.get(f"actual_{at}")) for at, leaf in enumerate(leaves)}
    return _Explainer(rule, record_pk, reader, facts).explain(rule.root, wanted=True)


class _Explainer:
    """Puts the answers of the database back onto the tree."""

    def __init__(self, rule: Rule, record_pk: int, reader: User | None, facts: dict[Any, tuple[bool, Any]]) -> None:
        self.record_pk, self.reader, self.facts = record_pk, reader, facts
        self.speaker = Speaker(reader, person=rule.subject.person)

    def holds(self, node: Node) -> bool:
        """Tell whether a node holds for the record."""
        if isinstance(node, Group):
            held = [self.holds(child) for child in node.children]
            return all(held) if node.join == "all" else any(held) if node.join == "any" else not any(held)
        return not isinstance(node, Broken) and bool(self.facts[node.path][0])

    def explain(self, node: Node, *, wanted: bool | None) -> Explanation:
        """Return the explained node; `wanted` is what would let the record in, None where it does not matter."""
        holds = self.holds(node)
        wrong = wanted is not None and holds is not wanted
        if isinstance(node, Group):
            below = None if not wrong else (wanted is not (node.join == "not"))
            return Explanation(
                node,
                "",
                holds,
                decisive=wrong,
                children=tuple(self.explain(child, wanted=below) for child in node.children),
            )
        actual = "" if isinstance(node, Broken) else self.actual(node)
        return Explanation(node, self.speaker.leaf(node), holds, actual, wrong)

    def actual(self, node: Condition | RelatedCondition) -> str:
        """Return the record's own value in words."""
        value = self.facts[node.path][1]
        if isinstance(node, RelatedCondition):
            return self._figure(node, value)
        if node.field.many is not None:
            many = node.field.many
            rows: Any = many.model._default_manager.filter(**{many.link: self.record_pk})
            keys = list(rows.order_by(many.value).values_list(many.value, flat=True).distinct()[:20])
            names = words.record_names(node.field, [key for key in keys if key], self.reader)
            return words.listing(names) or gettext("nothing")
        return words.actual_words(node.field, value)

    def _figure(self, node: RelatedCondition, value: Any) -> str:
        if value is None and node.measure.code in ("count", "sum"):
            value = 0
        if value is None:
            return gettext("nothing")
        return words.plain_words(node.field.kind if node.field else "number", value)
