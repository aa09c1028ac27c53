"""Setting up surveys and recording what customers answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.fields.values import with_custom
from crm_site.lib.days import organisation_day
from crm_site.staff.versioning import save_versioned
from service.choices import SurveyKind
from service.events import SurveyAnswerChanged, SurveyAnswered, SurveyChanged, SurveyCreated
from service.models import Survey, SurveyAnswer

if TYPE_CHECKING:
    from crm_site.staff.models import User
    from customers.models import Customer


def create_survey(facts: Mapping[str, Any], user: User | None) -> Survey:
    """Set up a survey."""
    with transaction.atomic():
        survey = Survey.objects.create(**facts)
        publish(SurveyCreated(survey_id=survey.pk), user)
    return survey


def change_survey(survey: Survey, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a survey that was read at `version`; its kind is fixed once there are answers.

    Raises StaleVersionError and ValidationError.
    """
    if facts.get("kind", survey.kind) != survey.kind and survey.answers.exists():
        raise ValidationError({"kind": _("The kind cannot change once there are answers.")})
    with transaction.atomic():
        save_versioned(survey, version, dict(facts))
        publish(SurveyChanged(survey_id=survey.pk, fields=",".join(facts)), user)


def check_score(kind: str, score: int) -> None:
    """Raise ValidationError when the score is off the scale of its survey."""
    low, high = SurveyKind(kind).scale
    if not low <= score <= high:
        message = _("The score must lie between %(low)s and %(high)s.") % {"low": low, "high": high}
        raise ValidationError({"score": message})


def record_answer(
    survey: Survey, customer: Customer | None, score: int, user: User | None, **facts: Any
) -> SurveyAnswer:
    """Record an answer; the same `occasion` of the same survey replaces the earlier answer.

    Owner and team are the customer's. Raises ValidationError for a score off the scale.
    """
    check_score(survey.kind, score)
    occasion = facts.pop("occasion", "")
    values = {
        "kind": survey.kind,
        "customer": customer,
        "score": score,
        "owner_id": customer.owner_id if customer else None,
        "team_id": customer.team_id if customer else None,
        **facts,
    }
    with transaction.atomic():
        earlier: SurveyAnswer | None = None
        if occasion:
            earlier = survey.answers.select_for_update(of=("self",)).filter(occasion=occasion).first()
        if earlier is not None:
            change_answer(earlier, earlier.version, {"score": score, **facts}, user)
            return earlier
        answer = SurveyAnswer.objects.create(survey=survey, occasion=occasion, **values)
        publish(SurveyAnswered(answer_id=answer.pk), user)
    return answer


def change_answer(answer: SurveyAnswer, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Correct an answer that was read at `version`; raise StaleVersionError or ValidationError."""
    check_score(answer.kind, int(facts.get("score", answer.score)))
    former_day = organisation_day(answer.answered_at).isoformat()
    with transaction.atomic():
        save_versioned(answer, version, with_custom(answer, facts))
        event = SurveyAnswerChanged(
            answer_id=answer.pk,
            fields=",".join(facts),
            former_day=former_day,
            former_customer_id=answer.customer_id or 0,
        )
        publish(event, user)
