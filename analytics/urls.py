"""Addresses."""

from typing import Any

app_name = "analytics"
urlpatterns: list[Any] = []
