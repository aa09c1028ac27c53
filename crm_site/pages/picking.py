"""Choosing one record among any number: the field loads matches while people type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET

from crm_site.pages.lists.params import clean
from crm_site.pages.lists.registry import list_pages
from crm_site.pages.requests import signed_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHOWN = 12


class PickerSelect(forms.Select):
    """A select that holds the chosen record only; the browser asks the address for more.

    Where a page has many of them, `known` records by key save each of them its question.
    """

    def __init__(self, list_code: str) -> None:
        super().__init__({"data-picker": reverse_lazy("pages:pick", args=[list_code])})
        self.known: Mapping[int, Model] = {}

    def optgroups(self, name: str, value: list[Any], attrs: Any = None) -> list[Any]:
        """Return the chosen option and the empty one, whatever the number of records."""
        choices: Any = self.choices
        field = choices.field
        chosen = [item for item in value if item]
        keys = [int(pk) for pk in chosen if str(pk).isdigit()]
        known = [self.known[key] for key in keys if key in self.known]
        records: Iterable[Model] = known if len(known) == len(keys) else field.queryset.filter(pk__in=keys)
        empty = [] if self.allow_multiple_selected else [("", field.empty_label or "")]
        options = [*empty, *((record.pk, field.label_from_instance(record)) for record in records)]
        made = [
            self.create_option(name, pk, label, str(pk) in map(str, value), at, attrs=attrs)
            for at, (pk, label) in enumerate(options)
        ]
        return [(None, made, 0)]


class PickerSelectMultiple(PickerSelect, forms.SelectMultiple):
    """A select that holds the chosen records only; the browser asks the address for more."""


class RecordsField(forms.ModelMultipleChoiceField[Any]):
    """References to records of a list page that the user may see; set `queryset` in the form."""

    def __init__(self, queryset: QuerySet[Any], list_code: str, **kwargs: Any) -> None:
        super().__init__(queryset, widget=PickerSelectMultiple(list_code), **kwargs)


class RecordField(forms.ModelChoiceField[Any]):
    """A reference to one record of a list page that the user may see; set `queryset` in the form."""

    def __init__(self, queryset: QuerySet[Any], list_code: str, **kwargs: Any) -> None:
        super().__init__(queryset, widget=PickerSelect(list_code), **kwargs)


@require_GET
@login_required
def pick(request: HttpRequest, code: str) -> JsonResponse:
    """Return up to a dozen visible records of a list that match `q`, as value and text."""
    page = next((one for one in list_pages() if one.code == code), None)
    user = signed_in(request)
    if page is None or not user.access.can_view(page.module):
        raise Http404
    query = clean(request.GET.get("q", ""))
    # A refused search (too short to say anything) offers the latest records instead.
    found = page.search(user, query).order_by("-pk")[:SHOWN]
    return JsonResponse({"items": [{"value": record.pk, "text": str(record)} for record in found]})
