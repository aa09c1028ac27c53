"""The builder: what a form asks, in which order and words, and how it will look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.forms.asking import PublicForm, questions_of
from crm_site.forms.building import change_form, create_form, publish_form
from crm_site.forms.models import Form
from crm_site.forms.panels import may_build
from crm_site.forms.shaping import NewFormForm, RowForm, SettingsForm, rows_after, rows_posted, rows_stored
from crm_site.forms.targets import FormTarget
from crm_site.forms.wording import CHINESE, ENGLISH
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.versioning import StaleVersionError


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def form_create(request: HttpRequest) -> HttpResponse:
    """Ask what the new form is for, and go on to build it."""
    user = signed_in(request)
    if not may_build(user):
        raise Http404
    asked = NewFormForm(request.POST or None, user)
    if request.method == "POST" and asked.is_valid():
        return redirect(create_form(asked.cleaned_data["name"], asked.cleaned_data["target"], user))
    status = 422 if asked.is_bound else 200
    context = {"form": asked, "page_title": _("New form"), "cancel_url": reverse("forms:form-list")}
    return render(request, "pages/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def form_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the builder; on POST move, add or remove a line of it, or save everything."""
    form, target = fetch_form(request, pk)
    if request.method != "POST":
        return _builder(request, form, SettingsForm(None, form, target), rows_stored(target, form))
    asked, rows = SettingsForm(request.POST, Form.objects.get(pk=pk), target), rows_posted(target, request.POST)
    if action := request.POST.get("act", ""):
        after = rows_after(action, rows, target, request.POST.get("add", ""))
        return _builder(request, form, asked, after, unsaved=True)
    if not all([asked.is_valid(), *(one.is_valid() for one in rows)]):
        return _builder(request, form, asked, rows, unsaved=True, status=422)
    try:
        facts = {name: asked.cleaned_data[name] for name in asked.fields}
        change_form(form, posted_version(request), facts, [one.cleaned_data for one in rows], signed_in(request))
    except ValidationError as error:
        _say(asked, error)
        return _builder(request, form, asked, rows, unsaved=True, status=422)
    except StaleVersionError as stale:
        now: Any = stale.current
        return _builder(request, now, asked, rows, unsaved=True, is_stale=True, status=409)
    messages.success(request, _("“%(record)s” was saved.") % {"record": form})
    return redirect(form)


@require_POST
@login_required
def form_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how strangers would see the form as it is typed just now."""
    form, target = fetch_form(request, pk)
    asked, rows = SettingsForm(request.POST, Form.objects.get(pk=pk), target), rows_posted(target, request.POST)
    return render(request, "forms/preview.html", {"preview": _preview(request, form, asked, rows)})


@require_POST
@login_required
def form_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a form on the web, or take it off."""
    form, _target = fetch_form(request, pk)
    on = request.POST.get("on") == "yes"
    try:
        publish_form(form, on, signed_in(request))
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
        return redirect(form)
    messages.success(request, _("The form is on the web now.") if on else _("The form is off the web now."))
    return redirect(form)


class FormDeleteView(DeleteRecordView):
    """Moves a form to the trash; one that brought something stays, and can be taken off the web."""

    model = Form
    list_url_name = "forms:form-list"


def fetch_form(request: HttpRequest, pk: int) -> tuple[Form, FormTarget]:
    """Return a form that the reader may change, with its target."""
    form = fetch_editable(Form.objects.all(), signed_in(request), pk=pk)
    target = form.kind
    if target is None:
        raise Http404
    return form, target


def _say(asked: SettingsForm, error: ValidationError) -> None:
    """Put what a service says beside the fields it is about."""
    if not hasattr(error, "error_dict"):
        asked.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        asked.add_error(name if name in asked.fields else None, errors)


def _builder(
    request: HttpRequest,
    form: Form,
    asked: SettingsForm,
    rows: Sequence[RowForm],
    *,
    unsaved: bool = False,
    is_stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    target = asked.instance.kind
    used = {one.field_name for one in rows}
    context = {
        "record": form,
        "page_title": form.name,
        "asked": asked,
        "rows": rows,
        "addable": [(name, label) for name, label in target.offered() if name not in used] if target else [],
        "version": form.version if unsaved and is_stale else request.POST.get("version", form.version),
        "unsaved": unsaved,
        "is_stale": is_stale,
        "errors": asked.non_field_errors() if asked.is_bound and status != 200 else (),
        "preview": _preview(request, form, asked, rows),
        "hooks": form.hooks.order_by("name"),
        **addresses(form),
    }
    return render(request, "forms/builder.html", context, status=status)


def addresses(form: Form) -> dict[str, str]:
    """Return what people copy: the hosted page, the frame and the script that make it part of another page."""
    page = urljoin(settings.BASE_URL, reverse("web:hosted", args=[form.token]))
    frame = urljoin(settings.BASE_URL, reverse("web:embedded", args=[form.token]))
    script = urljoin(settings.BASE_URL, reverse("web:script"))
    look = 'width="100%" height="640" loading="lazy"'
    return {
        "page_url": page,
        "frame_code": f'<iframe src="{frame}" title="{escape(form.title)}" {look}></iframe>',
        "script_code": f'<div data-guanxi-form="{frame}"></div>\n<script async src="{script}"></script>',
    }


def _preview(request: HttpRequest, form: Form, asked: SettingsForm, rows: Sequence[RowForm]) -> str:
    """Return the public page as HTML, from what is typed, checked or not."""
    draft = Form(pk=form.pk, target=form.target, name=form.name)
    for name in asked.fields:
        if name not in ("hosts", "min_seconds", "redirect_url"):
            setattr(draft, name, asked[name].value() or "")
    fields = [one.draft(draft, at) for at, one in enumerate(rows)]
    default = translation.get_language() or ENGLISH
    language = {"en": ENGLISH, "zh": CHINESE}.get(request.POST.get("preview_in", ""), default)
    with translation.override(language):
        typed = PublicForm(draft, questions_of(draft, fields))
        context = {"form": draft, "typed": typed, "lang": language, "is_embedded": True, "is_preview": True}
        return render_to_string("forms/public.html", context)
