"""From JSON to a tree, strictly: what is not in the format, or not declared, is an error at its node."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn, cast

from django.utils.translation import gettext, ngettext

from crm_site.rules.declarations import RuleField, RuleSubject
from crm_site.rules.errors import NodeError, NodePath, RuleError
from crm_site.rules.nodes import Broken, Condition, Group, Join, Node, RelatedCondition
from crm_site.rules.operators import MEASURES, Measure, Operator, find_operator
from crm_site.rules.registry import fields_of, related_fields, relations_of
from crm_site.rules.values import LONGEST_TEXT, MOST_VALUES, ValueProblem, read_span, read_value

VERSION = 1
DEEPEST = 6
MOST_NODES = 60
LONGEST_JSON = 65_536
JOINS = ("all", "any", "not")


def read_json(text: str | bytes) -> Any:
    """Return what a text spells; raise RuleError when it is too long or no JSON."""
    if len(text) > LONGEST_JSON:
        raise RuleError([NodeError((), gettext("This rule is too long."))])
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        raise RuleError([NodeError((), gettext("This rule cannot be read."))]) from error


def _too_many() -> str:
    return ngettext("At most %(n)s condition.", "At most %(n)s conditions.", MOST_NODES) % {"n": MOST_NODES}


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


class TreeReader:
    """Reads one rule: understands what it can and collects what is wrong with the rest."""

    def __init__(self, subject: RuleSubject) -> None:
        self.fields, self.relations = fields_of(subject.code), relations_of(subject.code)
        self.errors: list[NodeError] = []
        self.count = 0

    def read(self, data: Any) -> Node:
        """Return the tree of a whole rule; raise RuleError where there is no tree at all or it is too large."""
        if not isinstance(data, dict) or set(data) != {"version", "root"}:
            self.stop((), gettext("This rule cannot be read."))
        if isinstance(data["version"], bool) or data["version"] != VERSION:
            self.stop((), gettext("This rule was written by another version."))
        root = data["root"]
        if not isinstance(root, dict) or not set(root) & set(JOINS):
            self.stop((), gettext("This rule cannot be read."))
        return self.node(root, ())

    def stop(self, path: NodePath, message: str) -> NoReturn:
        """Give the whole rule up."""
        raise RuleError([NodeError(path, message)])

    def node(self, raw: Any, path: NodePath) -> Node:
        """Return a group or condition; a Broken one when it cannot be understood."""
        self._counted(path)
        if isinstance(raw, dict) and set(raw) & set(JOINS):
            return self._group(raw, path)
        leaf: Node = self._leaf(raw, path, self.fields, related=True)
        return leaf

    def _counted(self, path: NodePath) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            self.stop(path, _too_many())
        if len(path) > DEEPEST:
            self.stop(path, ngettext("At most %(n)s level.", "At most %(n)s levels.", DEEPEST) % {"n": DEEPEST})

    def _group(self, raw: dict[str, Any], path: NodePath) -> Node:
        if len(raw) != 1:
            return self._broken(raw, path, gettext("This group cannot be read."))
        join, children = next(iter(raw.items()))
        if not isinstance(children, list):
            return self._broken(raw, path, gettext("This group cannot be read."))
        if not children:
            return self._broken(raw, path, gettext("Add a condition to this group."), missing=True)
        if len(children) > MOST_NODES:
            self.stop(path, _too_many())
        read = tuple(self.node(child, (*path, at)) for at, child in enumerate(children))
        return Group(path, cast("Join", join), read)

    def _leaf(self, raw: Any, path: NodePath, fields: dict[str, RuleField], *, related: bool) -> Any:
        try:
            if isinstance(raw, dict) and "relation" in raw and related:
                return self._related(raw, path)
            return self._condition(raw, path, fields)
        except ValueProblem as problem:
            return self._broken(raw, path, problem.message, missing=problem.missing)

    def _condition(self, raw: Any, path: NodePath, fields: dict[str, RuleField]) -> Condition:
        if not isinstance(raw, dict) or not {"field", "op"} <= set(raw) <= {"field", "op", "value"}:
            raise ValueProblem(gettext("This condition cannot be read."))
        field = _named(fields, raw["field"])
        operator = _operator(field.operators, raw["op"])
        return Condition(path, field, operator, read_value(operator.shape, raw.get("value"), field))

    def _related(self, raw: dict[str, Any], path: NodePath) -> RelatedCondition:
        needed, allowed = {"relation", "measure", "op"}, {"relation", "measure", "of", "op", "value", "within", "where"}
        if not needed <= set(raw) <= allowed:
            raise ValueProblem(gettext("This condition cannot be read."))
        relation = _named(self.relations, raw["relation"])
        fields = related_fields(relation)
        measure = _named(MEASURES, raw["measure"])
        field = _measured(measure, raw, fields)
        if (measure.over == "moment" or "within" in raw) and not relation.moment:
            raise ValueProblem(gettext("These have no date."))
        operator = _operator(measure.operators, raw["op"])
        value = read_value(operator.shape, raw.get("value"), field)
        within = read_span(raw["within"]) if "within" in raw else None
        where = raw.get("where", [])
        if not isinstance(where, list):
            raise ValueProblem(gettext("This condition cannot be read."))
        return RelatedCondition(
            path, relation, measure, field, operator, value, within, self._where(where, path, fields)
        )

    def _where(self, raw: list[Any], path: NodePath, fields: dict[str, RuleField]) -> tuple[Condition | Broken, ...]:
        read = []
        for at, child in enumerate(raw):
            self._counted(path)
            read.append(self._leaf(child, (*path, at), fields, related=False))
        return tuple(read)

    def _broken(self, raw: Any, path: NodePath, message: str, *, missing: bool = False) -> Broken:
        error = NodeError(path, message, missing)
        self.errors.append(error)
        return Broken(path, _kept(raw), (error,))


def _kept(raw: Any, deep: int = 0) -> Any:
    """Return what may be stored again and shown of something that was not understood."""
    if isinstance(raw, str):
        return raw[:LONGEST_TEXT].replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(raw, dict) and deep < 3:
        return {_kept(str(key)[:50]): _kept(value, deep + 1) for key, value in list(raw.items())[:12]}
    if isinstance(raw, list | tuple) and deep < 3:
        return [_kept(item, deep + 1) for item in raw[:MOST_VALUES]]
    if isinstance(raw, bool) or (isinstance(raw, int) and abs(raw) < 2**63):
        return raw
    return str(raw)[:50] if isinstance(raw, Decimal | float) else None


def _named(known: dict[str, Any], name: Any) -> Any:
    if name == "":
        raise ValueProblem(gettext("Choose what to compare."), missing=True)
    if not isinstance(name, str) or name not in known:
        shown = str(name)[:50].replace("\x00", "").encode("utf-8", "ignore").decode() if isinstance(name, str) else "?"
        raise ValueProblem(gettext("“%(name)s” no longer exists, so this condition means nothing.") % {"name": shown})
    return known[name]


def _operator(operators: tuple[Operator, ...], code: Any) -> Operator:
    operator = find_operator(operators, code)
    if operator is None:
        raise ValueProblem(gettext("It cannot be compared like this."))
    return operator


def _measured(measure: Measure, raw: dict[str, Any], fields: dict[str, RuleField]) -> RuleField | None:
    """Return the amount that is summed; None for measures over rows and moments."""
    if measure.over != "amount":
        if "of" in raw:
            raise ValueProblem(gettext("This condition cannot be read."))
        return None
    field: RuleField = _named(fields, raw.get("of", ""))
    if field.kind not in ("number", "money"):
        raise ValueProblem(gettext("Only numbers and amounts can be added up."))
    return field
