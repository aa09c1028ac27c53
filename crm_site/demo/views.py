"""The page that says what clearing the demo data removes, and does it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from crm_site.demo.clearing import plan_clearing
from crm_site.demo.models import DemoLoad, is_demo
from crm_site.jobs.models import JobRun
from crm_site.jobs.starting import start_job
from crm_site.pages.requests import signed_in
from crm_site.staff.models import User


@require_http_methods(["GET", "POST"])
@login_required
def clear(request: HttpRequest) -> HttpResponse:
    """Show what would go; on POST start the job that removes it."""
    user = signed_in(request)
    if not user.access.can_view("setup"):
        raise Http404
    if not user.access.can_edit("setup"):
        raise PermissionDenied
    load = DemoLoad.objects.first()
    if request.method == "POST":
        if load is None:
            return redirect("demo:clear")
        return redirect("pages:job-detail", pk=start_job("demo_clear", user=user).pk)
    context = {
        "page_title": gettext("Demo data"),
        "load": load,
        "plan": plan_clearing(keep=user) if load else None,
        "running": JobRun.objects.active().filter(name="demo_clear").first(),
        "is_guest": User.objects.filter(is_demo(User), pk=user.pk).exists(),
    }
    return render(request, "demo/clear.html", context)
