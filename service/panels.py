"""What service adds to the shell and to the customer's page."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.models import EventRecord
from crm_site.fields.hosts import Host
from crm_site.pages import formatting
from crm_site.pages.fields.offering import offer_custom_fields
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Hit, label_source, record_source, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from service.choices import SurveyKind
from service.events import SurveyAnswered
from service.lists import answer_list, survey_list
from service.models import SurveyAnswer

SHOWN = 5
# The palette shows the answers of so many of the customers it finds.
BEST = 2
DETRACTOR = 6

register_nav(
    NavItem(
        code="answers", label=_("Answers"), icon="star", url_name="service:answer-list", group=Group.SERVE,
        module="service", order=10, phone=True,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="surveys", label=_("Surveys"), icon="clipboard-list", url_name="service:survey-list", group=Group.SERVE,
        module="service", order=20,
    )
)  # fmt: skip
register_palette(
    label_source(
        survey_list,
        hit=lambda one: Hit(label=one.name, url=one.get_absolute_url(), icon="clipboard-list", context=one.question),
        context="question",
    )
)
register_palette(
    record_source(
        answer_list,
        hit=lambda one: Hit(
            label=one.customer_label,
            url=one.get_absolute_url(),
            icon="star",
            context=f"{one.get_kind_display()} {one.score} · {formatting.date(one.answered_at)}",
        ),
        only=("kind", "score", "answered_at", "customer__name"),
        related_to=("customer",),
        # An answer has no name of its own: it is found by its customer, who was found before.
        searched=False,
        follows="customers",
        related=lambda rows, customers: rows.filter(customer__in=customers[:BEST]).order_by("-answered_at", "-pk"),
        order=80,
    )
)
register_step(
    Step(
        code="record-answer",
        label=_("Record a survey answer"),
        icon="star",
        url_name="service:answer-create",
        order=40,
        evidence=lambda user: EventRecord.objects.filter(name=SurveyAnswered.name(), actor=user),
        allowed=lambda user: user.access.can_edit("service"),
    )
)
register_panel(
    Panel(
        code="answers", title=_("Survey answers"), kind="customer", url_name="service:customer-answers-panel",
        module="service", order=40,
    )
)  # fmt: skip


def detractors(user: User) -> TodayContent:
    """Return who would not recommend us, in the last 30 days."""
    since = timezone.localdate() - timedelta(days=29)
    found = SurveyAnswer.objects.visible_to(user).filter(
        kind=SurveyKind.NPS, score__lte=DETRACTOR, answered_at__date__gte=since
    )
    rows = [
        TodayRow(
            label=one.customer_label,
            url=one.get_absolute_url(),
            context=one.comment or formatting.date(one.answered_at),
            value=str(one.score),
            tone="bad",
        )
        for one in found.select_related("customer").order_by("-answered_at", "-id")[:SHOWN]
    ]
    return TodayContent(
        count=found.count(),
        rows=rows,
        url=answer_list.url(kind="nps", score=(0, DETRACTOR), answered=(since, None)),
        empty=_("No detractors in the last 30 days."),
    )


register_today(TodayCard(code="detractors", title=_("Detractors"), icon="mood-sad", module="service", load=detractors))
offer_custom_fields(
    Host(
        "answer", SurveyAnswer, _("Survey answers"), list_code="answers", subject="answer", import_kind="survey_answers"
    )
)
