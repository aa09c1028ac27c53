"""Which column of a file fills which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crm_site.imports.kinds import ImportKind


def folded(name: str) -> str:
    """Return a header without case, spaces and punctuation: `Order No.` and `order_no` are the same."""
    return re.sub(r"[\W_]+", "", name.casefold())


def suggest_mapping(kind: ImportKind, header: Sequence[str]) -> dict[str, int]:
    """Return field → column position for every field whose name, label or alias stands in the header."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(folded(name), position)
    mapping: dict[str, int] = {}
    for field in kind.fields:
        for word in (field.name, str(field.label), *field.aliases):
            found = positions.get(folded(word))
            if found is not None and found not in mapping.values():
                mapping[field.name] = found
                break
    return mapping


class MappingError(ValueError):
    """The mapping names a column or field that does not exist, or leaves a required field empty."""


def mapping_from_names(kind: ImportKind, header: Sequence[str], names: Mapping[str, str | None]) -> dict[str, int]:
    """Return a mapping given as column name → field name (the form of `--map`); raise MappingError."""
    known = {field.name for field in kind.fields}
    mapping: dict[str, int] = {}
    for column, name in names.items():
        if name is None or name in ("", "-"):
            continue
        if name not in known:
            raise MappingError(f"{kind.code} has no field {name!r}")
        if column not in header:
            raise MappingError(f"the file has no column {column!r}")
        mapping[name] = list(header).index(column)
    return mapping


def missing_fields(kind: ImportKind, mapping: Mapping[str, int]) -> list[str]:
    """Return the required fields that no column fills."""
    return [field.name for field in kind.fields if field.required and field.name not in mapping]
