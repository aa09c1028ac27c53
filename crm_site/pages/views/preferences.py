"""A person's own settings, and the language and theme switches that work on every page."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.pages.preferences import THEMES, remember
from crm_site.pages.requests import signed_in
from crm_site.staff.models import User


class PreferencesForm(forms.ModelForm[User]):
    """Name, language, time zone and theme of the signed-in person."""

    class Meta:
        model = User
        fields = ("name", "language", "time_zone", "theme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        current = self.instance.time_zone
        choices = [(zone, zone.replace("_", " ")) for zone in dict.fromkeys(["UTC", *zones, current])]
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=choices, help_text=_("Moments are shown in this zone.")
        )
        self.initial["time_zone"] = current


@require_http_methods(["GET", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and save the signed-in person's settings."""
    user = signed_in(request)
    # A fresh instance: a refused form must not change the user that the rest of this page shows.
    form = PreferencesForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        with translation.override(saved.language):
            messages.success(request, gettext("Your preferences are saved."))
        response = redirect("pages:preferences")
        remember(response, language=saved.language, theme=saved.theme)
        return response
    return render(request, "pages/preferences.html", {"form": form, "page_title": _("Preferences")})


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """Return to the page the switch was on, if it is one of ours."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Change the language and stay on the page."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in dict(settings.LANGUAGES):
        remember(response, language=language)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_POST
def switch_theme(request: HttpRequest) -> HttpResponse:
    """Change the theme and stay on the page."""
    theme = request.POST.get("theme", "")
    response = _back(request)
    if theme in THEMES:
        remember(response, theme=theme)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(theme=theme)
    return response
