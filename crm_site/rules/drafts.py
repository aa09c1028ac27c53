"""A rule while it is being built: what stands in the form, complete or not, and what the buttons do to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import QueryDict

from crm_site.rules.declarations import RuleField
from crm_site.rules.nodes import Join
from crm_site.rules.operators import MEASURES, Measure, Operator, Shape, find_operator
from crm_site.rules.parsing import JOINS, MOST_NODES, VERSION
from crm_site.rules.registry import fields_of, related_fields, relations_of
from crm_site.rules.rule import Rule
from crm_site.rules.values import MOST_VALUES

ROOT = "0"
_PATH = re.compile(r"0(\.\d{1,2}){0,7}", re.ASCII)
_APART = re.compile(r"[,，;；、\n]")
LONGEST = 2_000


@dataclass
class DraftLeaf:
    """A condition as typed: `what` is `field:<name>` or `relation:<name>`, `measure` may name an amount (`sum:x`)."""

    what: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    measure: str = ""
    within: str = ""
    where: list[DraftLeaf] = field(default_factory=list)
    # What the shown values were typed for; when that changes they mean nothing any more.
    typed_for: str = ""

    @property
    def name(self) -> str:
        """Return the name of the field or relation."""
        return self.what.partition(":")[2]

    @property
    def is_related(self) -> bool:
        """Tell whether the condition is about related rows."""
        return self.what.startswith("relation:")


@dataclass
class DraftGroup:
    """A group as typed."""

    join: Join = "all"
    children: list[DraftGroup | DraftLeaf] = field(default_factory=list)


Draft = DraftGroup | DraftLeaf


class Vocabulary:
    """What a subject's conditions can be about, asked once per request."""

    def __init__(self, subject: str) -> None:
        self.fields, self.relations = fields_of(subject), relations_of(subject)

    def field_of(self, leaf: DraftLeaf, parent: DraftLeaf | None = None) -> RuleField | None:
        """Return the field a condition names, or None."""
        return self.fields_for(parent).get(leaf.name) if leaf.what.startswith("field:") else None

    def fields_for(self, parent: DraftLeaf | None) -> dict[str, RuleField]:
        """Return the fields conditions can name: the record's, or those of the related rows of `parent`."""
        if parent is None:
            return self.fields
        relation = self.relations.get(parent.name)
        return related_fields(relation) if relation else {}

    def measure_of(self, leaf: DraftLeaf) -> Measure | None:
        """Return the measure a condition on related rows uses, or None."""
        return MEASURES.get(leaf.measure.partition(":")[0])

    def operators_of(self, leaf: DraftLeaf, parent: DraftLeaf | None = None) -> tuple[Operator, ...]:
        """Return what a condition can be compared by; nothing while it is not said what is compared."""
        if leaf.is_related:
            measure = self.measure_of(leaf)
            return measure.operators if measure is not None and leaf.name in self.relations else ()
        found = self.field_of(leaf, parent)
        return found.operators if found is not None else ()

    def settle(self, leaf: DraftLeaf, parent: DraftLeaf | None = None) -> None:
        """Give a condition the first measure and comparison where it has none that fits, and drop stale values."""
        if leaf.is_related:
            leaf.measure = leaf.measure or "count"
        operators = self.operators_of(leaf, parent)
        if operators and find_operator(operators, leaf.op) is None:
            leaf.op = operators[0].code
        if leaf.typed_for and leaf.typed_for != self.signature(leaf, parent):
            leaf.values = []
        for child in leaf.where:
            self.settle(child, leaf)

    def signature(self, leaf: DraftLeaf, parent: DraftLeaf | None = None) -> str:
        """Return what a condition's values are typed for."""
        operator = find_operator(self.operators_of(leaf, parent), leaf.op)
        return f"{leaf.what} {leaf.measure} {operator.shape.value if operator else ''}"

    def to_json(self, draft: Draft, parent: DraftLeaf | None = None) -> dict[str, Any]:
        """Return the tree as JSON, ready to be read strictly."""
        if isinstance(draft, DraftGroup):
            return {draft.join: [self.to_json(child) for child in draft.children]}
        operator = find_operator(self.operators_of(draft, parent), draft.op)
        compared = {"op": draft.op} | _value(operator.shape if operator else Shape.TEXT, draft.values)
        if not draft.is_related:
            return {"field": draft.name, **compared}
        code, _separator, amount = draft.measure.partition(":")
        made: dict[str, Any] = {"relation": draft.name, "measure": code, **compared}
        if amount:
            made["of"] = amount
        if draft.within.strip():
            made["within"] = draft.within.strip()
        if draft.where:
            made["where"] = [self.to_json(child, draft) for child in draft.where]
        return made


def whole(vocabulary: Vocabulary, root: DraftGroup) -> dict[str, Any]:
    """Return a draft as the stored form of a rule."""
    return {"version": VERSION, "root": vocabulary.to_json(root)}


def fresh_draft() -> DraftGroup:
    """Return what an empty builder shows: one condition to fill in."""
    return DraftGroup(children=[DraftLeaf()])


