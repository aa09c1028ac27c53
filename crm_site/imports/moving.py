"""Moving in: several files in one run, linked by the ids that their records had in the old system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm_site.imports.kinds import kind_of
from crm_site.imports.models import Import, MoveIn
from crm_site.imports.recognising import recognise
from crm_site.imports.services import TrialRunningError, open_import
from crm_site.imports.staging import stage
from crm_site.imports.trials import COUNTS, TrialContext, clear_staged, fingerprint, tried_chunks, unknown_values
from crm_site.jobs.models import JobRun
from crm_site.jobs.starting import start_job
from crm_site.lib.spreadsheets import Refusal, SpreadsheetRefused, open_sheet

if TYPE_CHECKING:
    from crm_site.jobs.context import JobContext
    from crm_site.staff.models import User

MOST_FILES = 20
# With less data than this, the trial is done while the page waits.
TRIED_AT_ONCE = 300_000


@dataclass(frozen=True)
class Given:
    """A file as it was handed over; `kind` where somebody has said what it holds."""

    path: Path
    name: str
    kind: str = ""
    is_own_copy: bool = True


def open_move_in(files: Iterable[Given], source: str, user: User | None) -> MoveIn:
    """Look into all files, tell what each holds, and return the move-in; raise SpreadsheetRefused for a bad file.

    A file that resembles no kind is refused too, unless its kind is given.
    """
    with transaction.atomic():
        move = MoveIn.objects.create(source=source[:60], started_by=user)
        for given in files:
            try:
                _open_file(move, given, user)
            except SpreadsheetRefused as refused:
                refused.file_name = given.name
                raise
    return move


def _open_file(move: MoveIn, given: Given, user: User | None) -> Import:
    kind = given.kind
    if not kind:
        with open_sheet(given.path) as sheet:
            found = recognise(sheet.header, given.name)
        if not found:
            raise SpreadsheetRefused(Refusal.UNKNOWN_KIND)
        kind = found[0].kind
    job = open_import(kind, given.path, given.name, user, is_own_copy=given.is_own_copy, move_in=move)
    settle_kind(job)
    return job


def settle_kind(job: Import) -> None:
    """Set what follows from the kind of a file that moves in: its turn, and its old ids as its key."""
    kind = kind_of(job.kind)
    job.place = kind.turn
    if kind.old_id in kind.keys and kind.old_id in job.mapping:
        job.key = kind.old_id
    if any(option.name == "create_customers" for option in kind.options):
        job.options = {**job.options, "create_customers": False}  # links are meant, so an unknown id is a mistake
    job.save(update_fields=["place", "key", "options"])


def files_of(move: MoveIn) -> list[Import]:
    """Return the files in the order in which they are loaded."""
    files = list(Import.objects.filter(move_in=move).order_by("place", "pk"))
    for job in files:
        job.move_in = move
    return files


def move_fingerprint(move: MoveIn) -> str:
    """Return what changes with anything that changes how the files are read."""
    return "|".join([move.source, str(sorted(move.owners.items())), *(fingerprint(job) for job in files_of(move))])


def is_move_tried(move: MoveIn) -> bool:
    """Tell whether a trial of the move-in as it is set now has been done."""
    return bool(move.trial) and move.trial.get("fingerprint") == move_fingerprint(move)


def try_move_in(move: MoveIn, user: User | None, run: JobContext | None = None) -> dict[str, Any]:
    """Read all files, load them one after the other in one transaction, and roll it back; keep what came of it."""
    files = files_of(move)
    contexts = {job.pk: TrialContext(user, run) for job in files}
    people: Counter[str] = Counter()
    for job in files:
        clear_staged(job)
        Import.objects.filter(pk=job.pk).update(staged_for="", trial={})
        reader = stage(job, contexts[job.pk])
        unknown = unknown_values(job, reader.values_seen)
        for name in [name for name in unknown if kind_of(job.kind).field(name).is_person]:
            people.update({one["word"]: one["count"] for one in unknown.pop(name)})
        job.trial = {"values": unknown, "read": {name: contexts[job.pk].counted[name] for name in ("rows", "failed")}}
    with transaction.atomic():
        for job in files:
            refused: list[dict[str, Any]] = []
            for _chunk in tried_chunks(job, contexts[job.pk], refused):
                pass  # kept until all files are loaded, since later ones refer to it
            job.trial["problems"] = refused
        transaction.set_rollback(True)
    for job in files:
        counted = contexts[job.pk].counted
        job.trial |= {name: counted[name] for name in COUNTS}
        job.staged_for = fingerprint(job)
        job.save(update_fields=["trial", "staged_for"])
    owners = [{"word": word, "count": count} for word, count in people.most_common()]
    move.trial = {"fingerprint": move_fingerprint(move), "owners": owners, **_sums(job.trial for job in files)}
    move.save(update_fields=["trial"])
    told: dict[str, Any] = move.trial
    return told


def _sums(trials: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in trials:
        total.update({name: one[name] for name in COUNTS})
    return {name: total[name] for name in COUNTS}


def check_move_in(move: MoveIn, user: User | None) -> JobRun | None:
    """Try the move-in: at once when the files are small, else by a job, which is returned."""
    if sum(job.file.stat().st_size for job in files_of(move)) <= TRIED_AT_ONCE:
        try_move_in(move, user)
        return None
    run = start_job("move_in_trial", {"move_id": move.pk}, user)
    MoveIn.objects.filter(pk=move.pk).update(trial_run=run)
    move.trial_run = run
    return run


def start_move_in(move: MoveIn, *, wake: bool = True) -> JobRun:
    """Start the move-in, or return the run it has; raise TrialRunningError while a trial is under way."""
    with transaction.atomic():
        locked = MoveIn.objects.select_for_update(of=("self",)).select_related("run", "trial_run").get(pk=move.pk)
        if locked.run is not None:
            return JobRun.objects.get(pk=locked.run.pk)
        if locked.trial_run is not None and locked.trial_run.is_active:
            raise TrialRunningError
        run = start_job("move_in", {"move_id": move.pk}, move.started_by, wake=wake)
        MoveIn.objects.filter(pk=move.pk).update(run=run)
    move.run = run
    return run


def configure_owners(move: MoveIn, owners: Mapping[str, str]) -> None:
    """Keep who the people of the old system are here, once for all files."""
    move.owners = dict(owners)
    move.save(update_fields=["owners"])
