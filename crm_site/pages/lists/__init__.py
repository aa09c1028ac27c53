"""The list engine: a list page is a declaration, and page, fragment, export, API and drill-down read the same one."""

from crm_site.pages.lists.columns import Column
from crm_site.pages.lists.declaration import Action, ListPage, Tab, Total
from crm_site.pages.lists.filters import (
    BooleanFilter,
    ChoiceFilter,
    Filter,
    OwnerFilter,
    RelatedFilter,
    TextFilter,
)
from crm_site.pages.lists.ranges import DateRangeFilter, NumberRangeFilter
from crm_site.pages.lists.registry import list_pages, register_list
from crm_site.pages.lists.views import list_view

__all__ = [
    "Action",
    "BooleanFilter",
    "ChoiceFilter",
    "Column",
    "DateRangeFilter",
    "Filter",
    "ListPage",
    "NumberRangeFilter",
    "OwnerFilter",
    "RelatedFilter",
    "Tab",
    "TextFilter",
    "Total",
    "list_pages",
    "list_view",
    "register_list",
]
