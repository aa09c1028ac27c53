"""Operations and their undo, the trash, and the history of one record."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm_site.history.conflicts import Conflict
from crm_site.history.jobs import is_large, start_undo
from crm_site.history.models import Change, Operation, TrashedRecord
from crm_site.history.restoring import CannotRestoreError, restore_trashed, restore_value
from crm_site.history.tracking import tracked_tables
from crm_site.history.undoing import AlreadyUndoneError, is_undoable, undo_operation
from crm_site.pages.history.presenting import told_changes, told_conflicts
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.versioning import StaleVersionError

SHOWN = 50
PANEL = 5


@require_safe
@login_required
def operation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an operation did, and what its undo left alone."""
    user = signed_in(request)
    found = fetch_visible(Operation.objects.select_related("actor", "undoes", "undone_by"), user, pk=pk)
    changes = list(Change.objects.filter(operation=found).select_related("actor").order_by("pk")[:SHOWN])
    context = {
        "operation": found,
        "page_title": str(found),
        "counts": _counts(found),
        "changes": told_changes(changes, user, restorable=False),
        "undoable": is_undoable(found),
        "conflicts": told_conflicts([Conflict(**one) for one in found.conflicts[:SHOWN]], user),
    }
    return render(request, "pages/history/operation.html", context)


@require_POST
@login_required
def operation_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an operation at once, or by a job when it is large."""
    user = signed_in(request)
    done = fetch_visible(Operation.objects.all(), user, pk=pk)
    try:
        if is_large(done):
            run = start_undo(done, user)
            return redirect("pages:job-detail", run.pk)
        outcome = undo_operation(done, user)
    except AlreadyUndoneError:
        messages.error(request, _("This was undone before."))
        return redirect(done)
    count, left = outcome.restored, outcome.undo.conflicts_count
    words = ngettext("Undone: %(count)d row.", "Undone: %(count)d rows.", count) % {"count": count}
    if left:
        words += " " + ngettext(
            "%(left)d was left alone, because it was changed since.",
            "%(left)d were left alone, because they were changed since.",
            left,
        ) % {"left": left}
        messages.warning(request, words)
        return redirect(outcome.undo)
    messages.success(request, words)
    return redirect(_back(request, done.get_absolute_url()))


@require_safe
@login_required
def trashed(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a deleted record: what it was and what went with it."""
    user = signed_in(request)
    found = fetch_visible(TrashedRecord.objects.select_related("deleted_by"), user, pk=pk)
    rows = Change.objects.filter(operation_id=found.operation_id, action="D", root_table=found.table_name)
    changes = list(rows.filter(root_id=found.record_id).select_related("actor").order_by("-pk")[:SHOWN])
    context = {
        "trashed": found,
        "page_title": found.label,
        "changes": told_changes(changes, user, restorable=False),
        "can_restore": TrashedRecord.objects.editable_by(user).filter(pk=pk).exists(),
    }
    return render(request, "pages/history/trashed.html", context)


@require_POST
@login_required
def trash_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a record back from the trash."""
    user = signed_in(request)
    found = fetch_editable(TrashedRecord.objects.all(), user, pk=pk)
    try:
        restore_trashed(found, user)
    except CannotRestoreError as error:
        messages.error(request, str(error))
        return redirect("history:trash")
    messages.success(request, _("“%(record)s” is back.") % {"record": found.label})
    record: Any = tracked_tables()[found.table_name].model._default_manager.get(pk=found.record_id)
    return redirect(record.get_absolute_url() if hasattr(record, "get_absolute_url") else "history:trash")


@require_safe
@login_required
def record_history(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Show the history of one record, a page at a time."""
    record, context = _history(request, label, pk, SHOWN)
    context |= {"page_title": _("History of “%(record)s”") % {"record": record}}
    return render(request, "pages/history/record.html", context)


@require_safe
@login_required
def record_panel(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Show the latest changes of one record as the body of a card."""
    _record, context = _history(request, label, pk, PANEL)
    return render(request, "pages/history/panel.html", context)


@require_POST
@login_required
def value_restore(request: HttpRequest, label: str, pk: int, change: int, column: str) -> HttpResponse:
    """Set one value back to what it was before a change."""
    user = signed_in(request)
    model = _model(label)
    record = fetch_editable(model._default_manager.all(), user, pk=pk)
    own = Change.objects.filter(table_name=model._meta.db_table, record_id=pk, action="U")
    found = own.filter(pk=change).first()
    if found is None:
        raise Http404
    try:
        restore_value(found, column, record, posted_version(request), user)
    except StaleVersionError:
        messages.error(request, _("Somebody changed the record meanwhile. Look at its values and try again."))
    except CannotRestoreError as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The value is back."))
    return redirect(record.get_absolute_url())


def _history(request: HttpRequest, label: str, pk: int, size: int) -> tuple[Any, dict[str, Any]]:
    user = signed_in(request)
    model = _model(label)
    record = fetch_visible(model._default_manager.all(), user, pk=pk)
    rows = Change.objects.filter(root_table=model._meta.db_table, root_id=pk).select_related("actor").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    changes = list(rows[: size + 1])
    can_edit = model._default_manager.editable_by(user).filter(pk=pk).exists()
    return record, {
        "record": record,
        "label": label,
        "changes": told_changes(changes[:size], user, restorable=can_edit),
        "more": changes[size - 1].pk if len(changes) > size else None,
        "all_url": reverse("history:record", args=[label, pk]),
    }


def _model(label: str) -> Any:
    """Return the model of a record with a history; raise Http404 for anything else."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    table = tracked_tables().get(model._meta.db_table)
    if table is None or table.model is not table.root_model or not hasattr(model._default_manager, "visible_to"):
        raise Http404
    return model


def _counts(done: Operation) -> list[tuple[str, str, int]]:
    """Return (what, kind of row, how many) of an operation."""
    found = []
    tables = tracked_tables()
    told = {name: table for name, table in tables.items() if table.tracking.updates}
    changed = Change.objects.filter(operation=done).values_list("table_name", "action").annotate(Count("record_id"))
    words = {"U": _("changed"), "D": _("deleted")}
    for name, action, count in changed.order_by("table_name", "action"):
        if name in told:
            found.append((words[action], str(told[name].model._meta.verbose_name_plural), count))
    sizes: dict[str, int] = {}
    for name, ids in done.insertions.values_list("table_name", "record_ids").iterator():
        sizes[name] = sizes.get(name, 0) + len(ids)
    found += [
        (_("added"), str(told[name].model._meta.verbose_name_plural), count)
        for name, count in sorted(sizes.items())
        if name in told
    ]
    return found


def _back(request: HttpRequest, otherwise: str) -> str:
    """Return where the reader came from, if that is a page of ours."""
    referer = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    return referer if url_has_allowed_host_and_scheme(referer, hosts, request.is_secure()) else otherwise
