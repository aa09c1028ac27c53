"""Loading the demo company: all of it in one transaction, then the figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.apps import apps
from django.db import connection, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone

from crm_site.demo.indexes import SetAside
from crm_site.demo.models import DemoLoad
from crm_site.demo.people import make_people
from crm_site.demo.registry import FIGURES, LAST_FIGURES, PARTS, READING
from crm_site.demo.sizes import SIZES
from crm_site.demo.worktime import write_worktime
from crm_site.demo.writing import DemoWriter
from crm_site.history.origin import origin
from crm_site.history.tracking import is_tracked
from crm_site.jobs.models import JobState
from crm_site.jobs.registry import JOBS
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job

DEFAULT_SEED = 2026
_LOCK = 7_302_026
# How many lines of jobs work at once on a large company.
LINES_AT_ONCE = 2

Say = Callable[[str], object]


class DemoExistsError(Exception):
    """There is a demo company already."""


def load_demo(size: str, *, seed: int = DEFAULT_SEED, day: dt.date | None = None, say: Say = print) -> DemoLoad:
    """Write the demo company as it stands on `day` (today) and compute its figures.

    No event is published: the history is written whole, timeline included, and nobody is to be told of it.
    Raises DemoExistsError.
    """
    with transaction.atomic(), origin(silent=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            # Checked by the statement: a queue of millions of deferred checks would fill the memory.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if DemoLoad.objects.exists():
            raise DemoExistsError
        writer = DemoWriter(SIZES[size], seed, day or timezone.localdate(), say)
        load = DemoLoad.objects.create(size=size, seed=seed, day=writer.day)
        make_people(writer)
        write_worktime(writer)
        aside = SetAside()
        if writer.size.is_large:
            aside.take(model for model in apps.get_models(include_auto_created=True) if is_tracked(model))
            writer.renewed = aside.renewed
        for part in PARTS:
            if part in READING:
                aside.put_back(READING[part])
            part(writer)
        aside.put_back()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    prepare_figures(load, say)
    return load


def prepare_figures(load: DemoLoad, say: Say = print) -> None:
    """Compute the figures of a loaded company; after an interruption this is done again."""
    compute_figures(say, side_by_side=SIZES[load.size].is_large)
    DemoLoad.objects.filter(pk=load.pk).update(prepared_at=Now())


def compute_figures(say: Say, *, side_by_side: bool = False) -> None:
    """Run the jobs that compute figures, here or in threads side by side, and say which did not succeed."""
    if side_by_side:
        with ThreadPoolExecutor(LINES_AT_ONCE) as pool:
            complaints = [words for line in pool.map(_run_apart, FIGURES) for words in line]
    else:
        complaints = [words for line in FIGURES for words in _run(line)]
    for words in [*complaints, *_run(LAST_FIGURES)]:
        say(words)


def _run_apart(names: Iterable[str]) -> list[str]:
    try:
        return _run(names)
    finally:
        connections.close_all()


def _run(names: Iterable[str]) -> list[str]:
    """Run jobs one after the other, and return what is to be said of those that did not succeed."""
    runs = [run_job(start_job(name, wake=False).pk) for name in names if name in JOBS]
    ended = [run for run in runs if run is not None and run.state != JobState.SUCCEEDED]
    return [f"{run.title}: {run.get_state_display()} {run.error}" for run in ended]
