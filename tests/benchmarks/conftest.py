"""The sizes that are compared, and their databases."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.benchmarks.databases import Databases, serving

SMALL = "S"
LARGE = os.environ.get("SIZE") or "M"


@pytest.fixture(scope="module")
def databases(django_db_blocker: DjangoDbBlocker) -> Iterator[Databases]:
    """Both sizes, ready to be used."""
    before = {key: connection.settings_dict[key] for key in ("HOST", "NAME", "USER", "PORT")}
    with django_db_blocker.unblock():
        try:
            with serving() as found:
                found.provide(SMALL)
                found.provide(LARGE)
                yield found
        finally:
            connection.close()
            connection.settings_dict.update(before)
