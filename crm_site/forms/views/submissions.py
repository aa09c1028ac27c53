"""What came in: its page, what people decide about it, and filling a form in as a test."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.fields.models import CustomField
from crm_site.fields.values import words as custom_words
from crm_site.forms.asking import PublicForm, Question, questions_of
from crm_site.forms.choices import SubmissionState, Via
from crm_site.forms.delivering import deliver, try_out
from crm_site.forms.models import UTM, Submission
from crm_site.forms.receiving import Arrival, accept, dismiss, take_in, wording_at
from crm_site.forms.views.building import fetch_form
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible


@require_safe
@login_required
def submission_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was filled in, where it came from, and what became of it."""
    rows = Submission.objects.select_related("form", "wording")
    found = fetch_visible(rows, signed_in(request), pk=pk)
    asked = {one.field.name: one for one in questions_of(found.form)}
    context = {
        "record": found,
        "page_title": found.who,
        "answers": [
            (_label(found, name, asked), _said(value, asked.get(name))) for name, value in found.values.items()
        ],
        "campaign": [(name, getattr(found, name)) for name in UTM if getattr(found, name)],
    }
    return render(request, "forms/submission_detail.html", context)


@require_POST
@login_required
def submission_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over once more what the target could not take."""
    found = _fetch(request, pk)
    after = deliver(found.pk) or found
    if after.error:
        messages.error(request, _("It went wrong again: %(error)s") % {"error": after.error})
    else:
        messages.success(request, _("It was handed over."))
    return redirect(found)


@require_POST
@login_required
def submission_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take as meant what was taken for spam."""
    found = _fetch(request, pk)
    if accept(found):
        messages.success(request, _("It goes on as if it had just come in."))
    return redirect(found)


@require_POST
@login_required
def submission_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Take for spam what nothing became of yet."""
    found = _fetch(request, pk)
    if dismiss(found):
        messages.success(request, _("It is kept as spam, and deleted after a while."))
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def form_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill a form in without anything becoming of it, and see what would have been made."""
    form, _target = fetch_form(request, pk)
    typed = PublicForm(form, questions_of(form), request.POST if request.method == "POST" else None)
    if request.method != "POST" or not typed.is_valid():
        context = {"record": form, "typed": typed, "page_title": _("Test “%(form)s”") % {"form": form}}
        return render(request, "forms/form_test.html", context, status=422 if typed.is_bound else 200)
    arrival = Arrival(
        form=form,
        key=f"test:{secrets.token_urlsafe(12)}",
        via=Via.TEST,
        values=typed.values,
        language=translation.get_language() or "",
        wording=wording_at(form, form.consent_version) if typed.has_consented else None,
        state=SubmissionState.TEST,
    )
    submission, _is_new = take_in(arrival)
    trial = try_out(submission)
    submission.note, submission.error = trial.made, trial.problem
    submission.handled_at = timezone.now()
    submission.save(update_fields=["note", "error", "handled_at"])
    return redirect(submission)


def _fetch(request: HttpRequest, pk: int) -> Submission:
    return fetch_editable(Submission.objects.select_related("form"), signed_in(request), pk=pk)


def _label(found: Submission, name: str, asked: dict[str, Question]) -> str:
    if name in asked:
        return asked[name].label
    return found.form.kind.label_of(name) if found.form.kind else name


def _said(value: object, question: Question | None) -> str:
    """Return a value as people read it."""
    if question is not None and isinstance(question.asked, CustomField):
        value = custom_words(question.asked, value)
    elif question is not None and isinstance(value, str):
        value = dict(question.asked.options()).get(value, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