def draft_of(rule: Rule) -> DraftGroup:
    """Return a rule as a draft."""
    draft = _from_json(rule.root.to_json())
    return draft if isinstance(draft, DraftGroup) else DraftGroup(children=[draft])


def _from_json(raw: Any) -> Draft:
    if not isinstance(raw, Mapping):
        return DraftLeaf()
    join = next((join for join in JOINS if join in raw), None)
    if join is not None:
        children = raw[join] if isinstance(raw[join], list) else []
        return DraftGroup(cast("Join", join), [_from_json(child) for child in children])
    value = raw.get("value")
    values = [str(item) for item in (value if isinstance(value, list) else [] if value is None else [value])]
    leaf = DraftLeaf(op=str(raw.get("op", "")), values=values)
    if "relation" not in raw:
        leaf.what = f"field:{raw.get('field', '')}" if raw.get("field") else ""
        return leaf
    leaf.what = f"relation:{raw['relation']}"
    leaf.measure = ":".join(str(raw[key]) for key in ("measure", "of") if raw.get(key))
    leaf.within = str(raw.get("within", ""))
    where = raw.get("where")
    children = [_from_json(child) for child in where] if isinstance(where, list) else []
    leaf.where = [child for child in children if isinstance(child, DraftLeaf)]
    return leaf


def read_draft(data: QueryDict, vocabulary: Vocabulary) -> DraftGroup:
    """Return what a posted form shows; whatever is out of place is left out."""
    found: dict[str, Draft] = {}
    for path in data.getlist("node")[: 2 * MOST_NODES]:
        if _PATH.fullmatch(path) is None or path in found:
            continue
        made = _posted(data, path)
        parent = found.get(path.rpartition(".")[0])
        if isinstance(parent, DraftGroup):
            parent.children.append(made)
        elif isinstance(parent, DraftLeaf) and isinstance(made, DraftLeaf) and len(path) > 1:
            parent.where.append(made)
        elif path != ROOT:
            continue
        found[path] = made
    root = found.get(ROOT)
    if not isinstance(root, DraftGroup):
        return fresh_draft()
    for draft in found.values():
        if isinstance(draft, DraftLeaf) and not _is_where(draft, found):
            vocabulary.settle(draft)
    return root


def _is_where(leaf: DraftLeaf, found: dict[str, Draft]) -> bool:
    return any(leaf in draft.where for draft in found.values() if isinstance(draft, DraftLeaf) and draft is not leaf)


def _posted(data: QueryDict, path: str) -> Draft:
    def one(name: str) -> str:
        return _clean(data.get(f"{path}.{name}", "") or "")

    if one("join") in JOINS:
        return DraftGroup(cast("Join", one("join")))
    values = [_clean(value) for value in data.getlist(f"{path}.value")[: MOST_VALUES + 1]]
    return DraftLeaf(one("what"), one("op"), values, one("measure"), one("within"), typed_for=one("for"))


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST]


def _value(shape: Shape, values: list[str]) -> dict[str, Any]:
    """Return the typed values as the operator takes them."""
    if shape is Shape.NOTHING:
        return {}
    if shape in (Shape.CODES, Shape.KEYS, Shape.PEOPLE):
        return {"value": [value for value in values if value]}
    if shape is Shape.TEXTS:
        parts = [part.strip() for value in values for part in _APART.split(value)]
        return {"value": [part for part in parts if part]}
    if shape in (Shape.NUMBERS, Shape.DAYS):
        return {"value": [*values, "", ""][:2]}
    return {"value": values[0]} if values else {}


def act(root: DraftGroup, action: str) -> str:
    """Do what a button says (`add:0.1`, `nest:0`, `where:0.2`, `remove:0.2.1`) and return the path to go on at."""
    verb, _separator, path = action.partition(":")
    if _PATH.fullmatch(path) is None:
        return ""
    target, parent = _at(root, path), _at(root, path.rpartition(".")[0])
    if verb == "remove":
        return _remove(root, target, parent, path)
    if verb == "where" and isinstance(target, DraftLeaf) and target.is_related:
        target.where.append(DraftLeaf())
        return f"{path}.{len(target.where) - 1}"
    if verb in ("add", "nest") and isinstance(target, DraftGroup):
        new: Draft = DraftLeaf() if verb == "add" else DraftGroup("any", [DraftLeaf(), DraftLeaf()])
        target.children.append(new)
        return f"{path}.{len(target.children) - 1}" + (".0" if verb == "nest" else "")
    return ""


def _remove(root: DraftGroup, target: Draft | None, parent: Draft | None, path: str) -> str:
    if isinstance(parent, DraftGroup) and target is not None:
        parent.children = [child for child in parent.children if child is not target]
    elif isinstance(parent, DraftLeaf):
        parent.where = [child for child in parent.where if child is not target]
    if not root.children:
        root.children.append(DraftLeaf())
    return path.rpartition(".")[0]


def _at(root: DraftGroup, path: str) -> Draft | None:
    """Return the draft at a path, or None."""
    found: Draft | None = root if path else None
    for step in path.split(".")[1:]:
        below: list[Any] = (
            found.children if isinstance(found, DraftGroup) else found.where if isinstance(found, DraftLeaf) else []
        )
        found = below[int(step)] if int(step) < len(below) else None
    return found
