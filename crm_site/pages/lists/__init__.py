"""The list engine: a list page is a declaration, and page, fragment, export, API and drill-down read the same one."""

from crm_site.pages.lists.bulk_fields import Block, BulkField
from crm_site.pages.lists.columns import Column, SortExpression
from crm_site.pages.lists.declaration import ListPage
from crm_site.pages.lists.filters import (
    BooleanFilter,
    ChoiceFilter,
    Filter,
    OwnerFilter,
    RelatedFilter,
    TeamFilter,
    TextFilter,
)
from crm_site.pages.lists.parts import Action, Tab, Total
from crm_site.pages.lists.providers import register_column_provider, register_filter_provider
from crm_site.pages.lists.ranges import DateRangeFilter, NumberRangeFilter
from crm_site.pages.lists.registry import list_pages, register_list
from crm_site.pages.lists.shapes import Board, Calendar, CardAsksError, CardRefusedError, Drop
from crm_site.pages.lists.views import list_view

__all__ = [
    "Action",
    "Block",
    "Board",
    "BooleanFilter",
    "BulkField",
    "Calendar",
    "CardAsksError",
    "CardRefusedError",
    "ChoiceFilter",
    "Column",
    "DateRangeFilter",
    "Drop",
    "Filter",
    "ListPage",
    "NumberRangeFilter",
    "OwnerFilter",
    "RelatedFilter",
    "SortExpression",
    "Tab",
    "TeamFilter",
    "TextFilter",
    "Total",
    "list_pages",
    "list_view",
    "register_column_provider",
    "register_filter_provider",
    "register_list",
]
