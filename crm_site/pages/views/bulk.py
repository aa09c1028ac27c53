"""Bulk actions: ask for the value, say what it would do, do it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from crm_site.history.deleting import preview_deletion
from crm_site.pages.bulk.applying import AT_ONCE, DELETE, Work, apply_as_job, apply_at_once
from crm_site.pages.bulk.changes import Preview, Reason, ValueForm, change_of, preview_change, value_words
from crm_site.pages.bulk.selection import Selection
from crm_site.pages.lists.bulk_fields import BulkField
from crm_site.pages.lists.declaration import ListPage
from crm_site.pages.lists.registry import open_list
from crm_site.pages.requests import dialog_done, page_follows, signed_in
from crm_site.staff.models import User

EDIT = "edit"


@require_POST
@login_required
def list_bulk(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Answer one step of a bulk action; `name` is the change, `edit` to choose one, or `delete`."""
    user = signed_in(request)
    page = open_list(code, user)
    if not user.access.can_edit(page.module):
        raise PermissionDenied
    selection = Selection.posted(request.POST)
    if name == DELETE:
        return _delete(request, page, selection, user)
    offered = [one for one in page.changes() if one.place == "edit"] if name == EDIT else []
    change = change_of(page, _chosen(request, name, offered), user)
    return _change(request, page, selection, change, offered)


def _chosen(request: HttpRequest, name: str, offered: list[BulkField]) -> str:
    """Return the name of the change: the one in the address, or the one chosen among the offered."""
    if name != EDIT:
        return name
    if not offered:
        raise Http404
    return request.POST.get("field") or offered[0].name


def _change(
    request: HttpRequest, page: ListPage[Any], selection: Selection, change: BulkField, offered: list[BulkField]
) -> HttpResponse:
    user, step = signed_in(request), request.POST.get("step", "")
    target = reverse("pages:list-bulk", args=[page.code, EDIT if offered else change.name])
    context = {"page": page, "selection": selection, "change": change, "offered": offered, "target": target}
    form = ValueForm(page, change, user, request.POST if step else None)
    if not step or not form.is_valid():
        return _dialog(request, {**context, "form": form}, status=422 if step else 200)
    title = f"{change.label}: {value_words(form)}"
    if step == "apply":
        return _apply(request, Work(page, selection, change.name, request.POST, user), title)
    preview = preview_change(selection.rows(page, user), change, form.cleaned_data["value"], user)
    return _dialog(request, {**context, "form": form, "preview": preview, "title": title})


def _delete(request: HttpRequest, page: ListPage[Any], selection: Selection, user: User) -> HttpResponse:
    if not page.deletable:
        raise Http404
    title = gettext("Deleted on “%(list)s”") % {"list": page.title}
    if request.POST.get("step") == "apply":
        return _apply(request, Work(page, selection, DELETE, request.POST, user), title)
    preview, along = _deletion(page, selection, user)
    target = reverse("pages:list-bulk", args=[page.code, DELETE])
    return _dialog(
        request, {"page": page, "selection": selection, "target": target, "preview": preview, "along": along}
    )


def _deletion(page: ListPage[Any], selection: Selection, user: User) -> tuple[Preview, list[tuple[str, int]]]:
    """Return what deleting would do, and what goes along; for very many rows only how many may be deleted."""
    rows = selection.rows(page, user).order_by()
    total = rows.count()
    if total > AT_ONCE * 4:
        scoped: Any = rows
        mine = scoped.editable_by(user).count()
        reasons = [Reason(gettext("not yours to change"), total - mine)] if mine < total else []
        return Preview(total, mine, reasons), []
    found = preview_deletion(rows, user)
    reasons = [Reason(gettext("not yours to change"), found.denied)] if found.denied else []
    kept = gettext("%(records)s rest on them")
    reasons += [Reason(kept % {"records": name}, count) for name, count in found.blocked_words]
    return Preview(total, len(found.ids), reasons), found.along_words


def _dialog(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "pages/list/bulk_dialog.html", context, status=status)


def _apply(request: HttpRequest, work: Work, title: str) -> HttpResponse:
    """Do it, and return to the list with an undo; very many rows become a job with a page of its own."""
    page = work.page
    try:
        opened = apply_at_once(work, title)
    except forms.ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return dialog_done(request, work.selection.read_state(page).address(page))
    if opened is None:
        run = apply_as_job(work, title, request.POST)
        return page_follows(request, reverse("pages:job-detail", args=[run.pk]))
    said = page.noun % opened.count
    words = (
        gettext("Deleted: %(count)s %(records)s")
        if work.action == DELETE
        else gettext("Changed: %(count)s %(records)s")
    )
    undo = reverse("history:operation-undo", args=[opened.pk]) if opened.count else ""
    messages.success(request, words % {"count": opened.count, "records": said}, extra_tags=undo)
    return dialog_done(request, work.selection.read_state(page).address(page))
