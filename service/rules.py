"""What rules can say about survey answers, and about customers by their answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists.providers import register_filter_provider
from crm_site.pages.lists.rule_filter import RuleFilter
from crm_site.rules import RuleField, RuleRelation, RuleSubject, extend_subject, register_subject
from customers.choices import Stage, Tier
from customers.rules import teams
from service.choices import SurveyKind
from service.models import Survey, SurveyAnswer

ANSWER, ASKED = _("Answer"), _("Customer")


def surveys() -> Iterable[tuple[Any, Any]]:
    """Return the surveys as choices."""
    return Survey.objects.order_by("name").values_list("pk", "name")


FIELDS = (
    RuleField(name="score", label=_("Score"), kind="number", group=ANSWER),
    RuleField(name="kind", label=_("Kind"), kind="choice", choices=SurveyKind.choices, group=ANSWER),
    RuleField(name="survey", label=_("Survey"), kind="choice", choices=surveys, group=ANSWER),
    RuleField(name="answered", label=_("Date of the answer"), kind="moment", path="answered_at", group=ANSWER),
    RuleField(name="comment", label=_("Comment"), kind="text", group=ANSWER),
    RuleField(name="owner", label=_("Owner"), kind="person", group=ANSWER),
    RuleField(name="team", label=_("Team"), kind="choice", choices=teams, group=ANSWER),
    RuleField(name="customer_name", label=_("Customer's name"), kind="text", path="customer__name", group=ASKED),
    RuleField(
        name="customer_stage",
        label=_("Customer's stage"),
        kind="choice",
        path="customer__stage",
        choices=Stage.choices,
        group=ASKED,
    ),
    RuleField(
        name="customer_tier",
        label=_("Customer's value tier"),
        kind="choice",
        path="customer__score__tier",
        choices=Tier.choices,
        group=ASKED,
    ),
)

register_subject(
    RuleSubject(
        code="answer",
        label=_("Survey answers"),
        model=SurveyAnswer,
        module="service",
        list_code="answers",
        list_url="service:answer-list",
        fields=FIELDS,
    )
)
extend_subject(
    "customer",
    relations=[
        RuleRelation(
            name="answers",
            label=_("Survey answers"),
            noun=ngettext_lazy("survey answer", "survey answers"),
            model=SurveyAnswer,
            link="customer",
            module="service",
            subject="answer",
            moment="answered_at",
            moment_label=_("Date of the answer"),
        )
    ],
)
register_filter_provider("answers", lambda: (RuleFilter(subject="answer"),))
