"""The page on which strangers fill a form in, on our site or inside another one: no sign-in, no scripts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from crm_site.forms.arriving import origin_asked
from crm_site.forms.asking import PublicForm, questions_of
from crm_site.forms.choices import Reason, SubmissionState, Via
from crm_site.forms.confirming import confirm, waiting_for
from crm_site.forms.guarding import HONEYPOT, RefusedError, check_request
from crm_site.forms.limiting import hashed_address
from crm_site.forms.models import MAX_ADDRESS, UTM, Form
from crm_site.forms.receiving import Arrival, take_in, wording_at
from crm_site.forms.sealing import sealed
from crm_site.forms.stamping import Stamp, StampError, make_stamp, read_stamp
from crm_site.forms.wording import language_named

CARRIED = (*UTM, "referrer", "page")


# The stamp stands in for the cookie that browsers withhold from forms inside other sites.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def hosted(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form on a page of its own, and take what is filled in."""
    return _serve(request, _published(token), Via.PAGE)


@xframe_options_exempt
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def embedded(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form inside a page of one of its web sites, and take what is filled in."""
    form = _published(token)
    if not form.hosts:
        raise Http404
    return _serve(request, form, Via.EMBED)


@require_safe
def embed_script(request: HttpRequest) -> HttpResponse:
    """Lead to the script that puts forms into other pages: its address stays, whatever the build calls the file."""
    response = redirect(static("dist/embed.js"))
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for one click, which confirms: programs that follow the links of mails change nothing."""
    with translation.override(_language(request)):
        try:
            check_request(request, f"confirm:{token}")
        except RefusedError as error:
            return _told(request, error.title, error.words, error.status)
        found = waiting_for(token)
        if found is not None and not request.GET.get("lang") and found.language:
            translation.activate(found.language)
        if found is not None and request.method == "POST":
            found = confirm(token)
            if found is not None:
                return _thanked(request, found.form, Via.PAGE)
        if found is None:
            words = _("It was used already, has expired, or is incomplete. If you have confirmed before, all is well.")
            return _told(request, _("This link does not work any more"), words, 410)
        return sealed(render(request, "forms/public_confirm.html", {"form": found.form, **_frame(request)}))


def _published(token: str) -> Form:
    form = Form.objects.filter(token=token, is_published=True).first()
    if form is None or form.kind is None:
        raise Http404
    return form


def _serve(request: HttpRequest, form: Form, via: Via) -> HttpResponse:
    with translation.override(_language(request)):
        if request.method != "POST":
            return _page(request, form, via, PublicForm(form, questions_of(form)), origin=origin_asked(request))
        try:
            check_request(request, f"form:{form.pk}")
        except RefusedError as error:
            return _told(request, error.title, error.words, error.status, form=form, via=via)
        return _take(request, form, via)


def _take(request: HttpRequest, form: Form, via: Via) -> HttpResponse:
    typed = PublicForm(form, questions_of(form), request.POST)
    try:
        stamp = read_stamp(form, request.POST.get("stamp", ""))
    except StampError:
        notice = _("This page was open for a long time. What you typed is still here: please send it again.")
        return _page(request, form, via, typed, notice=notice, status=422)
    if not typed.is_valid():
        return _page(request, form, via, typed, stamp=request.POST["stamp"], status=422)
    if stamp.age < form.min_seconds:
        notice = _("That was very quick. Please look once more at what you typed, and send it again.")
        return _page(request, form, via, typed, notice=notice, stamp=request.POST["stamp"], status=422)
    submission, is_new = take_in(_arrival(request, form, via, typed, stamp))
    if not is_new:
        words = _("We have this already: nothing was sent twice.")
        return _told(request, _("Already here"), words, 409, form=form, via=via)
    return _thanked(request, form, via, waits=submission.state == SubmissionState.WAITING)


def _arrival(request: HttpRequest, form: Form, via: Via, typed: PublicForm, stamp: Stamp) -> Arrival:
    caught = bool(request.POST.get(HONEYPOT))
    return Arrival(
        form=form,
        key=f"page:{stamp.nonce}",
        via=via,
        values=typed.values,
        language=translation.get_language() or "",
        origin={name: request.POST.get(name, "")[:MAX_ADDRESS] for name in CARRIED},
        ip_hash=hashed_address(request),
        wording=wording_at(form, stamp.wording) if typed.has_consented else None,
        state=SubmissionState.SPAM if caught else SubmissionState.RECEIVED,
        reason=Reason.HONEYPOT if caught else None,
    )


def _page(
    request: HttpRequest,
    form: Form,
    via: Via,
    typed: PublicForm,
    *,
    origin: dict[str, str] | None = None,
    notice: str = "",
    stamp: str = "",
    status: int = 200,
) -> HttpResponse:
    if origin is None:
        origin = {name: request.POST.get(name, "")[:MAX_ADDRESS] for name in CARRIED}
    context = {
        "form": form,
        "typed": typed,
        "notice": notice,
        "stamp": stamp or make_stamp(form),
        "origin": origin.items(),
        "honeypot": HONEYPOT,
        "errors": [(typed[name], errors) for name, errors in typed.errors.items()] if typed.is_bound else [],
        **_frame(request, via),
    }
    return sealed(render(request, "forms/public.html", context, status=status), form, via)


def _thanked(request: HttpRequest, form: Form, via: Via, *, waits: bool = False) -> HttpResponse:
    """Thank, or lead on: inside another site by a link, since the frame is not the place for its pages."""
    if form.redirect_url and via == Via.PAGE and not waits:
        return sealed(redirect(form.redirect_url), form, via)
    context = {"form": form, "waits": waits, **_frame(request, via)}
    return sealed(render(request, "forms/public_thanks.html", context), form, via)


def _told(
    request: HttpRequest, title: str, words: str, status: int, *, form: Form | None = None, via: Via = Via.PAGE
) -> HttpResponse:
    context = {"title": title, "words": words, **_frame(request, via)}
    return sealed(render(request, "forms/public_told.html", context, status=status), form, via)


def _frame(request: HttpRequest, via: Via = Via.PAGE) -> dict[str, Any]:
    return {"is_embedded": via == Via.EMBED, "lang": translation.get_language(), "is_preview": False}


def _language(request: HttpRequest) -> str:
    """Return the language that the address names, or the best one of those the browser asks for."""
    return language_named(request.GET.get("lang", "")) or translation.get_language_from_request(request)
