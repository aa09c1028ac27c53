"""Operations: what is done inside the block belongs together, and can be undone together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crm_site.history.models import Operation
from crm_site.history.origin import current_origin, origin

if TYPE_CHECKING:
    from crm_site.history.choices import OperationKind
    from crm_site.staff.models import User

MAX_TITLE = 200


def open_operation(
    kind: OperationKind,
    *,
    actor: User | None,
    module: str,
    title: str = "",
    count: int = 0,
    undoes: Operation | None = None,
) -> Operation:
    """Create an operation whose work is done later, in chunks, each inside `resume_operation`."""
    return Operation.objects.create(
        kind=kind, actor=actor, module=module, title=title[:MAX_TITLE], count=count, undoes=undoes
    )


@contextmanager
def operation(kind: OperationKind, *, actor: User | None, module: str, **facts: Any) -> Iterator[Operation]:
    """Do everything inside the block as one operation, in one transaction; see `open_operation` for the facts.

    Inside another operation it is a part of that one.
    """
    outer = current_origin().operation
    if outer is not None:
        with transaction.atomic():
            yield Operation.objects.get(pk=outer)
        return
    with transaction.atomic():
        opened = open_operation(kind, actor=actor, module=module, **facts)
        with resume_operation(opened.pk, actor=actor):
            yield opened
        finish_operation(opened)


@contextmanager
def resume_operation(pk: int, *, actor: User | None = None) -> Iterator[None]:
    """Do what is inside the block, one transaction, as a further part of an operation."""
    asked = current_origin().actor
    with transaction.atomic(), origin(operation=pk, actor=(lambda: actor.pk) if actor is not None else asked):
        yield


def finish_operation(opened: Operation) -> None:
    """Say that the operation's work is done."""
    opened.finished_at = timezone.now()
    opened.save(update_fields=["finished_at", "count", "title", "conflicts", "conflicts_count"])
