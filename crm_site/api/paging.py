"""Keyset paging: any page costs the same, and rows that arrive meanwhile move nothing."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class KeysetPagination(CursorPagination):
    """Pages by the key, newest first; `limit` sets the page size up to 200. Answers `results`, `next`, `previous`."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-pk"

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the one order that needs no other index than the key's."""
        return ("-pk",)
