"""Lists of service."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    BooleanFilter,
    BulkField,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    RelatedFilter,
    Tab,
    TeamFilter,
)
from service.choices import SurveyKind
from service.forms import AnswerForm, SurveyForm
from service.models import Survey, SurveyAnswer
from service.services import change_surveys

NEW_SURVEY = Action(label=_("New survey"), icon="plus", url_name="service:survey-create", primary=True, shortcut="c")
NEW_ANSWER = Action(label=_("New answer"), icon="plus", url_name="service:answer-create", primary=True, shortcut="c")
IMPORT = Action(
    label=_("Import"),
    icon="upload",
    url_name="imports:import-create",
    allowed=lambda user: user.access.can_import("service"),
)


class SurveyList(ListPage[Survey]):
    """What customers are asked."""

    code = "surveys"
    title = _("Surveys")
    noun = ngettext_lazy("survey", "surveys")
    model = Survey
    module = "service"
    url_name = "service:survey-list"
    icon = "clipboard-list"
    search_column = ""
    columns = (
        Column(name="name", label=_("Name"), kind="title", context="question"),
        Column(name="kind", label=_("Kind"), path="get_kind_display", phone="value"),
        Column(name="is_active", label=_("Collects answers"), kind="yes_no", edit="is_active"),
        Column(name="created", label=_("Created"), kind="date", path="created_at", sort="created_at", phone="side"),
    )
    filters = (
        ChoiceFilter(name="kind", label=_("Kind"), choices=SurveyKind.choices),
        BooleanFilter(name="active", label=_("Collects answers"), path="is_active"),
    )
    default_sort = "-created"
    field_url_name = "service:survey-field"
    form_class = SurveyForm
    bulk_fields = (
        BulkField(
            name="is_active",
            label=_("Collects answers"),
            apply=lambda rows, value, actor: change_surveys(rows, {"is_active": value}, actor),
        ),
    )
    actions = (NEW_SURVEY,)
    empty_text = _("Ask customers how satisfied they are, and whether they would recommend you.")
    empty_action = NEW_SURVEY


class AnswerList(ListPage[SurveyAnswer]):
    """What customers answered, latest first."""

    code = "answers"
    title = _("Survey answers")
    noun = ngettext_lazy("answer", "answers")
    model = SurveyAnswer
    module = "service"
    url_name = "service:answer-list"
    icon = "star"
    search_column = "customer__search_text"
    columns = (
        Column(name="customer", label=_("Customer"), kind="title", path="customer_label", context="comment"),
        Column(name="survey", label=_("Survey"), phone="detail"),
        Column(name="kind", label=_("Kind"), path="get_kind_display"),
        Column(name="score", label=_("Score"), kind="number", sort="score", phone="value", edit="score"),
        Column(name="answered", label=_("Answered"), kind="date", path="answered_at", sort="answered_at", phone="side"),
        Column(name="owner", label=_("Owner"), kind="person", head=False),
        Column(name="comment", label=_("Comment"), shown=False, edit="comment"),
    )
    field_url_name = "service:answer-field"
    form_class = AnswerForm
    deletable = True
    filters = (
        OwnerFilter(),
        TeamFilter(hidden=True),
        ChoiceFilter(name="kind", label=_("Kind"), choices=SurveyKind.choices),
        RelatedFilter(
            name="survey",
            label=_("Survey"),
            path="survey",
            choices=lambda user: Survey.objects.visible_to(user).values_list("pk", "name"),
        ),
        NumberRangeFilter(name="score", label=_("Score"), path="score"),
        DateRangeFilter(name="answered", label=_("Answered"), path="answered_at", moments=True, organisational=True),
        NumberRangeFilter(name="customer", label=_("Customer"), path="customer_id", hidden=True),
    )
    default_sort = "-answered"
    select_related = ("owner", "customer", "survey")
    tabs = (
        Tab(code="all", label=_("All"), params={}),
        Tab(code="detractors", label=_("Detractors"), params={"kind": "nps", "score": (0, 6)}),
        Tab(code="unhappy", label=_("Unsatisfied"), params={"kind": "csat", "score": (1, 2)}),
    )
    actions = (IMPORT, NEW_ANSWER)
    empty_text = _("Answers to surveys will stand here. Enter one, or import a file of them.")
    empty_action = NEW_ANSWER
    search_hint = _("Customer")


survey_list = SurveyList()
answer_list = AnswerList()
