"""What apps declare: the fields and relations a rule may speak of. Nothing else ever reaches the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Combinable

from crm_site.rules.operators import OPERATORS, Kind, Operator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choice = tuple[Any, "StrOrPromise"]


@dataclass(frozen=True)
class Many:
    """Values a record has any number of: rows of `model` whose `link` is the record and whose `value` is of `of`.

    `link` and `value` are the column attributes, such as `customer_id` and `tag_id`.
    """

    model: type[Model]
    link: str
    value: str
    of: type[Model]


@dataclass(frozen=True, kw_only=True)
class RuleField:
    """One thing a condition can compare; `name` is stored in rules and never changes.

    `path` is the ORM path (the name by default); `expression` replaces it where no column says it, and `many`
    where a record has several values (tags, products). `choices` are the values of a choice with their labels.
    Texts are compared whatever the case, unless `exact`, which lets an index answer. `picker` is the code of a
    list whose records can be searched for. `group` is the heading in the menu of fields.
    """

    name: str
    label: StrOrPromise
    kind: Kind
    path: str = ""
    expression: Callable[[], Combinable] | None = None
    many: Many | None = None
    choices: Sequence[Choice] | Callable[[], Iterable[Choice]] = ()
    group: StrOrPromise = ""
    help: StrOrPromise = ""
    exact: bool = False
    picker: str = ""

    @property
    def column(self) -> str:
        """Return the ORM path of the value."""
        return self.path or self.name

    @property
    def operators(self) -> tuple[Operator, ...]:
        """Return what the field can be compared by."""
        return OPERATORS[self.kind]

    def options(self) -> list[Choice]:
        """Return the choices as they are now."""
        return list(self.choices() if callable(self.choices) else self.choices)

    def source(self) -> Any:
        """Return the expression of the value."""
        return self.expression() if self.expression is not None else F(self.column)


@dataclass(frozen=True, kw_only=True)
class RuleRelation:
    """Rows that belong to a record, such as its orders: conditions count them, sum their amounts, or date them.

    `link` is the foreign key of `model` that leads to the record. Their fields are declared here, or are those
    of the `subject` they are. `base` narrows to the rows that count, `moment` is the path of their moment, and
    `module` hides the relation from people without it.
    """

    name: str
    label: StrOrPromise
    noun: Any
    model: type[Model]
    link: str
    module: str = ""
    fields: tuple[RuleField, ...] = ()
    subject: str = ""
    base: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    moment: str = ""
    moment_label: StrOrPromise = ""


@dataclass(frozen=True, kw_only=True)
class RuleSubject:
    """A kind of record that rules are about; `list_code` and `list_url` name the list that finds and shows them."""

    code: str
    label: StrOrPromise
    model: type[Model]
    module: str
    list_code: str
    list_url: str
    fields: tuple[RuleField, ...] = ()
    relations: tuple[RuleRelation, ...] = ()
    person: bool = False
