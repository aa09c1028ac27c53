"""Runs any job in the foreground, through the same code as the worker."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.parameters import ParameterError
from crm_site.jobs.registry import JOBS, UnknownJobError
from crm_site.jobs.running import run_job, sweep
from crm_site.jobs.starting import start_job


class Command(BaseCommand):
    """`run_job NAME [--param k=v …] [--json]`."""

    help = "Run a job in the foreground."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name", help=", ".join(sorted(JOBS)))
        parser.add_argument("--param", action="append", default=[], metavar="k=v")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, name: str, param: list[str], json: bool, **options: Any) -> None:
        """Start or join the run, work it here if it is free, and print how it ended."""
        pairs = dict(text.partition("=")[::2] for text in param)
        try:
            run = start_job(name, pairs, wake=False)
        except UnknownJobError:
            raise CommandError(f"There is no job {name!r}. Jobs: {', '.join(sorted(JOBS))}") from None
        except ParameterError as error:
            raise CommandError(str(error)) from error
        run = run_job(run.pk) or _wait_for(run)
        self._report(run, as_json=json)

    def _report(self, run: JobRun, as_json: bool) -> None:
        if as_json:
            report = {"job": run.pk, "state": run.state, "result": run.result, "error": run.error}
            self.stdout.write(json.dumps(report, ensure_ascii=False, default=str))
        else:
            self.stdout.write(f"{run.name} #{run.pk}: {run.state} {run.error}")
            self.stdout.write(json.dumps(run.result, ensure_ascii=False, indent=2, default=str))
        if run.state != JobState.SUCCEEDED:
            raise CommandError(run.error or run.state, returncode=1)


def _wait_for(run: JobRun) -> JobRun:
    """Wait for the run that another worker has, and take it over if that worker dies."""
    while run.is_active:
        time.sleep(1)
        sweep()
        taken = run_job(run.pk)
        run = taken or JobRun.objects.get(pk=run.pk)
    return run
