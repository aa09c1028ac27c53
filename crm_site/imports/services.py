"""Taking a file in, choosing how it is read, trying it, and starting its import."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from crm_site.imports.habits import SAMPLED_ROWS, guess_habits
from crm_site.imports.kinds import kind_of
from crm_site.imports.learning import header_digest, learned_columns, learned_facts, recall, remember
from crm_site.imports.mapping import missing_fields, suggest_mapping
from crm_site.imports.models import BadCells, Import
from crm_site.imports.trials import try_import
from crm_site.jobs.models import JobRun
from crm_site.jobs.starting import start_job
from crm_site.lib.spreadsheets import RowProblem, Sheet, SpreadsheetRefused, open_sheet

if TYPE_CHECKING:
    from crm_site.staff.models import User

# A file of this size is checked while the page waits; XLSX is packed, and costs a process of its own.
CHECKED_AT_ONCE = {"csv": 300_000, "xlsx": 60_000}


class UnmappedFieldsError(ValueError):
    """Required fields have no column; `names` are the fields."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class TrialRunningError(Exception):
    """A trial of the import is under way; what it will find is worth waiting for."""


def keep_upload(name: str, chunks: Iterable[bytes]) -> Path:
    """Write an uploaded file under a random name into the media folder and return its path."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}{Path(name).suffix.lower()[:8]}"
    with path.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
    return path


def open_import(
    kind: str, path: Path, name: str, user: User | None, *, is_own_copy: bool = True, **facts: Any
) -> Import:
    """Look into the file and return an import with a suggested mapping; raise SpreadsheetRefused for a bad file.

    What the importer said of the last file with these headers is proposed again.
    """
    with open_sheet(path) as sheet:
        header = list(sheet.header)
        suggested = suggest_settings(kind, sheet)
    learned = recall(kind, header, user)
    if learned is not None:
        suggested |= learned_facts(learned, header)
    return Import.objects.create(
        kind=kind,
        file_name=name[:255],
        path=str(path),
        is_own_copy=is_own_copy,
        started_by=user,
        **(suggested | facts),
    )


def suggest_settings(kind: str, sheet: Sheet) -> dict[str, Any]:
    """Return how a file is read if nobody says otherwise."""
    definition, header = kind_of(kind), list(sheet.header)
    mapping = suggest_mapping(definition, header)
    rows = (row.cells for row in islice(sheet.rows, SAMPLED_ROWS) if not isinstance(row, RowProblem))
    return {
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "header_line": sheet.header_line,
        "header": header,
        "mapping": mapping,
        "key": definition.default_key(mapping),
        "habits": guess_habits(header, rows, mapping.get("phone", ())).stored(),
        "bad_cells": BadCells.CELL if sheet.is_address_book else BadCells.ROW,
        "options": definition.default_options(header),
    }


def guess_again(job: Import) -> None:
    """Read the file's settings from the file alone, as if nobody had said anything."""
    with open_sheet(job.file) as sheet:
        facts = suggest_settings(job.kind, sheet)
    Import.objects.filter(pk=job.pk).update(**facts, values={})


def read_again(
    job: Import, *, upload: Any = None, encoding: str | None, delimiter: str | None, header_line: int | None
) -> None:
    """Read the file again as somebody says, or another in its place; what was said of its columns is kept.

    Raises SpreadsheetRefused, and then nothing has changed.
    """
    path = keep_upload(upload.name, upload.chunks()) if upload else job.file
    try:
        if upload:
            encoding = delimiter = header_line = None
        with open_sheet(path, encoding=encoding, delimiter=delimiter, header_line=header_line) as sheet:
            facts = suggest_settings(job.kind, sheet)
    except SpreadsheetRefused:
        if upload:
            path.unlink(missing_ok=True)
        raise
    if header_digest(facts["header"]) == header_digest(job.header):
        said = {job.header[at]: name for name, places in job.mapping.items() for at in places}
        facts["mapping"] = learned_columns(job.kind, said, facts["header"])
        facts = {name: facts[name] for name in ("encoding", "delimiter", "header_line", "header", "mapping")}
    if upload:
        facts |= {"path": str(path), "file_name": Path(str(upload.name)).name[:255], "is_own_copy": True}
        if job.is_own_copy:
            job.file.unlink(missing_ok=True)
    Import.objects.filter(pk=job.pk).update(**facts)


def change_kind(job: Import, kind: str) -> None:
    """Say that the file holds something else; its columns are guessed anew. Raises SpreadsheetRefused."""
    with open_sheet(job.file) as sheet:
        facts = suggest_settings(kind, sheet)
    for name, value in (facts | {"kind": kind, "values": {}}).items():
        setattr(job, name, value)
    job.save(update_fields=[*facts, "kind", "values"])


def configure_values(job: Import, values: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what words of the file mean."""
    job.values = {name: dict(words) for name, words in values.items()}
    job.save(update_fields=["values"])


def configure_import(
    job: Import,
    *,
    mapping: Mapping[str, list[int]],
    mode: str,
    duplicates: str,
    key: str,
    options: Mapping[str, Any],
    **more: Any,
) -> None:
    """Choose how the file is read; raise UnmappedFieldsError when a required field has no column.

    `more` may be `bad_cells`, `habits` and `values`.
    """
    missing = missing_fields(kind_of(job.kind), mapping)
    if missing:
        raise UnmappedFieldsError(missing)
    chosen = {"mapping": dict(mapping), "mode": mode, "duplicates": duplicates, "key": key, **more}
    for name, value in (chosen | {"options": {**job.options, **options}}).items():
        setattr(job, name, value)
    job.save(update_fields=(*chosen, "options"))


def check_import(job: Import, user: User | None) -> JobRun | None:
    """Try the import: at once when the file is small, else by a job, which is returned."""
    size = job.file.stat().st_size
    with job.file.open("rb") as file:
        packed = file.read(2) == b"PK"
    if size <= CHECKED_AT_ONCE["xlsx" if packed else "csv"]:
        try_import(job, user)
        return None
    run = start_job("import_trial", {"import_id": job.pk}, user)
    Import.objects.filter(pk=job.pk).update(trial_run=run)
    job.trial_run = run
    return run


def start_import(job: Import, *, wake: bool = True) -> JobRun:
    """Start the import, or return the run it has already: an import never runs twice.

    Raises TrialRunningError while a trial is under way.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update(of=("self",)).select_related("run", "trial_run").get(pk=job.pk)
        if locked.run is not None:
            return JobRun.objects.get(pk=locked.run.pk)
        if locked.trial_run is not None and locked.trial_run.is_active:
            raise TrialRunningError
        run = start_job("import", {"import_id": job.pk}, job.started_by, wake=wake)
        Import.objects.filter(pk=job.pk).update(run=run)
        remember(job)
    job.run = run
    return run
