"""One cell of a list, shown again after it was changed in place, with a word about what happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from crm_site.pages.lists.cells import cell_of, row_of
from crm_site.pages.lists.registry import open_list
from crm_site.pages.requests import signed_in

if TYPE_CHECKING:
    from crm_site.history.models import Operation


@dataclass(frozen=True)
class Toast:
    """A message that comes with a fragment; `extra_tags` is the address of its undo."""

    words: str
    level_tag: str = "success"
    extra_tags: str = ""

    def __str__(self) -> str:
        return self.words


def saved_toast(done: Operation) -> Toast:
    """Return the message of a saved edit, with its undo."""
    return Toast(gettext("Saved."), extra_tags=reverse("history:operation-undo", args=[done.pk]))


def show_cell(request: HttpRequest, pk: int, place: str, arrivals: list[Toast]) -> HttpResponse:
    """Render the cell `<list>.<column>` of a record; the row is told to go when the reader no longer sees it."""
    user = signed_in(request)
    code, _dot, name = place.partition(".")
    page = open_list(code, user)
    state = page.state({"cols": name})
    column = state.schema.columns.get(name)
    if column is None:
        raise Http404
    record: Any = page.with_related(page.base(user), state).filter(pk=pk).first()
    context: dict[str, Any] = {"arrivals": arrivals}
    if record is not None:
        context |= {"row": row_of(page, record, (), editable=True), "cell": cell_of(column, record)}
    response = render(request, "pages/list/cell_shown.html", context)
    if record is None:
        response["HX-Trigger-After-Swap"] = json.dumps({"row-gone": {"pk": pk}})
    return response
