"""Opening a step of the checklist, and putting the list away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from crm_site.pages import first_steps
from crm_site.pages.requests import signed_in


@require_POST
@login_required
def open_step(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the step's page; a step that only asks to look is done with that."""
    user, step = signed_in(request), first_steps.steps.get(code)
    if step is None or not step.visible_to(user):
        raise Http404
    if step.evidence is None:
        first_steps.remember(user, {code})
    return redirect(step.url)


@require_POST
@login_required
def hide(request: HttpRequest) -> HttpResponse:
    """Put the list away and return to Today."""
    first_steps.put_away(signed_in(request))
    messages.success(request, gettext("The first steps are put away."))
    return redirect("pages:today")
