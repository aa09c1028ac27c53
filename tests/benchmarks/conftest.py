"""The sizes that are compared, and their databases."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.benchmarks.databases import Databases, serving

SMALL = "S"
LARGE = os.environ.get("SIZE") or "M"


@pytest.fixture(scope="module")
def databases(django_db_blocker: DjangoDbBlocker) -> Iterator[Databases]:
    """Both sizes, ready to be used."""
    before = connections["default"]
    with django_db_blocker.unblock():
        try:
            with serving() as found:
                found.provide(SMALL)
                found.provide(LARGE)
                yield found
        finally:
            connections["default"] = before
