"""The demo company of size S for a module of tests, taken back afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from crm_site.demo.loading import load_demo
from crm_site.demo.models import DemoLoad

DAY = dt.date(2026, 6, 15)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoLoad]:
    """Load the company as it stood on a fixed day, inside a transaction that is rolled back."""
    heartbeat = settings.JOB_HEARTBEAT_SECONDS
    settings.JOB_HEARTBEAT_SECONDS = 0  # its own connection would not see the run
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            yield load_demo("S", day=DAY, say=lambda words: None)
            transaction.set_rollback(True)
    finally:
        settings.JOB_HEARTBEAT_SECONDS = heartbeat
