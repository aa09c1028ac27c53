"""The builder, its live count, and trying a rule on one record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm_site.rules.building import Building
from crm_site.rules.counting import count_exactly, first_rows
from crm_site.rules.declarations import RuleSubject
from crm_site.rules.encoding import decode_rule
from crm_site.rules.errors import RuleError, UnknownSubjectError
from crm_site.rules.registry import get_subject
from crm_site.rules.rule import Rule
from crm_site.staff.fetching import fetch_visible

if TYPE_CHECKING:
    from crm_site.staff.models import User


def _open(request: HttpRequest, code: str) -> tuple[RuleSubject, User]:
    """Return the subject and the reader; raise Http404 where there is no such subject for this person."""
    user = cast("User", request.user)
    try:
        subject = get_subject(code)
    except UnknownSubjectError as error:
        raise Http404 from error
    if not user.access.can_view(subject.module):
        raise Http404
    return subject, user


def _given(subject: RuleSubject, request: HttpRequest) -> Rule | None:
    """Return the rule in the address, if there is one that can be read."""
    try:
        return decode_rule(subject.code, request.GET.get("rule", ""))
    except RuleError:
        return None


@require_http_methods(["GET", "POST"])
@login_required
def builder(request: HttpRequest, subject: str) -> HttpResponse:
    """Open the builder in a dialog; on POST show the form as it now stands, or hand the finished rule over."""
    declared, user = _open(request, subject)
    if request.method == "GET":
        building = Building.opened(declared, user, _given(declared, request))
        if request.headers.get("HX-Request") != "true":
            return _page(request, building)
        return render(request, "rules/dialog.html", {"builder": building})
    building = Building.posted(declared, user, request.POST)
    action = request.POST.get("do", "")
    if action == "apply":
        return _applied(request, building)
    return render(request, f"rules/builder.html#{'changed' if action else 'typed'}", {"builder": building})


def _applied(request: HttpRequest, building: Building) -> HttpResponse:
    """Hand the finished rule to the page below, or say what is missing."""
    if not building.code:
        building.strict = True
        return render(request, "rules/builder.html#changed", {"builder": building})
    response = HttpResponse()
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"rule:apply": {"rule": building.code}})
    return response


@require_GET
@login_required
def count(request: HttpRequest, subject: str) -> HttpResponse:
    """Count exactly, however long it takes, after an estimate was shown."""
    declared, user = _open(request, subject)
    rule = _given(declared, request)
    if rule is None:
        raise Http404
    found, wanted = count_exactly(rule, user), "rows" in request.GET
    records = first_rows(rule, user) if wanted and found is not None and found.number else []
    context = {"count": found, "records": records, "subject": declared}
    return render(request, "rules/count.html" if wanted else "rules/count.html#figure", context)


@require_GET
@login_required
def try_rule(request: HttpRequest, subject: str) -> HttpResponse:
    """Show the builder on a page of its own, to try rules on records."""
    declared, user = _open(request, subject)
    return _page(request, Building.opened(declared, user, _given(declared, request)))


def _page(request: HttpRequest, building: Building) -> HttpResponse:
    context: dict[str, Any] = {"builder": building, "page_title": building.title, "picker": building.picker}
    return render(request, "rules/try.html", context)


@require_POST
@login_required
def explain(request: HttpRequest, subject: str) -> HttpResponse:
    """Say why one record is in or out of the rule that stands in the form."""
    declared, user = _open(request, subject)
    building = Building.posted(declared, user, request.POST)
    if building.rule is None:
        building.strict = True
        return render(request, "rules/explained.html", {"builder": building})
    key = request.POST.get("record", "")
    if not key:
        return render(request, "rules/explained.html", {"builder": building})
    if not (key.isascii() and key.isdigit()):
        raise Http404
    manager: Any = declared.model._default_manager
    record = fetch_visible(manager.all(), user, pk=int(key))
    context = {"builder": building, "record": record, "explanation": building.rule.explain(record.pk, reader=user)}
    return render(request, "rules/explained.html", context)
