"""What needs are found and sorted by: their own words, and their customers' names."""

from __future__ import annotations

from collections.abc import Iterable

from crm_site.lib.text import search_text, sort_key
from sales.models import Need


def found_by(need: Need) -> dict[str, str]:
    """Return the search columns of a need."""
    words = [need.number, need.title, need.text, need.customer.name]
    return {"search_text": search_text(words), "sort_key": sort_key(need.title)[:200]}


def index_needs(ids: Iterable[int]) -> None:
    """Derive the search columns of these needs again."""
    found = list(
        Need.objects.filter(pk__in=list(ids))
        .select_related("customer")
        .only("number", "title", "text", "customer__name")
    )
    for need in found:
        for name, value in found_by(need).items():
            setattr(need, name, value)
    Need.objects.bulk_update(found, ("search_text", "sort_key"), batch_size=500)
