"""Remembering how somebody reads files of one shape, and proposing it the next time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crm_site.imports.habits import Habits
from crm_site.imports.kinds import kind_of
from crm_site.imports.mapping import Columns, folded
from crm_site.imports.models import BadCells, DuplicatePolicy, Import, ImportMode, LearnedMapping

if TYPE_CHECKING:
    from crm_site.staff.models import User

SETTINGS = ("mode", "duplicates", "key", "bad_cells", "options", "habits")


def header_digest(header: Sequence[str]) -> str:
    """Return what two files with the same headers share, whatever their order, capitals and punctuation."""
    return hashlib.sha256("\n".join(sorted({folded(name) for name in header})).encode()).hexdigest()


def remember(job: Import) -> None:
    """Keep how this file was read, for the importer's next file with these headers; the command line learns nothing."""
    if job.started_by is None:
        return
    columns = {job.header[position]: name for name, positions in job.mapping.items() for position in positions}
    LearnedMapping.objects.update_or_create(
        kind=job.kind,
        header_digest=header_digest(job.header),
        user=job.started_by,
        defaults={
            "header": job.header,
            "columns": columns,
            "values": job.values,
            "settings": {name: getattr(job, name) for name in SETTINGS},
        },
    )


def recall(kind: str, header: Sequence[str], user: User | None) -> LearnedMapping | None:
    """Return what this importer said of the last file with these headers, or None."""
    if user is None:
        return None
    return LearnedMapping.objects.filter(kind=kind, header_digest=header_digest(header), user=user).first()


def forget(learned: LearnedMapping) -> None:
    """Forget it: the next file is guessed anew."""
    learned.delete()


def learned_facts(learned: LearnedMapping, header: Sequence[str]) -> dict[str, Any]:
    """Return the facts of an import as they were the last time, as far as they still make sense."""
    kind = kind_of(learned.kind)
    said = learned.settings
    facts: dict[str, Any] = {
        "mapping": learned_columns(kind.code, learned.columns, header),
        "values": {
            name: words for name, words in learned.values.items() if any(one.name == name for one in kind.offered)
        },
        "habits": Habits.of(said.get("habits", {})).stored(),
        "options": {
            **kind.default_options(header),
            **{o.name: said["options"][o.name] for o in kind.options if o.name in said.get("options", {})},
        },
    }
    choices = {
        "mode": ImportMode.values,
        "duplicates": DuplicatePolicy.values,
        "bad_cells": BadCells.values,
        "key": kind.keys,
    }
    return facts | {name: said[name] for name, known in choices.items() if said.get(name) in known}


def learned_columns(code: str, columns: Mapping[str, str], header: Sequence[str]) -> Columns:
    """Return the mapping by the positions that the columns have in this file."""
    fields = {field.name: field for field in kind_of(code).offered}
    by_word = {folded(name): field for name, field in columns.items()}
    mapping: Columns = {}
    for position, name in enumerate(header):
        field = fields.get(by_word.get(folded(name), ""))
        if field is not None and (field.takes_columns or field.name not in mapping):
            mapping.setdefault(field.name, []).append(position)
    return mapping
