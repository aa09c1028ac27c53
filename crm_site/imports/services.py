"""Taking a file in, choosing how it is read, and starting its import."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from crm_site.imports.kinds import KINDS
from crm_site.imports.mapping import missing_fields, suggest_mapping
from crm_site.imports.models import Import
from crm_site.jobs.models import JobRun
from crm_site.jobs.starting import start_job
from crm_site.lib.spreadsheets import open_sheet

if TYPE_CHECKING:
    from crm_site.staff.models import User


class UnmappedFieldsError(ValueError):
    """Required fields have no column; `names` are the fields."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def keep_upload(name: str, chunks: Iterable[bytes]) -> Path:
    """Write an uploaded file under a random name into the media folder and return its path."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}{Path(name).suffix.lower()[:8]}"
    with path.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
    return path


def open_import(kind: str, path: Path, name: str, user: User | None, *, is_own_copy: bool = True) -> Import:
    """Look into the file and return an import with a suggested mapping; raise SpreadsheetRefused for a bad file."""
    definition = KINDS[kind]
    with open_sheet(path) as sheet:
        header = list(sheet.header)
        return Import.objects.create(
            kind=kind,
            file_name=name[:255],
            path=str(path),
            is_own_copy=is_own_copy,
            key=definition.keys[0],
            mapping=suggest_mapping(definition, header),
            options=definition.default_options(header),
            encoding=sheet.encoding,
            delimiter=sheet.delimiter,
            header_line=sheet.header_line,
            header=header,
            started_by=user,
        )


def configure_import(
    job: Import,
    *,
    mapping: Mapping[str, int],
    mode: str,
    duplicates: str,
    key: str,
    options: Mapping[str, Any],
) -> None:
    """Choose how the file is read; raise UnmappedFieldsError when a required field has no column."""
    missing = missing_fields(KINDS[job.kind], mapping)
    if missing:
        raise UnmappedFieldsError(missing)
    job.mapping, job.mode, job.duplicates, job.key = dict(mapping), mode, duplicates, key
    job.options = {**job.options, **options}
    job.save(update_fields=("mapping", "mode", "duplicates", "key", "options"))


def start_import(job: Import, *, wake: bool = True) -> JobRun:
    """Start the import, or return the run it has already: an import never runs twice."""
    with transaction.atomic():
        locked = Import.objects.select_for_update(of=("self",)).select_related("run").get(pk=job.pk)
        if locked.run is not None:
            return JobRun.objects.get(pk=locked.run.pk)
        run = start_job("import", {"import_id": job.pk}, job.started_by, wake=wake)
        Import.objects.filter(pk=job.pk).update(run=run)
    job.run = run
    return run
