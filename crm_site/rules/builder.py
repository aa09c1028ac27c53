"""The builder as its template shows it: menus of fields, comparisons that fit, and a control for each value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext, gettext_lazy

from crm_site.rules.declarations import RuleField, RuleRelation
from crm_site.rules.drafts import ROOT, Draft, DraftGroup, DraftLeaf, Vocabulary
from crm_site.rules.errors import NodeError
from crm_site.rules.operators import MEASURES, Shape, find_operator
from crm_site.rules.parsing import DEEPEST
from crm_site.rules.periods import PERIODS
from crm_site.rules.registry import related_fields
from crm_site.rules.values import ME

if TYPE_CHECKING:
    from crm_site.staff.models import User

# As many choices as stand side by side; more go into one box to type in.
SIDE_BY_SIDE = 6
MOST_OPTIONS = 500
JOIN_WORDS = {
    "all": gettext_lazy("All of these hold"),
    "any": gettext_lazy("Any of these holds"),
    "not": gettext_lazy("None of these holds"),
}


@dataclass(frozen=True)
class Option:
    """One entry of a menu."""

    code: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Menu:
    """A heading of a menu with its entries."""

    label: str
    options: list[Option]


@dataclass(frozen=True)
class ValueControl:
    """The control of a value: its shape, what it holds, and what can be chosen."""

    shape: str
    values: list[str]
    options: list[Option] = field(default_factory=list)
    picker: str = ""
    unit: str = ""

    @property
    def first(self) -> str:
        """Return the first value."""
        return self.values[0] if self.values else ""

    @property
    def second(self) -> str:
        """Return the second value."""
        return self.values[1] if len(self.values) > 1 else ""

    @property
    def joined(self) -> str:
        """Return several texts in one line."""
        return gettext(", ").join(self.values)

    @property
    def side_by_side(self) -> bool:
        """Tell whether the choices are few enough to stand side by side."""
        return len(self.options) <= SIDE_BY_SIDE


def _place(path: str) -> str:
    return ".".join(str(int(step) + 1) for step in path.split(".")[1:])


@dataclass(frozen=True)
class GroupView:
    """A group with its nodes."""

    path: str
    joins: list[Option]
    children: list[Any]
    errors: list[str]
    depth: int
    focused: str = ""
    is_group: bool = True

    @property
    def can_nest(self) -> bool:
        """Tell whether a group may stand inside."""
        return self.depth + 2 <= DEEPEST

    @property
    def id(self) -> str:
        """Return the path as an id."""
        return self.path.replace(".", "-")

    @property
    def place(self) -> str:
        """Return the path as people count, from one."""
        return _place(self.path)


@dataclass(frozen=True)
class LeafView:
    """A condition with its menus and its control."""

    path: str
    menus: list[Menu]
    what: str
    operators: list[Option]
    control: ValueControl | None
    errors: list[str]
    number: int
    signature: str
    measures: list[Option] = field(default_factory=list)
    relation: RuleRelation | None = None
    within: str = ""
    where: list[Any] = field(default_factory=list)
    help: str = ""
    lost: str = ""
    focused: str = ""
    is_group: bool = False

    @property
    def id(self) -> str:
        """Return the path as an id."""
        return self.path.replace(".", "-")

    @property
    def place(self) -> str:
        """Return the path as people count, from one."""
        return _place(self.path)


class BuilderView:
    """Makes the views of a draft for one reader, with the errors beside what they are about."""

    def __init__(self, vocabulary: Vocabulary, reader: User, errors: tuple[NodeError, ...], focused: str = "") -> None:
        self.vocabulary, self.reader, self.focused = vocabulary, reader, focused
        self.errors: dict[str, list[str]] = {}
        for error in errors:
            path = ".".join([ROOT, *(str(step) for step in error.path)])
            self.errors.setdefault(path, []).append(error.message)

    def group(self, draft: DraftGroup, path: str = ROOT) -> GroupView:
        """Return the view of a group."""
        joins = [Option(code, str(label), code == draft.join) for code, label in JOIN_WORDS.items()]
        children = [self._node(child, f"{path}.{at}", at) for at, child in enumerate(draft.children)]
        return GroupView(path, joins, children, self.errors.get(path, []), path.count("."), self.focused)

    def _node(self, draft: Draft, path: str, at: int) -> GroupView | LeafView:
        return self.group(draft, path) if isinstance(draft, DraftGroup) else self.leaf(draft, path, at)

    def leaf(self, draft: DraftLeaf, path: str, at: int, parent: DraftLeaf | None = None) -> LeafView:
        """Return the view of a condition."""
        menus = self._menus(draft, parent)
        operators = self.vocabulary.operators_of(draft, parent)
        operator = find_operator(operators, draft.op)
        compared = self._compared(draft, parent)
        relation = self.vocabulary.relations.get(draft.name) if draft.is_related else None
        known = any(option.chosen for menu in menus for option in menu.options)
        return LeafView(
            path=path,
            menus=menus,
            what=draft.what,
            operators=[Option(one.code, str(one.label), one.code == draft.op) for one in operators],
            control=self._control(operator.shape, draft, compared) if operator else None,
            errors=self.errors.get(path, []),
            number=at + 1,
            signature=self.vocabulary.signature(draft, parent),
            measures=self._measures(draft, relation) if relation else [],
            relation=relation,
            within=draft.within,
            where=[self.leaf(child, f"{path}.{at}", at, draft) for at, child in enumerate(draft.where)],
            help=str(compared.help) if compared and not relation else "",
            lost="" if known or not draft.what else draft.name,
            focused=self.focused,
        )

    def _compared(self, draft: DraftLeaf, parent: DraftLeaf | None) -> RuleField | None:
        """Return the field whose value is typed: the condition's own, or the amount it adds up."""
        if not draft.is_related:
            found: RuleField | None = self.vocabulary.field_of(draft, parent)
            return found
        relation = self.vocabulary.relations.get(draft.name)
        return related_fields(relation).get(draft.measure.partition(":")[2]) if relation else None

    def _menus(self, draft: DraftLeaf, parent: DraftLeaf | None) -> list[Menu]:
        fields = self.vocabulary.fields_for(parent)
        grouped: dict[str, list[Option]] = {}
        for one in fields.values():
            code = f"field:{one.name}"
            grouped.setdefault(str(one.group), []).append(Option(code, str(one.label), code == draft.what))
        if parent is None:
            related = [
                Option(f"relation:{one.name}", str(one.label), draft.what == f"relation:{one.name}")
                for one in self.vocabulary.relations.values()
                if not one.module or self.reader.access.can_view(one.module)
            ]
            if related:
                grouped[gettext("What belongs to it")] = related
        return [Menu(label, options) for label, options in grouped.items()]

    def _measures(self, draft: DraftLeaf, relation: RuleRelation) -> list[Option]:
        amounts = [one for one in related_fields(relation).values() if one.kind in ("number", "money")]
        found: list[Option] = []
        for measure in MEASURES.values():
            if measure.over == "amount":
                found += [
                    self._measure(draft, f"{measure.code}:{one.name}", f"{measure.label}: {one.label}")
                    for one in amounts
                ]
            elif measure.over == "rows":
                found.append(self._measure(draft, measure.code, str(measure.label)))
            elif relation.moment:
                found.append(self._measure(draft, measure.code, f"{measure.label}: {relation.moment_label}"))
        return found

    def _measure(self, draft: DraftLeaf, code: str, label: str) -> Option:
        return Option(code, label, code == draft.measure)

    def _control(self, shape: Shape, draft: DraftLeaf, compared: RuleField | None) -> ValueControl | None:
        if shape is Shape.NOTHING:
            return None
        unit = settings.BASE_CURRENCY if compared is not None and compared.kind == "money" else ""
        options = self._options(shape, draft.values, compared)
        picker = compared.picker if compared is not None and shape is Shape.KEYS else ""
        return ValueControl(shape.value, draft.values, options, picker, unit)

    def _options(self, shape: Shape, values: list[str], compared: RuleField | None) -> list[Option]:
        if shape is Shape.PERIOD:
            pairs = [(code, str(label)) for code, (label, _period) in PERIODS.items()]
        elif shape is Shape.CODES and compared is not None:
            pairs = [(str(code), str(label)) for code, label in compared.options()]
        elif shape is Shape.PEOPLE:
            people = get_user_model()._default_manager.filter(is_active=True).order_by("name")
            named = people.values_list("pk", "name")[:MOST_OPTIONS]
            pairs = [(ME, gettext("me")), *((str(key), name) for key, name in named)]
        elif shape is Shape.KEYS and compared is not None and compared.many is not None:
            pairs = self._records(compared, values)
        else:
            pairs = []
        return [Option(code, label, code in values) for code, label in pairs]

    def _records(self, compared: RuleField, values: list[str]) -> list[tuple[str, str]]:
        """Return the records that can be chosen; behind a picker, those that are chosen."""
        rows: Any = compared.many.of._default_manager.all() if compared.many else None
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(self.reader)
        if compared.picker:
            rows = rows.filter(pk__in=[int(value) for value in values if value.isascii() and value.isdigit()][:200])
        return [(str(record.pk), str(record)) for record in rows[:MOST_OPTIONS]]
