"""Moves several files in that belong together, through the same engine as the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm_site.events.delivering import deliver_pending
from crm_site.imports.kinds import KINDS, kind_of
from crm_site.imports.mapping import MappingError, mapping_from_names, names_from_mapping
from crm_site.imports.messages import reason
from crm_site.imports.models import Import, MoveIn
from crm_site.imports.moving import Given, configure_owners, files_of, open_move_in, start_move_in, try_move_in
from crm_site.imports.reporting import bad_cells
from crm_site.imports.services import UnmappedFieldsError, configure_import
from crm_site.imports.trials import COUNTS
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.running import run_job, work_off
from crm_site.lib.spreadsheets import SpreadsheetRefused

SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".vcf", ".gz", ".xz"}
REJECTED_SHOWN = 1000


class Command(BaseCommand):
    """`move_in FOLDER|FILES… [--source NAME] [--map FILE.json] [--dry-run] [--json]`."""

    help = "Move in from another system: several files at once, linked by their old ids."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--source", default="", help="the old system's name; ids are remembered under it")
        parser.add_argument(
            "--map", type=Path, help="JSON: {source, owners: {word: e-mail}, files: {name: {kind, mapping, options}}}"
        )
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, configure and load; with --dry-run only try."""
        try:
            said = json.loads(options["map"].read_text()) if options["map"] else {}
            move = self._open(options, said)
        except SpreadsheetRefused as refused:
            raise CommandError(refused.message) from refused
        except (MappingError, UnmappedFieldsError, OSError, ValueError) as error:
            raise CommandError(f"The files do not fit: {error}") from error
        if options["dry_run"]:
            try:
                try_move_in(move, None)
                self._say(self._tried(move), options["json"])
            except SpreadsheetRefused as refused:
                raise CommandError(refused.message) from refused
            finally:
                move.delete()
            return
        run = run_job(start_move_in(move, wake=False).pk)
        if run is None or run.state != JobState.SUCCEEDED:
            raise CommandError(run.error if run else "another worker has this move-in")
        move.refresh_from_db()
        deliver_pending()
        work_off(run)
        self._say(self._done(move, run), options["json"])

    def _open(self, options: dict[str, Any], said: dict[str, Any]) -> MoveIn:
        files = said.get("files", {})
        paths = [path for given in options["paths"] for path in _files(given)]
        if not paths:
            raise CommandError("There are no files.")
        given = [
            Given(path.resolve(), path.name, files.get(path.name, {}).get("kind", ""), is_own_copy=False)
            for path in paths
        ]
        unknown = [one.kind for one in given if one.kind and one.kind not in KINDS]
        if unknown:
            raise CommandError(f"There is no kind {unknown[0]!r}; there are: {', '.join(sorted(KINDS))}")
        source = options["source"] or said.get("source") or paths[0].resolve().parent.name
        move = open_move_in(given, source, None)
        try:
            configure_owners(move, {word.casefold(): person.lower() for word, person in said.get("owners", {}).items()})
            for job in files_of(move):
                _configure(job, files.get(job.file_name, {}))
        except (MappingError, UnmappedFieldsError, ValueError):
            move.delete()
            raise
        return move

    def _tried(self, move: MoveIn) -> dict[str, Any]:
        files = [self._file(job) | {name: job.trial[name] for name in COUNTS} for job in files_of(move)]
        owners = {one["word"]: one["count"] for one in move.trial["owners"]}
        return {"source": move.source, **{name: move.trial[name] for name in COUNTS}, "owners": owners, "files": files}

    def _done(self, move: MoveIn, run: JobRun) -> dict[str, Any]:
        files = []
        for job in files_of(move):
            counts = run.checkpoint.get(f"file{job.pk}", {}).get("counts", {})
            files.append(self._file(job) | {name: counts.get(name, 0) for name in COUNTS})
        return {
            "job": run.pk,
            "source": move.source,
            "operation": move.operation_id,
            **{name: run.counts.get(name, 0) for name in COUNTS},
            "files": files,
            "seconds": round(run.seconds, 2),
        }

    def _file(self, job: Import) -> dict[str, Any]:
        told = {
            **{(line, column, words): None for line, column, words, _value in bad_cells(job, limit=REJECTED_SHOWN)},
            **{(one["line"], one["column"], reason(one)): None for one in job.trial.get("problems", [])},
        }
        rejected = [{"line": line, "column": column, "reason": words} for line, column, words in sorted(told)]
        return {
            "file": job.file_name,
            "kind": job.kind,
            "mapping": names_from_mapping(job.header, job.mapping),
            "rejected": rejected,
        }

    def _say(self, report: dict[str, Any], as_json: bool) -> None:
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=None if as_json else 2))


def _files(given: Path) -> list[Path]:
    if given.is_dir():
        return sorted(path for path in given.iterdir() if path.suffix.lower() in SUFFIXES)
    if not given.is_file():
        raise CommandError(f"There is no file {given}.")
    return [given]


def _configure(job: Import, said: dict[str, Any]) -> None:
    columns = said.get("mapping")
    mapping = mapping_from_names(kind_of(job.kind), job.header, columns) if columns else job.mapping
    configure_import(
        job,
        mapping=mapping,
        mode=said.get("mode", job.mode),
        duplicates=said.get("duplicates", job.duplicates),
        key=said.get("key", job.key),
        options=said.get("options", {}),
        values=said.get("values", job.values),
    )
