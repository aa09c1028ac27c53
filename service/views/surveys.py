"""Pages of surveys and answers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm_site.pages import formatting
from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from customers.models import Customer
from service.forms import AnswerForm, SurveyForm
from service.lists import answer_list
from service.models import Survey, SurveyAnswer
from service.services import change_answer, change_survey, create_survey, record_answer

SHOWN = 10


def answer_rows(answers: Any) -> list[dict[str, Any]]:
    """Return answers as rows of a card."""
    return [
        {
            "label": f"{answer.get_kind_display()}: {answer.score}",
            "url": answer.get_absolute_url(),
            "context": " · ".join(part for part in (formatting.date(answer.answered_at), answer.comment) if part),
        }
        for answer in answers
    ]


class SurveyFieldView(InlineFieldView):
    """One fact of a survey."""

    model = Survey
    form_class = SurveyForm
    url_name = "service:survey-field"
    facts = (
        Fact(name="name", label=_("Name")),
        Fact(name="kind", label=_("Kind")),
        Fact(name="question", label=_("Question")),
        Fact(name="is_active", label=_("Collects answers"), path="is_active", kind="yes_no"),
        Fact(name="created_at", label=_("Created"), path="created_at", kind="moment", editable=False),
    )

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_survey(record, version, {name: value}, user)
        return Survey.objects.get(pk=record.pk)


class AnswerFieldView(InlineFieldView):
    """One fact of an answer."""

    model = SurveyAnswer
    form_class = AnswerForm
    url_name = "service:answer-field"
    facts = (
        Fact(name="survey", label=_("Survey"), editable=False, link=lambda one: one.survey.get_absolute_url()),
        Fact(
            name="customer",
            label=_("Customer"),
            path="customer_label",
            editable=False,
            link=lambda one: one.customer.get_absolute_url() if one.customer else "",
        ),
        Fact(name="score", label=_("Score")),
        Fact(name="comment", label=_("Comment")),
        Fact(name="answered_at", label=_("Answered"), path="answered_at", kind="moment"),
    )

    def base(self) -> Any:
        """Return answers with what a fact may show."""
        return SurveyAnswer.objects.select_related("survey", "customer", "owner")

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_answer(record, version, {name: value}, user)
        return self.base().get(pk=record.pk)


@require_safe
@login_required
def survey_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one survey and its latest answers."""
    user = signed_in(request)
    survey = fetch_visible(Survey.objects.all(), user, pk=pk)
    answers = SurveyAnswer.objects.visible_to(user).filter(survey=survey).order_by("-answered_at", "-id")[:SHOWN]
    can_edit = Survey.objects.editable_by(user).filter(pk=pk).exists()
    context = {
        "record": survey,
        "page_title": survey.name,
        "facts": SurveyFieldView.lines(survey, editable=can_edit),
        "panels": panels_for(user, "survey", survey.pk),
        "can_edit": can_edit,
        "rows": answer_rows(answers),
        "all_url": answer_list.url(survey=[str(survey.pk)]),
    }
    return render(request, "service/survey_detail.html", context)


@require_safe
@login_required
def answer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one answer."""
    user = signed_in(request)
    answer = fetch_visible(SurveyAnswer.objects.select_related("survey", "customer", "owner"), user, pk=pk)
    can_edit = SurveyAnswer.objects.editable_by(user).filter(pk=pk).exists()
    context = {
        "record": answer,
        "page_title": gettext("Answer of %(customer)s") % {"customer": answer.customer_label},
        "facts": AnswerFieldView.lines(answer, editable=can_edit),
        "panels": panels_for(user, "answer", answer.pk),
        "can_edit": can_edit,
    }
    return render(request, "service/answer_detail.html", context)


@require_safe
@login_required
def customer_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a customer answered lately, as a card of the customer's page."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    answers = SurveyAnswer.objects.visible_to(user).filter(customer=customer).order_by("-answered_at", "-id")[:5]
    return render(request, "service/customer_answers.html", {"rows": answer_rows(answers)})


class SurveyFormView(RecordFormView):
    """Sets up and changes surveys."""

    model = Survey
    form_class = SurveyForm
    module = "service"
    create_title = _("New survey")
    list_url_name = "service:survey-list"

    def create(self, form: SurveyForm, user: User) -> Survey:
        """Set the survey up."""
        return create_survey(form.cleaned_data, user)

    def change(self, record: Survey, version: int, form: SurveyForm, user: User) -> None:
        """Change the survey."""
        change_survey(record, version, changed_facts(form), user)


class AnswerFormView(RecordFormView):
    """Enters and corrects answers."""

    model = SurveyAnswer
    form_class = AnswerForm
    module = "service"
    create_title = _("New answer")
    list_url_name = "service:answer-list"

    def create(self, form: AnswerForm, user: User) -> SurveyAnswer:
        """Record the answer."""
        facts = dict(form.cleaned_data)
        return record_answer(facts.pop("survey"), facts.pop("customer"), facts.pop("score"), user, **facts)

    def change(self, record: SurveyAnswer, version: int, form: AnswerForm, user: User) -> None:
        """Correct the answer."""
        change_answer(record, version, changed_facts(form), user)


class AnswerDeleteView(DeleteRecordView):
    """Moves an answer to the trash."""

    model = SurveyAnswer
    list_url_name = "service:answer-list"
