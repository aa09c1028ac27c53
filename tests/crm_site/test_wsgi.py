"""What the process of pages asks of its connections."""

from __future__ import annotations

import importlib
import os

import pytest
from django.db import connections


@pytest.mark.django_db
def test_queries_of_pages_have_no_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "")
    monkeypatch.delenv("PGOPTIONS")
    importlib.reload(importlib.import_module("crm_site.wsgi"))
    assert os.environ["PGOPTIONS"] == "-c max_parallel_workers_per_gather=0"
    fresh = connections.create_connection("default")
    fresh.settings_dict = connections["default"].settings_dict
    try:
        with fresh.cursor() as cursor:
            cursor.execute("SHOW max_parallel_workers_per_gather")
            assert cursor.fetchone() == ("0",)
    finally:
        fresh.close()
