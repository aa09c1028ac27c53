"""Reactions to service events, and the verbs that say them on the customer's timeline."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.restorers import register_restorer
from customers.services import log_activity
from service.events import SurveyAnswerChanged, SurveyAnswered
from service.models import Survey, SurveyAnswer
from service.services.surveying import change_answer, change_survey

register_restorer(Survey, change_survey)
register_restorer(SurveyAnswer, change_answer)


def answer_link(data: dict[str, Any]) -> str:
    """Return the address of the answer an entry is about."""
    return reverse("service:answer-detail", args=[data["subject_id"]])


register_verb("survey.created", _("Survey was set up"), "clipboard-list", Eraser.KEEP, system=True)
register_verb("survey.changed", _("Survey was changed: %(fields)s"), "pencil", Eraser.KEEP, system=True)
register_verb("survey.answered", _("Answered %(survey)s: %(score)s"), "star", Eraser.ANONYMISE, answer_link)
register_verb(
    "survey.answer_changed",
    _("Changed the answer to %(survey)s: %(score)s"),
    "star",
    Eraser.ANONYMISE,
    answer_link,
)
register_verb("survey.imported", _("Survey answers were imported"), "upload", Eraser.KEEP, system=True)


@handles(SurveyAnswered, SurveyAnswerChanged)
def show_answer(event: SurveyAnswered | SurveyAnswerChanged) -> None:
    """Put an answer on its customer's timeline."""
    answer = SurveyAnswer.objects.select_related("survey").get(pk=event.answer_id)
    log_activity(
        answer.customer_id,
        event.verb,
        answer.answered_at,
        subject=("answer", answer.pk),
        data={"survey": answer.survey.name, "score": answer.score},
        body=answer.comment,
    )
