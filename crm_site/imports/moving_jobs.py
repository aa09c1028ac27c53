"""The jobs that try and load a move-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm_site.history.choices import OperationKind
from crm_site.history.models import Operation
from crm_site.history.operations import finish_operation, open_operation
from crm_site.imports.arriving import arriving
from crm_site.imports.importing import take_tried
from crm_site.imports.kinds import KINDS
from crm_site.imports.loading import load
from crm_site.imports.models import Import, MoveIn
from crm_site.imports.moving import files_of, try_move_in
from crm_site.imports.trials import COUNTS, clear_staged
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job

if TYPE_CHECKING:
    from crm_site.staff.models import User


class FileContext:
    """The part of a job's checkpoint and counts that belongs to one of its files."""

    def __init__(self, context: JobContext, pk: int) -> None:
        self._context = context
        self._name = f"file{pk}"
        self.checkpoint: dict[str, Any] = dict(context.checkpoint.get(self._name, {}))
        self._counts: dict[str, int] = dict(self.checkpoint.get("counts", {}))

    @property
    def user(self) -> User | None:
        """Who moves in."""
        return self._context.user

    @property
    def counts(self) -> dict[str, int]:
        """Counts of this file so far, over all attempts."""
        return dict(self._counts)

    def count(self, **counts: int) -> None:
        """Add to the counts of the file and of the whole."""
        for name, number in counts.items():
            self._counts[name] = self._counts.get(name, 0) + number
        self._context.count(**counts)

    def progress(self, done: int, total: int, phase: str = "") -> None:
        """Say how far this file is."""
        self._context.progress(done, total, phase)

    def save_checkpoint(self, **values: Any) -> None:
        """Remember how far this file is, in the caller's transaction."""
        self.checkpoint.update(values)
        self.checkpoint["counts"] = self._counts
        self._context.save_checkpoint(**{self._name: self.checkpoint})

    def raise_if_cancelled(self) -> None:
        """Stop when somebody asked for it."""
        self._context.raise_if_cancelled()


@job("move_in", _("Moving in"), "setup", {"move_id": Parameter(int, _("Move-in"))}, listed=False)
def run_move_in(context: JobContext, *, move_id: int) -> dict[str, Any]:
    """Read and load several files as one operation. Safe to repeat: it goes on where the last transaction ended."""
    move = MoveIn.objects.get(pk=move_id)
    opened = _operation_of(move, context)
    files = files_of(move)
    contexts = {one.pk: FileContext(context, one.pk) for one in files}
    for one in files:
        one.operation_id = opened
        _load(one, contexts[one.pk], context)
    _finish(move, files, contexts, context)
    return {name: context.counts.get(name, 0) for name in COUNTS}


def _load(one: Import, context: FileContext, run: JobContext) -> None:
    if context.checkpoint.get("staged") or take_tried(one, context):
        load(one, context)
        return
    if not context.checkpoint.get("begun"):
        clear_staged(one)
        with transaction.atomic():
            context.save_checkpoint(begun=True)
    with arriving(one, context, run) as arrivals:
        load(one, context, arrivals)


def _operation_of(move: MoveIn, context: JobContext) -> int:
    if move.operation_id is None:
        with transaction.atomic():
            opened = open_operation(OperationKind.IMPORT, actor=context.user, module="customers", title=move.source)
            MoveIn.objects.filter(pk=move.pk, operation_id=None).update(operation_id=opened.pk)
            Import.objects.filter(move_in=move).update(operation_id=opened.pk)
            move.operation_id = opened.pk
    return int(move.operation_id)


def _finish(move: MoveIn, files: list[Import], contexts: dict[int, FileContext], context: JobContext) -> None:
    """Publish one event a file, once, and close the operation."""
    if context.checkpoint.get("published"):
        return
    with transaction.atomic():
        for one in files:
            KINDS[one.kind].publish(one, contexts[one.pk].counts, context.user)
        opened = Operation.objects.get(pk=move.operation_id or 0)
        opened.count = context.counts.get("created", 0) + context.counts.get("updated", 0)
        finish_operation(opened)
        context.save_checkpoint(published=True)


@job("move_in_trial", _("Trial of a move-in"), "setup", {"move_id": Parameter(int, _("Move-in"))}, listed=False)
def run_move_in_trial(context: JobContext, *, move_id: int) -> dict[str, Any]:
    """Read all files, load them and roll back. A repeat begins again."""
    found = try_move_in(MoveIn.objects.get(pk=move_id), context.user, context)
    return {name: found[name] for name in COUNTS}
