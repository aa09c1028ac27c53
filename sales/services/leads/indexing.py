"""What leads are found and sorted by: their own words, and those of who asks."""

from __future__ import annotations

from collections.abc import Iterable

from crm_site.lib.text import search_text, sort_key
from sales.models import Lead


def index_leads(ids: Iterable[int]) -> None:
    """Derive the search columns of these leads again."""
    found = list(
        Lead.objects.filter(pk__in=list(ids))
        .select_related("customer")
        .only("number", "title", "customer__name", "customer__search_text")
    )
    for lead in found:
        lead.search_text = search_text([lead.number, lead.title, lead.customer.name, lead.customer.search_text])
        lead.sort_key = sort_key(lead.customer.name)[:200]
    Lead.objects.bulk_update(found, ("search_text", "sort_key"), batch_size=500)
