"""Pages of segments."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm_site.pages.editing import RecordFormView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import signed_in
from crm_site.rules import Rule, RuleError, decode_rule, readable_rule
from crm_site.rules.building import Building
from crm_site.rules.registry import get_subject
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from customers import selectors
from customers.forms.segments import SegmentForm
from customers.lists import customer_list
from customers.models import Customer, Segment
from customers.services import change_segment, create_segment


def rule_of(segment: Segment | None) -> Rule | None:
    """Return a segment's rule, if it has one that can be read."""
    return readable_rule("customer", segment.rule) if segment is not None else None


def _building(user: User, rule: Rule | None) -> Building:
    return Building.opened(get_subject("customer"), user, rule)


@require_safe
@login_required
def segment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who belongs to a segment, why, and who came and went lately."""
    user = signed_in(request)
    segment = fetch_visible(Segment.objects.select_related("owner", "state"), user, pk=pk)
    rule = rule_of(segment)
    context = {
        "record": segment,
        "page_title": segment.name,
        "rule": rule,
        "sentence": rule.sentence(user) if rule else "",
        "problems": rule.problems if rule else [],
        "lost": segment.is_dynamic and rule is None,
        "picker": _building(user, rule).picker,
        "customers_url": customer_list.url(in_segment=[str(segment.pk)]),
        "can_edit": Segment.objects.editable_by(user).filter(pk=pk).exists(),
        "panels": panels_for(user, "segment", segment.pk),
        **selectors.segment_figures(segment, user),
    }
    return render(request, "customers/segment_detail.html", context)


@require_safe
@login_required
def segment_explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why one customer is in a segment, or is not."""
    user = signed_in(request)
    segment = fetch_visible(Segment.objects.all(), user, pk=pk)
    key, rule = request.GET.get("record", ""), rule_of(segment)
    if rule is None:
        raise Http404
    context: dict[str, Any] = {"builder": _building(user, rule)}
    if key:
        if not (key.isascii() and key.isdigit() and int(key) < 2**63):
            raise Http404
        record = fetch_visible(Customer.objects.all(), user, pk=int(key))
        context |= {"record": record, "explanation": rule.explain(record.pk, reader=user)}
    return render(request, "rules/explained.html", context)


class SegmentFormView(RecordFormView):
    """Makes and changes segments: the form, with the rule's builder beside it."""

    model = Segment
    form_class = SegmentForm
    module = "customers"
    create_title = _("New segment")
    list_url_name = "customers:segment-list"
    template_name = "customers/segment_form.html"

    def create(self, form: SegmentForm, user: User) -> Segment:
        """Make the segment."""
        return create_segment(form.facts, user)

    def change(self, record: Segment, version: int, form: SegmentForm, user: User) -> None:
        """Change what differs."""
        facts = {name: value for name, value in form.facts.items() if value != getattr(record, name)}
        change_segment(record, version, facts, user)

    def context(self, form: SegmentForm, record: Segment | None) -> dict[str, Any]:
        """Return the builder on the typed rule, or on the stored one."""
        user: Any = form.user
        rule = rule_of(record)
        typed = form.data.get("rule_code") or form.initial.get("rule_code")
        if typed:
            try:
                rule = decode_rule("customer", str(typed))
            except RuleError:
                rule = rule_of(record)
        return {"builder": _building(user, rule)}


class SegmentDeleteView(DeleteRecordView):
    """Moves a segment to the trash."""

    model = Segment
    list_url_name = "customers:segment-list"
