"""The voice of the customer: what is wanted by whom, and which revenue was lost, is open and was won with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm_site.events.publishing import publish
from crm_site.lib.spreadsheets import stream_csv
from crm_site.pages import formatting
from crm_site.pages.events import ListExported
from crm_site.pages.lists.params import Params, read_params, write_params
from crm_site.pages.requests import signed_in
from customers.choices import Stage
from sales.choices import NeedStatus
from sales.lists.needs import NOBODY, need_list, segments
from sales.lists.needs import products as product_choices
from sales.models import Need
from sales.selectors.voice import DIMENSIONS, SUMS, Figures, Key, Voice, name_keys, read_voice

if TYPE_CHECKING:
    from crm_site.staff.models import User

LINES, COLUMNS = 50, 8
LABELS = {
    "topic": gettext_lazy("Topic"), "category": gettext_lazy("Category"), "product": gettext_lazy("Product"),
    "segment": gettext_lazy("Segment"), "stage": gettext_lazy("Customer's stage"),
}  # fmt: skip
WITHOUT = {
    "topic": gettext_lazy("No topic"), "category": gettext_lazy("No category"), "product": gettext_lazy("No product"),
    "segment": gettext_lazy("In no segment"), "stage": gettext_lazy("No stage"),
}  # fmt: skip
FILTERS = {one.name: one for one in need_list.filters}
OFFERED = ("stated", "product", "segment", "status")


@dataclass(frozen=True)
class Asked:
    """What the address asks for: rows by `by`, columns by `across` ("" for none), and the values of filters."""

    by: str
    across: str
    values: dict[str, Any]

    @classmethod
    def read(cls, params: Params) -> Asked:
        """Return what is asked for; what makes no sense is left out."""
        by = (params.get("by") or [""])[-1]
        across = (params.get("across") or ["segment"])[-1]
        by = by if by in DIMENSIONS else "topic"
        across = across if across in DIMENSIONS and across != by else ""
        found = {name: one.parse(params) for name, one in FILTERS.items()}
        return cls(by, across, {name: value for name, value in found.items() if value is not None})

    @property
    def address(self) -> str:
        """Return the query string."""
        params: Params = {"by": [self.by], "across": [self.across]}
        for name, value in self.values.items():
            params |= FILTERS[name].write(value)
        return write_params(params)

    def rows_url(self, **narrowed: Any) -> str:
        """Return the address of the needs behind a figure."""
        return need_list.url(**{**self.values, **narrowed})


@dataclass(frozen=True)
class Cell:
    """One figure in words, and the address of its rows where there are any."""

    words: str
    url: str = ""
    context: str = ""


@require_safe
@login_required
def voice(request: HttpRequest) -> HttpResponseBase:
    """Show what customers want, or hand it out as a file."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    asked = Asked.read(read_params(request.GET))
    seen = segments(user)
    told = [key for key, _name in seen]
    if chosen := asked.values.get("segment"):
        told = [key for key in told if key in chosen]
    needs: Any = Need.objects.visible_to(user)
    for name, value in asked.values.items():
        needs = FILTERS[name].narrow(needs, value, user)
    is_file = request.GET.get("export") == "csv"
    found = read_voice(needs, asked.by, asked.across, user, told, sums_up=not is_file)
    choices = {"product": [] if is_file else product_choices(user), "segment": seen}
    names = {
        name: name_keys(name, keys, {key: str(words) for key, words in choices.get(name, ())})
        for name, keys in ((asked.by, found.lines), (asked.across, found.columns))
    }
    return _file(asked, found, names, user) if is_file else _page(request, asked, found, names, choices)


