"""Imports a file from the command line, through the same engine as the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm_site.events.delivering import deliver_pending
from crm_site.imports.habits import Habits
from crm_site.imports.kinds import KINDS, kind_of
from crm_site.imports.mapping import MappingError, mapping_from_names, names_from_mapping
from crm_site.imports.models import DuplicatePolicy, Import, ImportMode
from crm_site.imports.reporting import read_records, write_failures_file
from crm_site.imports.services import UnmappedFieldsError, configure_import, open_import, start_import
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.running import run_job, work_off
from crm_site.lib.spreadsheets import SpreadsheetRefused

STRUCTURED = {"mapping", "options", "values", "habits"}
COUNTS = ("rows", "created", "updated", "skipped", "failed")


class Command(BaseCommand):
    """`import_file KIND FILE [--mode …] [--key FIELD] [--dry-run] [--json] [--map FILE] [--duplicates …]`."""

    help = "Import a CSV or XLSX file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--mode", choices=ImportMode.values, default=ImportMode.BOTH)
        parser.add_argument("--duplicates", choices=DuplicatePolicy.values, default=DuplicatePolicy.UPDATE)
        parser.add_argument("--key", default="")
        parser.add_argument("--map", type=Path, help="JSON: column → field, or {mapping, options, values, habits}")
        parser.add_argument("--option", action="append", default=[], metavar="k=v")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, configure and run the import; with --dry-run only look."""
        job = self._open(options)
        try:
            if options["dry_run"]:
                self._show_trial(job, options["json"])
                return
            run = run_job(start_import(job, wake=False).pk)
        finally:
            if options["dry_run"]:
                job.delete()
        if run is None or run.state != JobState.SUCCEEDED:
            raise CommandError(run.error if run else "another worker has this import")
        # Figures are right when the command returns, whether a worker runs or not.
        deliver_pending()
        work_off(run)
        self._report(job, run, options["json"])

    def _open(self, options: dict[str, Any]) -> Import:
        path: Path = options["file"].resolve()
        if not path.is_file():
            raise CommandError(f"There is no file {options['file']}.")
        kind = kind_of(options["kind"])
        if options["key"] and options["key"] not in kind.keys:
            raise CommandError(f"{kind.code} are found by: {', '.join(kind.keys)}")
        try:
            job = open_import(kind.code, path, path.name, None, is_own_copy=False)
        except SpreadsheetRefused as refused:
            raise CommandError(refused.message) from refused
        chosen = dict(text.partition("=")[::2] for text in options["option"])
        try:
            names = json.loads(options["map"].read_text()) if options["map"] else {}
            chosen = {**names.get("options", {}), **chosen}
            columns = names.get("mapping", {} if STRUCTURED & names.keys() else names)
            mapping = mapping_from_names(kind, job.header, columns) if columns else job.mapping
            configure_import(
                job,
                mapping=mapping,
                mode=options["mode"],
                duplicates=options["duplicates"],
                key=options["key"] or job.key,
                options={name: _flag(value) for name, value in chosen.items()},
                **_said(names),
            )
        except (MappingError, UnmappedFieldsError, OSError, ValueError) as error:
            job.delete()
            raise CommandError(f"The mapping does not fit: {error}") from error
        return job

    def _show_trial(self, job: Import, as_json: bool) -> None:
        """Print record by record, since a large file must not be held in memory."""
        head = {
            "encoding": job.encoding,
            "delimiter": job.delimiter,
            "header_line": job.header_line,
            "mapping": names_from_mapping(job.header, job.mapping),
        }
        between = "" if as_json else "\n"
        rejected: list[dict[str, Any]] = []
        count = 0
        try:
            for count, record in enumerate(read_records(job, rejected), 1):
                start = f'{json.dumps(head, ensure_ascii=False)[:-1]}, "records": [' if count == 1 else ", "
                self.stdout.write(f"{start}{between}{json.dumps(record, ensure_ascii=False)}", ending="")
        except SpreadsheetRefused as refused:
            raise CommandError(refused.message) from refused
        if not count:
            self.stdout.write(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "records": [', ending="")
        counts = {"rows": count + len(rejected), "failed": len(rejected)}
        tail = f"], {json.dumps({'rejected': rejected, **counts}, ensure_ascii=False)[1:]}"
        self.stdout.write(f"{between}{tail}")

    def _report(self, job: Import, run: JobRun, as_json: bool) -> None:
        report: dict[str, Any] = {"job": run.pk, **{name: run.counts.get(name, 0) for name in COUNTS}}
        report |= {name: count for name, count in run.counts.items() if name not in report}
        report["failures_file"] = str(write_failures_file(job)) if report["failed"] else None
        report["seconds"] = round(run.seconds, 2)
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in report.items()))


def _said(names: dict[str, Any]) -> dict[str, Any]:
    """Return what the file of the mapping says beyond columns: words, and how the file writes days and numbers."""
    said: dict[str, Any] = {}
    if "values" in names:
        said["values"] = {
            field: {word.strip().casefold(): meant for word, meant in words.items()}
            for field, words in names["values"].items()
        }
    if "habits" in names:
        said["habits"] = Habits.of(names["habits"]).stored()
    return said


def _flag(value: Any) -> Any:
    return {"true": True, "false": False, "yes": True, "no": False}.get(str(value).lower(), value)
