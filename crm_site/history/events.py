"""What happens in the history."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm_site.events.base import BatchEvent
from crm_site.events.verbs import Eraser, register_verb


@dataclass(frozen=True, kw_only=True)
class OperationUndone(BatchEvent):
    """An operation was undone; `undo_id` is the operation that did so."""

    verb = "history.undone"
    operation_id: int
    undo_id: int


@dataclass(frozen=True, kw_only=True)
class RecordsDeleted(BatchEvent):
    """Records went to the trash by an operation."""

    verb = "history.deleted"
    operation_id: int


@dataclass(frozen=True, kw_only=True)
class RecordsRestored(BatchEvent):
    """Records came back from the trash by an operation."""

    verb = "history.restored"
    operation_id: int


register_verb("history.undone", _("Something was undone"), "arrow-back-up", Eraser.KEEP, system=True)
register_verb("history.deleted", _("Records were deleted"), "trash", Eraser.KEEP, system=True)
register_verb("history.restored", _("Records came back from the trash"), "restore", Eraser.KEEP, system=True)
