"""A rule in words: one readable sentence in the grammar of the active language, from pieces translators own."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext

from crm_site.rules import words
from crm_site.rules.declarations import RuleField
from crm_site.rules.nodes import Broken, Condition, Group, Node, RelatedCondition
from crm_site.rules.operators import SINGULAR, Operator, Shape
from crm_site.rules.periods import PERIODS

if TYPE_CHECKING:
    from crm_site.rules.rule import Rule
    from crm_site.staff.models import User


def rule_sentence(rule: Rule, reader: User | None) -> str:
    """Return the whole rule: whom or what it is about, and what must hold."""
    subject = str(rule.subject.label)
    said = Speaker(reader, person=rule.subject.person).clause(rule.root)
    return gettext("%(subject)s %(conditions)s") % {"subject": subject, "conditions": said}


def rule_summary(rule: Rule, reader: User | None) -> str:
    """Return the conditions alone, as the chip of a list shows them."""
    return Speaker(reader, person=rule.subject.person).bare(rule.root)


def inline(label: Any) -> str:
    """Return a label as it stands inside a sentence: small, unless it begins with an abbreviation."""
    text = str(label)
    return text[:1].lower() + text[1:] if len(text) > 1 and text[1].islower() else text


def _joined(pattern: str, parts: list[str]) -> str:
    """Return several parts as one, two at a time."""
    return reduce(lambda first, second: pattern % {"first": first, "second": second}, parts)


class Speaker:
    """Says nodes; names of records are those the reader may see."""

    def __init__(self, reader: User | None, *, person: bool = False) -> None:
        self.reader, self.person = reader, person

    def clause(self, node: Node, *, nested: bool = False) -> str:
        """Return a node with its relative pronouns: “whose stage is New and who have at least 2 orders”."""
        if isinstance(node, Group):
            return self._group(node, nested=nested, bare=False)
        if isinstance(node, Condition):
            return gettext("whose %(condition)s") % {"condition": self.condition(node)}
        if isinstance(node, RelatedCondition):
            if node.measure.code != "count":
                return gettext("whose %(condition)s") % {"condition": self.figure(node)}
            said = {"condition": self.count(node)}
            return (
                gettext("who have %(condition)s") % said if self.person else gettext("that have %(condition)s") % said
            )
        return self.broken(node)

    def bare(self, node: Node, *, nested: bool = False) -> str:
        """Return a node without pronouns: “stage is New and at least 2 orders”."""
        if isinstance(node, Group):
            return self._group(node, nested=nested, bare=True)
        if isinstance(node, Condition):
            return self.condition(node)
        if isinstance(node, RelatedCondition):
            return self.count(node) if node.measure.code == "count" else self.figure(node)
        return self.broken(node)

    def leaf(self, node: Node) -> str:
        """Return a single condition, as it stands in a list of them."""
        said = self.bare(node)
        return said[:1].upper() + said[1:]

    def _group(self, node: Group, *, nested: bool, bare: bool) -> str:
        say = self.bare if bare else self.clause
        alone = len(node.children) == 1
        parts = [say(child, nested=not alone) for child in node.children]
        if node.join == "not":
            return gettext("not (%(conditions)s)") % {"conditions": _joined(gettext("%(first)s or %(second)s"), parts)}
        if alone:
            return parts[0]
        if node.join == "all":
            said = _joined(gettext("%(first)s and %(second)s"), parts)
        else:
            # The top level needs no brackets: a comma keeps its alternatives apart.
            either = gettext("%(first)s or %(second)s") if nested else gettext("%(first)s, or %(second)s")
            said = _joined(either, parts)
        return gettext("(%(conditions)s)") % {"conditions": said} if nested else said

    def condition(self, node: Condition) -> str:
        """Return a field's condition: “stage is one of New, Returning”."""
        return self._said(node.operator, node.value, inline(node.field.label), node.field.kind, node.field)

    def figure(self, node: RelatedCondition) -> str:
        """Return a condition on a sum, an average or a date: “latest order is more than 60 days ago”."""
        noun = node.relation.noun
        if node.measure.over == "moment":
            said = gettext("latest %(row)s") if node.measure.code == "latest" else gettext("first %(row)s")
            figure = said % {"row": self._narrowed(node, str(noun % 1))}
            return self._said(node.operator, node.value, figure, "moment", None)
        said = {
            "sum": gettext("sum of %(amount)s over %(rows)s"),
            "average": gettext("average of %(amount)s over %(rows)s"),
            "least": gettext("smallest %(amount)s among %(rows)s"),
            "most": gettext("largest %(amount)s among %(rows)s"),
        }[node.measure.code]
        figure = said % {
            "amount": inline(node.field.label) if node.field else "",
            "rows": self._narrowed(node, str(noun % 2)),
        }
        kind = node.field.kind if node.field else "number"
        return self._said(node.operator, node.value, figure, kind, None)

    def count(self, node: RelatedCondition) -> str:
        """Return a condition on a number of rows: “at least 2 orders in the last 90 days”."""
        return self._narrowed(node, self._number_of(node))

    def _number_of(self, node: RelatedCondition) -> str:
        code, value, noun = node.operator.code, node.value, node.relation.noun
        if code == "between":
            low, high = (words.number(end) for end in value)
            return gettext("between %(low)s and %(high)s %(rows)s") % {"low": low, "high": high, "rows": noun % 2}
        plural = int(value) if value == int(value) else 2
        said = {"n": words.number(value), "rows": str(noun % plural)}
        if (code, plural) in (("eq", 0), ("lt", 1), ("lte", 0)):
            return gettext("no %(rows)s") % {"rows": noun % 1}
        return {
            "gte": gettext("at least %(n)s %(rows)s"),
            "lte": gettext("at most %(n)s %(rows)s"),
            "eq": gettext("exactly %(n)s %(rows)s"),
            "ne": gettext("any number but %(n)s of %(rows)s"),
            "gt": gettext("more than %(n)s %(rows)s"),
            "lt": gettext("fewer than %(n)s %(rows)s"),
        }[code] % said

    def _narrowed(self, node: RelatedCondition, rows: str) -> str:
        """Say of which days the rows are, and which of them count."""
        if node.within is not None:
            said = ngettext("%(rows)s in the last %(n)s day", "%(rows)s in the last %(n)s days", node.within)
            rows = said % {"rows": rows, "n": words.number(node.within)}
        if not node.where:
            return rows
        parts = [gettext("whose %(condition)s") % {"condition": self.bare(child)} for child in node.where]
        which = _joined(gettext("%(first)s and %(second)s"), parts)
        return gettext("%(rows)s (only those %(conditions)s)") % {"rows": rows, "conditions": which}

    def broken(self, node: Broken) -> str:
        """Return what stands for a condition that means nothing."""
        return gettext("[%(problem)s]") % {"problem": node.errors[0].message}

    def _said(self, operator: Operator, value: Any, subject: str, kind: str, field: RuleField | None) -> str:
        if operator.shape in (Shape.NUMBERS, Shape.DAYS):
            low, high = (words.plain_words(kind, end) for end in value)
            return str(operator.says) % {"field": subject, "low": low, "high": high}
        says = operator.says
        if isinstance(value, tuple) and len(value) == 1:
            says = SINGULAR.get(operator.code, says)
        return str(says) % {"field": subject, "value": self._value(operator.shape, value, kind, field)}

    def _value(self, shape: Shape, value: Any, kind: str, field: RuleField | None) -> str:
        if shape is Shape.SPAN:
            return words.days(value)
        if shape is Shape.PERIOD:
            return str(PERIODS[value][0])
        if shape is Shape.PEOPLE:
            return words.listing(words.person_names(value))
        if shape is Shape.CODES and field is not None:
            return words.listing(words.choice_names(field, value))
        if shape is Shape.KEYS and field is not None:
            return words.listing(words.record_names(field, value, self.reader))
        if shape is Shape.TEXTS:
            return words.listing([words.plain_words(kind, item) for item in value])
        return "" if shape is Shape.NOTHING else words.plain_words(kind, value)
