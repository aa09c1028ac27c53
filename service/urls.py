"""Addresses."""

from typing import Any

app_name = "service"
urlpatterns: list[Any] = []
