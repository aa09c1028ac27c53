"""Telling from its headers and its name what a file holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_site.imports.kinds import KINDS, ImportKind
from crm_site.imports.mapping import folded, missing_fields, suggest_mapping

NAME_COUNTS = 0.4
LEAST = 0.34


@dataclass(frozen=True)
class Recognised:
    """A kind, and how much of the file it explains."""

    kind: str
    score: float


def recognise(header: Sequence[str], file_name: str = "") -> list[Recognised]:
    """Return the kinds a file may be of, the likeliest first; an empty list when it resembles none."""
    name = folded(file_name)
    found = (Recognised(kind.code, _score(kind, header, name)) for kind in KINDS.values())
    return sorted((one for one in found if one.score >= LEAST), key=lambda one: -one.score)


def _score(kind: ImportKind, header: Sequence[str], name: str) -> float:
    """Return the share of columns that the kind explains, weighed by what must be there and what the name says."""
    mapping = suggest_mapping(kind, header)
    if missing_fields(kind, mapping) or not mapping:
        return 0.0
    columns = sum(1 for one in header if one.strip()) or 1
    share = sum(len(places) for places in mapping.values()) / columns
    telling = [field for field in kind.telling if field in mapping]
    if kind.telling and not telling:
        return 0.0
    hinted = any(folded(word) in name for word in kind.file_names)
    return share + 0.1 * len(telling) / max(len(kind.telling), 1) + NAME_COUNTS * hinted
