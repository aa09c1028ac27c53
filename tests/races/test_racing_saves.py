"""Sixteen people save the same records through pages, API, bulk edits and imports at once: no save is lost.

`RACES=10000` runs as many saves; a plain run makes do with fewer.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import QuerySet
from django.test import Client
from rest_framework.throttling import UserRateThrottle

from crm_site.history.choices import OperationKind
from crm_site.history.models import Change
from crm_site.history.operations import operation
from crm_site.staff.models import User
from customers.models import Customer
from customers.services.bulk import change_customers
from tests.factories.records import CustomerFactory
from tests.factories.staff import TeamFactory, UserFactory

RACES = int(os.environ.get("RACES") or 640)
THREADS, RECORDS = 16, 8


class Race:
    """What the threads share: who saves, and which saves succeeded."""

    def __init__(self, user: User, folder: Path) -> None:
        self.user = user
        self.folder = folder
        self.customers = [
            CustomerFactory(owner=user, team=user.team, reference=f"R{at}", source="0") for at in range(RECORDS)
        ]
        self.left = itertools.count()
        self.counted: Counter[int] = Counter()
        self.saves: Counter[int] = Counter()
        self.refused = 0
        self.failures: list[BaseException] = []
        self.lock = threading.Lock()

    def run(self) -> None:
        """Let all threads save until the races are over."""
        ways = [self.page, self.api, self.page, self.api, self.bulk, self.page, self.api, self.imported]
        threads = [threading.Thread(target=self._work, args=(ways[at % len(ways)],)) for at in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, way: Any) -> None:
        client = Client()
        try:
            client.force_login(self.user)
            while (turn := next(self.left)) < RACES:
                way(client, turn)
        except BaseException as error:
            self.failures.append(error)
        finally:
            connections.close_all()

    def page(self, client: Client, turn: int) -> None:
        """Count one up in a fact on the page, as it was read."""
        one = self._read(turn)
        facts = {"source": str(int(one.source) + 1), "version": one.version}
        answer = client.post(f"/customers/{one.pk}/facts/source/", facts)
        assert answer.status_code == 200, answer.status_code
        kept = answer.headers.get("HX-Trigger") == "record-saved"
        self._note(one.pk, counted=kept, saved=kept)

    def api(self, client: Client, turn: int) -> None:
        """Count one up through the API, as it was read."""
        one = self._read(turn)
        facts = {"source": str(int(one.source) + 1), "version": one.version}
        answer = client.patch(f"/api/v1/customers/{one.pk}/", facts, content_type="application/json")
        assert answer.status_code in (200, 409), answer.content
        self._note(one.pk, counted=answer.status_code == 200, saved=answer.status_code == 200)

    def bulk(self, client: Client, turn: int) -> None:
        """Change another fact of two records at once."""
        pair = [self.customers[turn % RECORDS].pk, self.customers[(turn + 3) % RECORDS].pk]
        rows: QuerySet[Customer] = Customer.objects.filter(pk__in=pair)
        with operation(OperationKind.BULK_EDIT, actor=self.user, module="customers"):
            list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
            change_customers(rows, {"industry": f"Industry {turn}"}, self.user)
        for pk in pair:
            self._note(pk, counted=False, saved=True)

    def imported(self, client: Client, turn: int) -> None:
        """Bring a third fact of two records in from a file."""
        names = sorted({f"R{turn % RECORDS}", f"R{(turn + 5) % RECORDS}"})
        path = self.folder / f"{threading.get_ident()}-{turn}.csv"
        lines = "\n".join(f"{name},Title {turn}" for name in names)
        path.write_text(f"reference,job_title\n{lines}\n")
        call_command("import_file", "customers", path, "--mode", "update", "--key", "reference", "--json")
        for name in names:
            self._note(self.customers[int(name[1:])].pk, counted=False, saved=True)

    def _read(self, turn: int) -> Customer:
        return Customer.objects.get(pk=self.customers[turn % RECORDS].pk)

    def _note(self, pk: int, *, counted: bool, saved: bool) -> None:
        with self.lock:
            self.counted[pk] += counted
            self.saves[pk] += saved
            self.refused += not saved


def test_no_save_is_lost(
    transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": None})
    race = Race(UserFactory(is_superuser=True, team=TeamFactory()), tmp_path)
    race.run()
    assert race.failures == []
    for customer in Customer.objects.all():
        assert int(customer.source) == race.counted[customer.pk]
        assert customer.version - 1 == race.saves[customer.pk]
        told = Change.objects.filter(table_name="customers_customer", record_id=customer.pk, after__has_key="source")
        assert told.count() == race.counted[customer.pk]
    assert race.refused > 0, "nobody raced: the test proves nothing"
    sys.stdout.write(f"{sum(race.saves.values())} saves kept, {race.refused} refused as stale\n")