def _page(
    request: HttpRequest, asked: Asked, found: Voice, names: dict[str, dict[Key, str]], choices: dict[str, Any]
) -> HttpResponse:
    user, columns = signed_in(request), found.columns[:COLUMNS]
    lines = [
        {
            "label": label(asked.by, key, names),
            "url": asked.rows_url(**{asked.by: [_spelled(key)]}),
            "cells": figure_cells(one, asked, {asked.by: [_spelled(key)]}),
            "crossings": [_crossing(found, asked, key, column) for column in columns],
        }
        for key, one in list(found.lines.items())[:LINES]
    ]
    context = {
        "page_title": _("Voice of the customer"),
        "asked": asked,
        "dimension": LABELS[asked.by],
        "across": LABELS.get(asked.across, ""),
        "lines": lines,
        "total": figure_cells(found.total, asked, {}),
        "columns": [label(asked.across, key, names) for key in columns],
        "left_out": max(0, len(found.lines) - LINES),
        "left_columns": max(0, len(found.columns) - COLUMNS),
        "filters": _filters(asked, choices),
        "dimensions": LABELS.items(),
        "address": reverse("sales:voice"),
        "export_url": f"?{asked.address}&export=csv" if user.access.can_export("sales") else "",
        "is_narrowed": bool(asked.values),
    }
    return render(request, "sales/voice.html", context)


def figure_cells(one: Figures, asked: Asked, narrowed: dict[str, Any]) -> list[Cell]:
    """Return the figures of a line in words: needs, customers, the share addressed, and lost, open and won revenue."""
    share = formatting.percent(one.share) if one.share is not None else "–"
    cells = [
        Cell(formatting.number(one.needs), asked.rows_url(**narrowed) if one.needs else ""),
        Cell(formatting.number(one.customers)),
        Cell(share, asked.rows_url(**narrowed, status=[NeedStatus.ADDRESSED.value]) if one.addressed else ""),
    ]
    for status in SUMS:
        count = one.count(status)
        words = formatting.money(one.amount(status)) if count else "–"
        context = ngettext("%(count)s deal", "%(count)s deals", count) % {"count": formatting.number(count)}
        cells.append(Cell(words, asked.rows_url(**narrowed, deal=[status.value]) if count else "", context))
    return cells


def label(dimension: str, key: Key, names: dict[str, dict[Key, str]]) -> str:
    """Return what a key is called."""
    if key is None:
        return str(WITHOUT[dimension])
    if dimension == "stage":
        return str(Stage(str(key)).label)
    return names[dimension].get(key, _("unknown"))


def _crossing(found: Voice, asked: Asked, row: Key, column: Key) -> Cell:
    count = found.crossings.get((row, column), 0)
    if not count:
        return Cell("–")
    narrowed = {asked.by: [_spelled(row)], asked.across: [_spelled(column)]}
    return Cell(formatting.number(count), asked.rows_url(**narrowed))


def _spelled(key: Key) -> int | str:
    return NOBODY if key is None else key


def _filters(asked: Asked, choices: dict[str, Any]) -> dict[str, Any]:
    """Return the controls: the days, and the choices with those that are set."""
    first, last = asked.values.get("stated") or (None, None)
    offered = {**choices, "status": NeedStatus.choices}
    chosen = {name: {str(one) for one in asked.values.get(name, ())} for name in offered}
    selects = [
        (name, FILTERS[name].label, [(str(key), words, str(key) in chosen[name]) for key, words in options])
        for name, options in offered.items()
    ]
    hidden = [
        (key, text)
        for name, value in asked.values.items()
        if name not in OFFERED
        for key, texts in FILTERS[name].write(value).items()
        for text in texts
    ]
    return {"first": first, "last": last, "selects": selects, "hidden": hidden}


def _file(asked: Asked, found: Voice, names: dict[str, dict[Key, str]], user: User) -> HttpResponseBase:
    """Return all lines and columns as a file."""
    if not user.access.can_export("sales"):
        raise Http404
    heads = [
        str(LABELS[asked.by]), _("Needs"), _("Customers"), _("Addressed"), _("Lost deals"), _("Lost revenue"),
        _("Open deals"), _("Open revenue"), _("Won deals"), _("Won revenue"),
        *(label(asked.across, column, names) for column in found.columns),
    ]  # fmt: skip
    lines = []
    for key, one in found.lines.items():
        sums = [figure for status in SUMS for figure in (one.count(status), one.amount(status))]
        crossings = [found.crossings.get((key, column), 0) for column in found.columns]
        lines.append([label(asked.by, key, names), one.needs, one.customers, one.addressed, *sums, *crossings])
    with transaction.atomic():
        publish(ListExported(list_code="voice", kind="csv", rows=len(lines), address=asked.address[:2000]), user)
    response = StreamingHttpResponse(stream_csv(heads, lines), content_type="text/csv; charset=utf-8")
    name = f"voice-of-the-customer-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
