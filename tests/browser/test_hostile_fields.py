"""Every text column of every record holds code, and no page runs it: new models come in by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Cast as AsText
from django.db.models.functions import Concat
from django.urls import get_resolver
from playwright.sync_api import expect

from crm_site.demo.loading import load_demo
from crm_site.history.tracking import tracked_tables
from crm_site.pages.lists.registry import list_pages
from crm_site.staff.models import User
from customers.models import Customer
from tests.browser.conftest import Visit
from tests.browser.test_hostile_content import CORPUS, intruders, settle

assert get_resolver().url_patterns  # lists become known with their addresses
pytestmark = pytest.mark.browser
# The first holds whatever the column's length; of longer columns all of it.
CODE = " ".join((CORPUS[1], CORPUS[2], *CORPUS))
SHORTEST = 16
# Words that code reads: zones, currencies, languages and what is only compared.
READ_BY_CODE = {
    "time_zone",
    "zone",
    "currency",
    "language",
    "normal",
    "search_text",
    "sort_key",
    "verb",
    "subject_kind",
}


def text_columns() -> Iterator[tuple[type[models.Model], list[models.Field[Any, Any]]]]:
    """Yield every tracked model with the columns that hold people's own words."""
    for table in tracked_tables().values():
        found = [
            one
            for one in table.model._meta.concrete_fields
            if type(one) in (models.CharField, models.TextField)
            and not one.choices
            and one.name not in READ_BY_CODE | set(table.tracking.hidden)
            # Codes of countries and the like: no code fits.
            and (one.max_length or SHORTEST) >= SHORTEST
        ]
        if found:
            yield table.model, found


def plant(model: type[models.Model], field: models.Field[Any, Any]) -> int:
    """Write code into a column of all rows, told apart by their keys where they must differ; return the rows."""
    length = getattr(field, "max_length", None) or len(CODE)
    words: Any = Value(CODE[: length - 12])
    key = AsText(F(model._meta.pk.name), models.CharField())
    return model._base_manager.update(**{field.name: Concat(key, words, output_field=models.TextField())})


def test_no_page_runs_what_any_column_holds(site: None, page_of: Visit) -> None:
    load_demo("S", say=lambda words: None)
    with connection.cursor() as cursor:
        # As somebody with the keys of the database could: without the triggers that refuse it.
        cursor.execute("SET session_replication_role = replica")
    planted = {f"{model.__name__}.{one.name}": plant(model, one) for model, found in text_columns() for one in found}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
    assert planted["Customer.name"] > 100
    assert len(planted) > 25, planted
    admin = User.objects.get(email="admin@demo.example")
    paths = [page.url() for page in list_pages()]
    for model in apps.get_models():
        record: Any = model._base_manager.order_by("pk").first() if hasattr(model, "get_absolute_url") else None
        if record is not None:
            paths.append(record.get_absolute_url())
    paths.append(Customer.objects.filter(kind="organisation", members__kind="person")[0].get_absolute_url())
    assert len(paths) > 15, paths
    for path in paths:
        page = page_of(admin, path)
        settle(page)
        assert intruders(page) == 0, path
        assert page.locator('a[href^="javascript:" i]').count() == 0, path
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    page.get_by_role("combobox", name="Search or jump to").fill("onerror")
    settle(page)
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    assert intruders(page) == 0
