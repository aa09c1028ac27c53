"""Moving a card on a board: one record, checked against the version that was on the screen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.bulk.changes import ValueForm, change_of, changing_rows, preview_change, value_words
from crm_site.pages.cells import Toast, saved_toast
from crm_site.pages.lists.boards import BoardView
from crm_site.pages.lists.bulk_fields import BulkField
from crm_site.pages.lists.registry import open_list
from crm_site.pages.lists.shapes import CardAsksError, CardRefusedError
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.versioning import StaleVersionError

KEY_DIGITS = 18


@require_POST
@login_required
def list_move(request: HttpRequest, code: str) -> HttpResponse:
    """Move the record `pk` to the lane `to`; a refused move sends the card back and says why, or asks what it needs."""
    user = signed_in(request)
    page = open_list(code, user)
    if page.board is None or not page.board.move:
        raise Http404
    change = change_of(page, page.board.move, user)
    text = request.POST.get("pk", "")
    if not (text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS):
        raise Http404
    manager: Any = page.model._default_manager
    record = fetch_editable(manager.all(), user, pk=int(text))
    state = replace(page.state(QueryDict(request.POST.get("state", "")[:8000])), after="", before="")
    board = BoardView(page, user, state, page.board)
    before = board.lane_of(record)
    asks: dict[str, Any] = {}
    try:
        toast, refused = (_carry if page.board.carry else _move)(request, board, change, record)
    except CardAsksError as error:
        toast, refused = None, True
        sign = "&" if "?" in error.address else "?"
        here = urlencode({"state": request.POST.get("state", "")[:8000]})
        asks = {"card-asks": {"url": f"{error.address}{sign}{here}"}}
    now = page.with_related(page.base(user), state).filter(pk=record.pk).first()
    if now is None:
        raise Http404
    lanes = board.heads({before, board.lane_of(now)})
    response = render(
        request,
        "pages/list/moved.html",
        {"card": board.card(now), "lanes": lanes, "arrivals": [toast] if toast else []},
    )
    if refused:
        response["HX-Trigger-After-Swap"] = json.dumps({"card-refused": {"pk": record.pk}, **asks})
    return response


def _carry(request: HttpRequest, board: BoardView, change: BulkField, record: Any) -> tuple[Toast | None, bool]:
    """Have the board's own service do the move; return what to say, and whether it was refused."""
    lane = next((label for code, label in board.choices if code == request.POST.get("to", "")), None)
    if lane is None:
        return Toast(gettext("There is no such lane."), "error"), True
    carry: Any = board.board.carry
    title, user = f"{record}: {change.label}: {lane}", board.user
    try:
        with operation(OperationKind.EDIT, actor=user, module=board.page.module, title=title, count=1) as done:
            carry(record, posted_version(request), request.POST.get("to", ""), user)
    except StaleVersionError:
        said = gettext("Somebody else changed “%(record)s” in the meantime; look at it again.")
        return Toast(said % {"record": record}, "error"), True
    except CardRefusedError as error:
        said = gettext("“%(record)s” stays where it was: %(why)s.")
        return Toast(said % {"record": record, "why": error}, "error"), True
    return saved_toast(done), False


def _move(request: HttpRequest, board: BoardView, change: BulkField, record: Any) -> tuple[Toast | None, bool]:
    """Do the move; return what to say, and whether it was refused."""
    user, page = board.user, board.page
    form = ValueForm(page, change, user, {"value": request.POST.get("to", "")})
    if not form.is_valid():
        return Toast(" ".join(map(str, form.errors["value"])), "error"), True
    value = form.cleaned_data["value"]
    manager: Any = page.model._default_manager
    one = manager.filter(pk=record.pk, version=posted_version(request))
    if not one.exists():
        said = gettext("Somebody else changed “%(record)s” in the meantime; look at it again.")
        return Toast(said % {"record": record}, "error"), True
    title = f"{record}: {change.label}: {value_words(form)}"
    with transaction.atomic():
        if changing_rows(one, change, value, user).select_for_update(of=("self",)).exists():
            with operation(OperationKind.EDIT, actor=user, module=page.module, title=title, count=1) as done:
                change.apply(manager.filter(pk=record.pk), value, user)
            return saved_toast(done), False
    reasons = preview_change(one, change, value, user).reasons
    if board.lane_of(record) == request.POST.get("to", ""):
        return None, True
    why = reasons[0].words if reasons else gettext("it was changed in the meantime")
    return Toast(gettext("“%(record)s” stays where it was: %(why)s.") % {"record": record, "why": why}, "error"), True
