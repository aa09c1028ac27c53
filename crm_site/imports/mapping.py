"""Which columns of a file fill which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crm_site.imports.kinds import Field, ImportKind
from crm_site.lib.text import fold

Columns = dict[str, list[int]]
"""Field → positions of the columns that fill it; only some fields take more than one."""

_NUMBER = re.compile(r"(?<=\D)\d{1,2}(?=\D|$)")


def folded(name: str) -> str:
    """Return a header without case, accents, spaces and punctuation: `Order No.` and `order_no` are the same."""
    return re.sub(r"[\W_]+", "", fold(name))


def _unnumbered(name: str) -> str:
    """Return a header without the number of several like it: `E-mail 2 - Value` is one of the `E-mail - Value`."""
    return folded(_NUMBER.sub("", name))


def suggest_mapping(kind: ImportKind, header: Sequence[str]) -> Columns:
    """Return the columns of every field whose name, label or alias stands in the header.

    Words are tried in the order in which a field lists them, so that the likeliest column wins.
    """
    names = [folded(name) for name in header]
    stems = [_unnumbered(name) for name in header]
    mapping: Columns = {}
    taken: set[int] = set()
    for field in kind.offered:
        found = _columns_of(field, names, stems, taken)
        if found:
            mapping[field.name] = found
            taken.update(found)
    return mapping


def _columns_of(field: Field, names: Sequence[str], stems: Sequence[str], taken: set[int]) -> list[int]:
    """Return the columns that bear a word of the field, by the order of its words.

    A numbered column (Address 1 - City) counts for a field that takes one only where no other does.
    """
    words = [folded(word) for word in (field.name, str(field.label), *field.aliases)]
    free = [position for position in range(len(names)) if position not in taken]
    exact = [position for word in words for position in free if names[position] == word]
    numbered = [position for word in words for position in free if stems[position] == word]
    if not field.takes_columns:
        return (exact or numbered)[:1]
    order = {word: place for place, word in reversed(list(enumerate(words)))}
    return sorted({*exact, *numbered}, key=lambda at: (min(order.get(names[at], 999), order.get(stems[at], 999)), at))


class MappingError(ValueError):
    """The mapping names a column or field that does not exist, or gives a field more columns than it takes."""


def mapping_from_names(kind: ImportKind, header: Sequence[str], names: Mapping[str, str | None]) -> Columns:
    """Return a mapping given as column name → field name (the form of `--map`); raise MappingError."""
    known = {field.name: field for field in kind.offered}
    mapping: Columns = {}
    for column, name in names.items():
        if name is None or name in ("", "-"):
            continue
        if name not in known:
            raise MappingError(f"{kind.code} has no field {name!r}")
        if column not in header:
            raise MappingError(f"the file has no column {column!r}")
        if name in mapping and not known[name].takes_columns:
            raise MappingError(f"two columns fill {name!r}")
        mapping.setdefault(name, []).append(list(header).index(column))
    return mapping


def names_from_mapping(header: Sequence[str], mapping: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return column name → field name, in the order of the file."""
    pairs = sorted((position, field) for field, positions in mapping.items() for position in positions)
    return {header[position]: field for position, field in pairs}


def missing_fields(kind: ImportKind, mapping: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the required fields that no column fills."""
    return [field.name for field in kind.fields if field.required and not mapping.get(field.name)]
