"""The kinds of files that can be imported: their fields, and the SQL that loads a chunk of them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from crm_site.imports.cells import FileReader, Reader

if TYPE_CHECKING:
    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

    from crm_site.imports.chunks import Chunk

Values = list[str | None]
More = Mapping[str, Sequence[str]]
Problem = tuple[str, str, dict[str, Any]]

# How address books put several values into one cell.
SEVERAL = re.compile(r"\s*(?:\s:::\s|[;,\n])\s*")


@dataclass(frozen=True)
class Field:
    """One thing a row can say. `sql` is the column type its normal form is cast to.

    A field with `several` takes any number of columns, and several values a cell: the first counts, the others come
    along. A field `joined_by` a sign takes several columns too, whose words become one text. `choices` are the codes
    and words that a value may be mapped to; `is_person` marks colleagues, who are mapped to users. `refers_to` names
    the kinds whose old ids the field holds when several files move in together. A `hidden` field is for the code only.
    """

    name: str
    label: StrOrPromise
    read: Reader | FileReader
    sql: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    several: re.Pattern[str] | None = None
    joined_by: str = ""
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    is_person: bool = False
    refers_to: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def takes_columns(self) -> bool:
        """Tell whether more than one column may fill the field."""
        return self.several is not None or bool(self.joined_by)

    @property
    def is_mapped_by_value(self) -> bool:
        """Tell whether the values of a file are translated into ours."""
        return bool(self.choices) or self.is_person


@dataclass(frozen=True)
class Option:
    """A choice the importer makes for the whole file; `default` may depend on the header."""

    name: str
    label: StrOrPromise
    help_text: StrOrPromise = ""
    default: Any = ""
    is_flag: bool = False


class ImportKind(ABC):
    """What one kind of file means. Subclasses are instantiated once and registered."""

    code: ClassVar[str]
    title: ClassVar[StrOrPromise]
    module: ClassVar[str]
    fields: Sequence[Field]
    keys: ClassVar[Sequence[str]]
    model: ClassVar[type[Model]]
    derived: ClassVar[Sequence[tuple[str, str]]] = ()
    """Names and column types of what `derive` adds to a row."""
    working: ClassVar[Sequence[tuple[str, str]]] = ()
    """Names and types of columns of a chunk that are empty at first and filled while it is loaded."""
    old_id: ClassVar[str] = ""
    """The field that holds a record's id in the system it comes from, when files move in."""
    keeps_old_id: ClassVar[bool] = True
    """The old id is a number that people know, so that it is kept on the record too."""
    options: ClassVar[Sequence[Option]] = ()
    groups_rows: ClassVar[bool] = False
    """Several rows make one record, so that repeated keys are meant."""
    chunk_size: ClassVar[int] = 2000
    """How many keys are loaded in one transaction."""

    telling: ClassVar[Sequence[str]] = ()
    """Fields of which a file of this kind has at least one."""
    file_names: ClassVar[Sequence[str]] = ()
    """Words in the names of such files."""
    turn: ClassVar[int] = 50
    """When several files move in, those with a smaller turn come first: the others refer to them."""

    @abstractmethod
    def load(self, chunk: Chunk) -> None:
        """Write the records of the chunk's rows with set-based SQL and report what became of each row."""

    @abstractmethod
    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Publish the batch events of the finished import."""

    @property
    def offered(self) -> list[Field]:
        """The fields that columns of a file can fill."""
        return [field for field in self.fields if not field.hidden]

    @cached_property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Names and types of everything a staged row holds, in the order of its cells."""
        declared = type(self).fields
        added = self.fields[len(declared) :]
        more = [(f"more_{field.name}", "text[]") for field in declared if field.several]
        own = ((field.name, field.sql) for field in declared)
        # Fields that were added later come last, so that rows that were read before keep their order.
        return (*own, *more, *self.derived, *((field.name, field.sql) for field in added))

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each field and derived value among the cells, from 0."""
        return {name: place for place, (name, _sql) in enumerate(self.columns)}

    def position(self, name: str) -> int:
        """Return the place of a field among the cells, from 0."""
        return self.places[name]

    def field(self, name: str) -> Field:
        """Return the field of that name; raise KeyError when there is none."""
        return self._named[name]

    @cached_property
    def _named(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def group_of(self, values: Values, key: str, line: int) -> str:
        """Return what rows are grouped by: the key, or the line itself where the key is empty."""
        return values[self.position(key)] or f"\x7f{line:09d}"

    def check(self, values: Values) -> list[Problem]:
        """Return problems that concern several cells, as (field, code, params)."""
        return []

    def derive(self, values: Values, more: More) -> Iterable[str | None]:
        """Return the derived cells of a good row; empty cells of `values` may be filled from others."""
        return ()

    def default_options(self, header: Sequence[str]) -> dict[str, Any]:
        """Return the options a file of this shape starts with."""
        return {option.name: option.default for option in self.options}

    def default_key(self, mapped: Mapping[str, Any]) -> str:
        """Return the first key that the file has a column for, or the first of all."""
        return next((key for key in self.keys if key in mapped), self.keys[0])


KINDS: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> ImportKind:
    """Register a kind under its code; raise ValueError when the code is taken."""
    if kind.code in KINDS:
        raise ValueError(f"import kind {kind.code!r} is registered already")
    KINDS[kind.code] = kind
    return kind


FieldProvider = Callable[[ImportKind], Sequence[Field]]
_providers: list[FieldProvider] = []


def register_field_provider(provider: FieldProvider) -> None:
    """Let a room add fields to kinds; it is asked anew whenever a kind is used."""
    _providers.append(provider)


def kind_of(code: str) -> ImportKind:
    """Return the kind with the fields it has just now; raise KeyError when there is none of that code."""
    declared = KINDS[code]
    added = [field for provider in _providers for field in provider(declared)]
    if not added:
        return declared
    kind = copy(declared)
    for name in ("columns", "places", "_named"):
        kind.__dict__.pop(name, None)
    kind.fields = (*declared.fields, *added)
    return kind
