"""The demo company's talks: believable, in both languages, before its first morning, and gone with it."""

from __future__ import annotations

import pytest
from django.db.models import Count, F

from crm_site.demo.clearing import clear_demo
from customers.constants import TALK_VERBS
from customers.models import Activity, Customer
from customers.selectors.picture import read_picture
from customers.services.talking import check_interaction
from tests.demo_company import company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_every_kind_comes_in_both_languages() -> None:
    talks = Activity.objects.filter(verb__in=TALK_VERBS)
    counts = dict(talks.values_list("verb").annotate(Count("pk")))
    assert sorted(counts) == sorted(TALK_VERBS)
    assert min(counts.values()) > 60
    assert 600 < sum(counts.values()) < 1300
    assert talks.filter(body__regex="[一-鿿]").exists()
    assert talks.filter(body__startswith="Happy").exists()


def test_talks_are_what_the_service_would_write() -> None:
    for talk in Activity.objects.filter(verb__in=TALK_VERBS).order_by("-pk")[:200]:
        facts = {name: getattr(talk, name) for name in ("body", "title", "outcome", "occurred_at")}
        assert check_interaction(talk.kind, facts) == {}
        assert talk.occurred_at.weekday() < 5 or talk.occurred_at == talk.customer.created_at
        assert (talk.minutes is None) or talk.kind == "meeting" or talk.outcome == "reached"
    early = Activity.objects.filter(verb__in=TALK_VERBS, occurred_at__lt=F("customer__created_at"))
    assert not early.exists()


def test_answers_hang_on_talks_of_the_same_customer() -> None:
    replies = Activity.objects.filter(verb="customer.reply")
    assert replies.count() > 20
    assert not replies.exclude(thread__customer=F("customer")).exists()
    assert not replies.filter(occurred_at__lt=F("thread__occurred_at")).exists()


def test_organisations_have_a_picture(django_user_model: type) -> None:
    manager = django_user_model._default_manager.get(email="manager@demo.example")  # type: ignore[attr-defined]
    firms = Customer.objects.filter(kind="organisation", members__isnull=False).distinct()[:40]
    ties = [len(read_picture(firm, manager).ties) for firm in firms]
    assert max(ties) >= 3
    assert sum(count > 0 for count in ties) > len(ties) // 2


def test_talks_go_with_the_demo() -> None:
    clear_demo()
    assert not Activity.objects.exists()
    assert not Activity.guests.through.objects.exists()
