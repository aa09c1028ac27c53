"""The demo company's surveys: answers that fit what customers do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Avg, Count, Exists, F, OuterRef

from customers.choices import Stage
from customers.models import Activity
from sales.models import Order
from service.choices import SurveyKind
from service.models import Survey, SurveyAnswer
from tests.demo_company import DAY, company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_both_surveys_are_answered_all_the_time() -> None:
    assert set(Survey.objects.values_list("kind", flat=True)) == set(SurveyKind.values)
    for kind in SurveyKind.values:
        answers = SurveyAnswer.objects.of_kind(kind)
        assert answers.count() > 150
        for year in range(2):
            end = DAY - dt.timedelta(days=365 * year)
            during = answers.filter(answered_at__date__gte=end - dt.timedelta(days=300), answered_at__date__lt=end)
            assert during.count() > 40
    assert SurveyAnswer.objects.filter(answered_at__date__gte=DAY).count() == 0


def test_customers_who_left_were_less_happy() -> None:
    scores = dict(
        SurveyAnswer.objects.of_kind(SurveyKind.NPS)
        .filter(customer__stage__in=(Stage.CHURNED, Stage.LOYAL))
        .values_list("customer__stage")
        .annotate(mean=Avg("score"))
    )
    assert scores[Stage.LOYAL] > scores[Stage.CHURNED] + 0.5


def test_answers_are_about_an_order_that_was_delivered() -> None:
    answers = SurveyAnswer.objects.of_kind(SurveyKind.CSAT)
    earlier = Order.objects.orders().filter(customer=OuterRef("customer"), ordered_at__lt=OuterRef("answered_at"))
    assert answers.filter(~Exists(earlier)).count() == 0
    assert answers.values("occasion").annotate(count=Count("pk")).filter(count__gt=1).count() == 0


def test_comments_speak_both_languages() -> None:
    comments = SurveyAnswer.objects.exclude(comment="")
    assert comments.filter(comment__regex="[一-鿿]").count() > 40
    assert comments.exclude(comment__regex="[一-鿿]").count() > 40
    assert SurveyAnswer.objects.filter(comment="").count() > comments.count()


def test_every_answer_stands_on_the_timeline_of_its_customer() -> None:
    entries = {entry.subject_id: entry for entry in Activity.objects.filter(verb="survey.answered")}
    assert len(entries) == SurveyAnswer.objects.count()
    for answer in SurveyAnswer.objects.select_related("survey"):
        entry = entries[answer.pk]
        assert (entry.customer_id, entry.occurred_at, entry.body) == (
            answer.customer_id,
            answer.answered_at,
            answer.comment,
        )
        assert entry.data == {"survey": answer.survey.name, "score": answer.score}
    assert SurveyAnswer.objects.exclude(owner=F("customer__owner")).filter(owner__isnull=False).count() == 0
