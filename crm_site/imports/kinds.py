"""The kinds of files that can be imported: their fields, and the SQL that loads a chunk of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from crm_site.imports.cells import Reader

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.imports.chunks import Chunk

Values = list[str | None]


@dataclass(frozen=True)
class Field:
    """One thing a row can say. `sql` is the column type its normal form is cast to."""

    name: str
    label: StrOrPromise
    read: Reader
    sql: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()


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
    fields: ClassVar[Sequence[Field]]
    keys: ClassVar[Sequence[str]]
    options: ClassVar[Sequence[Option]] = ()
    groups_rows: ClassVar[bool] = False
    """Several rows make one record, so that repeated keys are meant."""
    chunk_size: ClassVar[int] = 2000
    """How many keys are loaded in one transaction."""

    @abstractmethod
    def load(self, chunk: Chunk) -> None:
        """Write the records of the chunk's rows with set-based SQL and report what became of each row."""

    @abstractmethod
    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Publish the batch events of the finished import."""

    def position(self, name: str) -> int:
        """Return the place of a field among the cells, from 0."""
        return next(place for place, field in enumerate(self.fields) if field.name == name)

    def group_of(self, values: Values, key: str, line: int) -> str:
        """Return what rows are grouped by: the key, or the line itself where the key is empty."""
        return values[self.position(key)] or f"\x7f{line:09d}"

    def check(self, values: Values) -> list[tuple[str, str, dict[str, Any]]]:
        """Return problems that concern several cells, as (field, code, params)."""
        return []

    def default_options(self, header: Sequence[str]) -> dict[str, Any]:
        """Return the options a file of this shape starts with."""
        return {option.name: option.default for option in self.options}


KINDS: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> ImportKind:
    """Register a kind under its code; raise ValueError when the code is taken."""
    if kind.code in KINDS:
        raise ValueError(f"import kind {kind.code!r} is registered already")
    KINDS[kind.code] = kind
    return kind
