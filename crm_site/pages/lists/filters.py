"""Filters of a list page. Each owns its query parameters, never raises on bad ones, and puts itself in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists.params import MAX_LENGTH, Params
from crm_site.staff.models import Team

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

Choice = tuple[str, "StrOrPromise"]
YES, NO, OWNER, TEAM = _("yes"), _("no"), _("Owner"), _("Team")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A condition people can set; `name` is its parameter and never changes, because addresses are kept.

    `path` is the ORM path (the name by default). `default` holds the parameter values that count when the address
    says nothing; an empty parameter (`?stage=`) switches them off. A `hidden` filter works from an address only.
    """

    name: str
    label: StrOrPromise
    path: str = ""
    default: tuple[str, ...] = ()
    hidden: bool = False
    control: ClassVar[str] = ""
    max_length: ClassVar[int] = MAX_LENGTH

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the query parameters this filter reads."""
        return (self.name,)

    @property
    def template(self) -> str:
        """Return the template of the control in the filter form."""
        return f"pages/filters/{self.control}.html"

    @property
    def column(self) -> str:
        """Return the ORM path of the condition."""
        return self.path or self.name

    def read(self, params: Params) -> Any:
        """Return the value set by the parameters, or None where they set nothing sensible."""
        if self.default and not any(key in params for key in self.keys):
            return self.parse({self.name: list(self.default)})
        return self.parse(params)

    def parse(self, params: Params) -> Any:
        """Return the value that the parameters spell, or None."""
        raise NotImplementedError

    def narrow(self, queryset: QuerySet[Any], value: Any, user: User) -> QuerySet[Any]:
        """Keep the rows that meet the value."""
        return queryset.filter(**{self.column: value})

    def words(self, value: Any, user: User) -> str:
        """Return the value as the chip shows it."""
        return str(value)

    def write(self, value: Any) -> Params:
        """Return the parameters that spell the value."""
        return {self.name: [str(value)]}

    def cleared(self) -> Params:
        """Return the parameters that switch the filter off."""
        return {self.name: [""]} if self.default else {}

    def options(self, user: User) -> Iterable[Choice]:
        """Return what can be chosen, for filters with choices."""
        return ()


@dataclass(frozen=True, kw_only=True)
class ChoiceFilter(Filter):
    """One or several of fixed choices (`?stage=lead&stage=customer`); unknown ones are ignored.

    `conditions` turns choices into conditions of their own, where one column does not say it.
    """

    choices: Sequence[Choice] | Callable[[], Iterable[Choice]] = ()
    several: bool = True
    conditions: Callable[[QuerySet[Any], list[str]], QuerySet[Any]] | None = None
    control: ClassVar[str] = "choice"

    def options(self, user: User) -> Iterable[Choice]:
        """Return the choices."""
        return self._choices()

    def _choices(self) -> list[Choice]:
        found = self.choices() if callable(self.choices) else self.choices
        return [(str(code), label) for code, label in found]

    def parse(self, params: Params) -> list[str] | None:
        """Return the known codes in the order of the choices."""
        asked = set(params.get(self.name, ()))
        known = [code for code, _label in self._choices() if code in asked]
        return (known if self.several else known[:1]) or None

    def narrow(self, queryset: QuerySet[Any], value: list[str], user: User) -> QuerySet[Any]:
        """Keep the rows with one of the codes."""
        if self.conditions is not None:
            return self.conditions(queryset, value)
        return queryset.filter(**{f"{self.column}__in": value})

    def words(self, value: list[str], user: User) -> str:
        """Name the choices."""
        return gettext(", ").join(str(label) for code, label in self._choices() if code in value)

    def write(self, value: Any) -> Params:
        """Return one parameter for each code."""
        return {self.name: [value] if isinstance(value, str) else [str(code) for code in value]}


@dataclass(frozen=True, kw_only=True)
class BooleanFilter(Filter):
    """Yes or no (`?active=yes`)."""

    yes: StrOrPromise = YES
    no: StrOrPromise = NO
    control: ClassVar[str] = "boolean"

    def options(self, user: User) -> Iterable[Choice]:
        """Return the two answers."""
        return (("yes", self.yes), ("no", self.no))

    def parse(self, params: Params) -> bool | None:
        """Return the last answer given."""
        answers = [answer for answer in params.get(self.name, ()) if answer in ("yes", "no")]
        return answers[-1] == "yes" if answers else None

    def words(self, value: bool, user: User) -> str:
        """Say yes or no."""
        return str(self.yes if value else self.no)

    def write(self, value: Any) -> Params:
        """Spell the answer."""
        return {self.name: ["yes" if value else "no"]}


@dataclass(frozen=True, kw_only=True)
class TextFilter(Filter):
    """Text that a column contains, whatever the case (`?city=ber`)."""

    control: ClassVar[str] = "text"

    def parse(self, params: Params) -> str | None:
        """Return the last text given."""
        return next((text for text in reversed(params.get(self.name, ())) if text), None)

    def narrow(self, queryset: QuerySet[Any], value: str, user: User) -> QuerySet[Any]:
        """Keep the rows that contain the text."""
        return queryset.filter(**{f"{self.column}__icontains": value})


def _whole_numbers(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and int(value) < 2**63]


@dataclass(frozen=True, kw_only=True)
class RelatedFilter(Filter):
    """One or several related records by key, such as tags (`?tag=3&tag=8`); `choices` lists them for the user."""

    choices: Callable[[User], Iterable[tuple[Any, StrOrPromise]]]
    control: ClassVar[str] = "choice"
    several: ClassVar[bool] = True

    def options(self, user: User) -> Iterable[Choice]:
        """Return the records that can be chosen."""
        return [(str(key), label) for key, label in self.choices(user)]

    def parse(self, params: Params) -> list[int] | None:
        """Return the keys."""
        return sorted(set(_whole_numbers(params.get(self.name, ())))) or None

    def narrow(self, queryset: QuerySet[Any], value: list[int], user: User) -> QuerySet[Any]:
        """Keep the rows related to one of the records, each once."""
        first, _separator, rest = self.column.partition(LOOKUP_SEP)
        field: Any = queryset.model._meta.get_field(first)
        if field.many_to_many:
            links = field.remote_field.through._default_manager.filter(
                **{f"{field.m2m_reverse_field_name()}__in": value}
            )
            return queryset.filter(Exists(links.filter(**{field.m2m_field_name(): OuterRef("pk")})))
        if field.one_to_many:
            links = field.related_model._default_manager.filter(**{f"{rest}__in": value})
            return queryset.filter(Exists(links.filter(**{field.field.name: OuterRef("pk")})))
        return queryset.filter(**{f"{self.column}__in": value})

    def words(self, value: list[int], user: User) -> str:
        """Name the records that the user may choose; others stay unknown, whoever shared the address."""
        wanted = {str(key) for key in value}
        named = {key: str(label) for key, label in self.options(user) if key in wanted}
        unknown = [gettext("unknown")] if wanted - set(named) else []
        return gettext(", ").join([*named.values(), *unknown])

    def write(self, value: Any) -> Params:
        """Return one parameter for each key."""
        return {self.name: [str(key) for key in (value if isinstance(value, list | tuple | set) else [value])]}


@dataclass(frozen=True, kw_only=True)
class OwnerFilter(Filter):
    """Whose the record is: `?owner=me`, `?owner=none` or a person's key."""

    name: str = "owner"
    label: StrOrPromise = OWNER
    control: ClassVar[str] = "choice"
    several: ClassVar[bool] = False

    def options(self, user: User) -> Iterable[Choice]:
        """Return me, nobody and the active colleagues."""
        people = get_user_model()._default_manager.filter(is_active=True).exclude(pk=user.pk)
        named = [(str(key), name) for key, name in people.order_by("name").values_list("pk", "name")[:200]]
        return [("me", gettext("me")), ("none", gettext("nobody")), *named]

    def parse(self, params: Params) -> str | int | None:
        """Return me, none or a key."""
        for value in reversed(params.get(self.name, ())):
            if value in ("me", "none"):
                return value
            if numbers := _whole_numbers([value]):
                return numbers[0]
        return None

    def narrow(self, queryset: QuerySet[Any], value: str | int, user: User) -> QuerySet[Any]:
        """Keep the rows of that owner."""
        if value == "none":
            return queryset.filter(**{f"{self.column}__isnull": True})
        return queryset.filter(**{f"{self.column}_id": user.pk if value == "me" else value})

    def words(self, value: str | int, user: User) -> str:
        """Name the owner."""
        if value == "me":
            return gettext("me")
        if value == "none":
            return gettext("nobody")
        people = get_user_model()._default_manager.filter(pk=value).values_list("name", flat=True)
        return str(people.first() or gettext("unknown"))


@dataclass(frozen=True, kw_only=True)
class TeamFilter(Filter):
    """Whose team the record belongs to, the teams below included: `?team=` and the team's key."""

    name: str = "team"
    label: StrOrPromise = TEAM
    control: ClassVar[str] = "choice"
    several: ClassVar[bool] = False

    def options(self, user: User) -> Iterable[Choice]:
        """Return the teams, each after the one it belongs to."""
        return [(str(key), name) for key, name in Team.objects.order_by("path").values_list("pk", "name")[:200]]

    def parse(self, params: Params) -> int | None:
        """Return a key."""
        numbers = _whole_numbers(params.get(self.name, ()))
        return numbers[-1] if numbers else None

    def narrow(self, queryset: QuerySet[Any], value: int, user: User) -> QuerySet[Any]:
        """Keep the rows of that team and of those below."""
        below = Team.objects.subtree_of(value).order_by().values("pk")
        return queryset.filter(**{f"{self.column}_id__in": below})

    def words(self, value: int, user: User) -> str:
        """Name the team."""
        return str(Team.objects.filter(pk=value).values_list("name", flat=True).first() or gettext("unknown"))
