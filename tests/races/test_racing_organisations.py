"""Two people put two organisations under one another at once: one of them is refused, and no ring comes about."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from customers.models import Customer
from customers.services import change_customer
from tests.factories.records import CustomerFactory

ROUNDS = 12


@pytest.mark.django_db(transaction=True)
def test_two_changes_that_are_right_one_by_one_close_no_ring() -> None:
    for _round in range(ROUNDS):
        one, other = (CustomerFactory(kind="organisation") for _number in range(2))
        start = threading.Barrier(2)
        outcomes: list[str] = []

        def put(
            lower: Customer, upper: Customer, start: threading.Barrier = start, outcomes: list[str] = outcomes
        ) -> None:
            try:
                start.wait()
                change_customer(lower, lower.version, {"organisation": upper}, None)
                outcomes.append("moved")
            except ValidationError:
                outcomes.append("refused")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=put, args=pair) for pair in ((one, other), (other, one))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["moved", "refused"]
        assert Customer.objects.filter(pk__in=[one.pk, other.pk], organisation=None).count() == 1
