"""Importing survey answers: on their scale, of their customer, and corrected rather than doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customers.models import Activity, Customer
from service.models import Survey, SurveyAnswer

Importer = Callable[..., dict[str, Any]]
FILE = """customer_id,kind,score,answered_at,comment
C1,NPS,9,2026-01-05,Great
C2,csat,4,2026-01-06 10:00,
,nps,0,2026-01-07,
,nps,0,2026-01-07,
"""


def test_answers_belong_to_a_survey_of_their_kind(import_text: Importer) -> None:
    report = import_text("survey_answers", FILE)
    assert (report["created"], report["customers_created"], report["failed"]) == (4, 2, 0)
    assert set(Survey.objects.values_list("name", "kind")) == {("NPS", "nps"), ("CSAT", "csat")}
    assert SurveyAnswer.objects.filter(customer=None).count() == 2
    assert Activity.objects.get(customer__reference="C1").data == {"survey": "NPS", "score": 9}


def test_the_same_file_again_creates_nothing(import_text: Importer) -> None:
    import_text("survey_answers", FILE)
    report = import_text("survey_answers", FILE)
    assert (report["created"], report["updated"], report["skipped"]) == (0, 0, 4)


def test_a_changed_answer_replaces_the_earlier_one(import_text: Importer) -> None:
    import_text("survey_answers", FILE)
    report = import_text("survey_answers", FILE.replace("C1,NPS,9", "C1,NPS,3"))
    assert (report["created"], report["updated"]) == (0, 1)
    answer = SurveyAnswer.objects.get(customer__reference="C1")
    assert (answer.score, answer.version) == (3, 2)


def test_scores_off_the_scale_are_refused(import_text: Importer) -> None:
    report = import_text(
        "survey_answers",
        "customer_id,kind,score,answered_at\nA,csat,6,2026-01-01\nA,csat,0,2026-01-01\nA,nps,11,2026-01-01\nA,nps,9.5,2026-01-01\n",
    )
    assert (report["created"], report["failed"]) == (0, 4)
    assert not SurveyAnswer.objects.exists()


def test_unknown_customers_are_refused_when_told_so(import_text: Importer) -> None:
    report = import_text("survey_answers", FILE, "--option", "create_customers=no")
    assert (report["created"], report["failed"]) == (2, 2)
    assert not Customer.objects.exists()
