"""Webhooks: the address that other services call, and the page that sets it up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm_site.events.publishing import publish
from crm_site.forms.events import FormChanged
from crm_site.forms.guarding import RefusedError, check_request
from crm_site.forms.hooking import (
    MOST_BYTES,
    TooManyError,
    UnreadableError,
    is_challenged,
    is_signed,
    take_messages,
)
from crm_site.forms.mapping import is_path, read_mapping
from crm_site.forms.models import FormHook
from crm_site.forms.views.building import fetch_form
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_editable


@csrf_exempt  # services have no session, and prove themselves by address and signature
@require_http_methods(["GET", "HEAD", "POST"])
def hook_call(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the first call of a service by its challenge; store what later calls bring."""
    hook = FormHook.objects.select_related("form").filter(token=token, is_active=True).first()
    if hook is None or hook.form.kind is None:
        raise Http404
    if request.method != "POST":
        return _challenge(request, hook)
    try:
        check_request(request, f"hook:{hook.pk}", most=MOST_BYTES, from_page=False)
    except RefusedError as error:
        return JsonResponse({"error": error.title}, status=error.status)
    if not is_signed(hook, request.body, request.headers.get(hook.header, "")):
        return JsonResponse({"error": "signature"}, status=401)
    try:
        taken = take_messages(hook, request.body)
    except UnreadableError:
        return JsonResponse({"error": "json"}, status=400)
    except TooManyError:
        return JsonResponse({"error": "too many"}, status=413)
    repeated = not any(is_new for _submission, is_new in taken)
    return JsonResponse({"received": True, "count": len(taken), "repeated": repeated})


def _challenge(request: HttpRequest, hook: FormHook) -> HttpResponse:
    if not is_challenged(hook, request.GET.get("hub.verify_token", "")):
        raise Http404
    return HttpResponse(request.GET.get("hub.challenge", "")[:200], content_type="text/plain; charset=utf-8")


class HookForm(forms.ModelForm[FormHook]):
    """A webhook as people set it up; its mapping is typed a line each, and the secret is never shown again."""

    mapping = forms.CharField(
        label=gettext_lazy("Fields"),
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "email = field_data[name=email].values.0"}),
        help_text=gettext_lazy(
            "A line for each: field = path. Steps are parted by dots; [name=email] looks in a list."
        ),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("For HMAC-SHA256 over the body. Empty keeps the one there is."),
    )

    class Meta:
        model = FormHook
        fields = ("name", "mapping", "list_path", "event_path", "secret", "header", "challenge", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = set(self.instance.form.fields.values_list("name", flat=True))
        self.initial["mapping"] = "\n".join(f"{name} = {path}" for name, path in self.instance.mapping.items())

    def clean_mapping(self) -> dict[str, str]:
        """Return the mapping that the lines spell."""
        return read_mapping(self.cleaned_data["mapping"], self.offered)

    def clean_event_path(self) -> str:
        """Refuse what is no path."""
        return self._path("event_path")

    def clean_list_path(self) -> str:
        """Refuse what is no path; none is needed."""
        return self._path("list_path") if self.cleaned_data["list_path"] else ""

    def _path(self, name: str) -> str:
        path = str(self.cleaned_data[name])
        if not is_path(path):
            raise forms.ValidationError(_("“%(path)s” is no path.") % {"path": path[:80]})
        return path

    def clean_secret(self) -> str:
        """Keep the secret that is there when none is typed."""
        stored = FormHook.objects.filter(pk=self.instance.pk).values_list("secret", flat=True).first()
        return str(self.cleaned_data["secret"] or stored or "")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hook_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a form another webhook."""
    form, _target = fetch_form(request, pk)
    return _edit(request, FormHook(form=form), _("New webhook"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hook_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a webhook, or put it out of use."""
    hook = fetch_editable(FormHook.objects.select_related("form"), signed_in(request), pk=pk)
    return _edit(request, hook, _("Webhook “%(hook)s”") % {"hook": hook})


def _edit(request: HttpRequest, hook: FormHook, title: str) -> HttpResponse:
    asked = HookForm(request.POST or None, instance=hook)
    if request.method == "POST" and asked.is_valid():
        with transaction.atomic():
            saved = asked.save()
            publish(FormChanged(form_id=saved.form_id), signed_in(request))
        messages.success(request, _("“%(record)s” was saved.") % {"record": saved})
        return redirect(saved)
    context = {
        "form": asked,
        "page_title": title,
        "cancel_url": hook.form.get_absolute_url(),
        "address": urljoin(settings.BASE_URL, reverse("web:hook", args=[hook.token])) if hook.pk else "",
    }
    return render(request, "forms/hook_form.html", context, status=422 if asked.is_bound else 200)
