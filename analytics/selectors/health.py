"""A customer's health taken apart: each part with its points, what it rests on, and the rows behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analytics.constants import HEALTH_DAYS, HEALTH_WEIGHTS, SHORTEST_GAP
from crm_site.lib.days import organisation_day
from crm_site.pages import formatting
from customers.selectors import open_issues
from sales.lists import order_list
from sales.models import Order
from service.lists import answer_list
from service.models import SurveyAnswer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User
    from customers.models import Customer

LABELS = {
    "rhythm": _("Rhythm of orders"),
    "trend": _("Trend of revenue"),
    "answer": _("Latest answer"),
    "issues": _("Open issues"),
}


@dataclass(frozen=True)
class HealthLine:
    """One part: its points from 0 to 100 (None where nothing is known), its share of the mean, and its evidence."""

    label: StrOrPromise
    points: int | None
    weight: int
    evidence: str
    url: str = ""


def health_lines(customer: Customer, user: User, now: dt.datetime) -> list[HealthLine]:
    """Return the parts of a customer's score; `metrics` and `score` must be fetched along.

    A link stands only where the reader may see rows of that kind.
    """
    score = customer.score
    evidence = {
        "rhythm": _rhythm(customer, now),
        "trend": _trend(customer, now),
        "answer": _answer(customer, now),
        "issues": _issues(customer, now),
    }
    modules = {"rhythm": "sales", "trend": "sales", "answer": "service", "issues": "customers"}
    return [
        HealthLine(
            LABELS[name],
            getattr(score, f"health_{name}"),
            weight,
            evidence[name][0],
            evidence[name][1] if user.access.can_view(modules[name]) else "",
        )
        for name, weight in HEALTH_WEIGHTS.items()
    ]


def _rhythm(customer: Customer, now: dt.datetime) -> tuple[str, str]:
    metrics = customer.metrics
    first, last = metrics.first_order_at, metrics.last_order_at
    if first is None or last is None:
        return gettext("No order yet"), ""
    url = order_list.url(customer=(customer.pk, customer.pk, None))
    if metrics.orders_count < 2 or last <= first:
        return gettext("One order is no rhythm yet"), url
    gap = max(float(SHORTEST_GAP), (last - first) / dt.timedelta(days=1) / (metrics.orders_count - 1))
    facts = {"silent": _days((now - last) / dt.timedelta(days=1)), "gap": _days(gap)}
    return gettext("%(silent)s since the last order; usually %(gap)s between two") % facts, url


def _days(days: float) -> str:
    whole = max(0, round(days))
    return ngettext("%(days)s day", "%(days)s days", whole) % {"days": formatting.number(whole)}


def _trend(customer: Customer, now: dt.datetime) -> tuple[str, str]:
    year, two_years = (now - dt.timedelta(days=HEALTH_DAYS * spans) for spans in (1, 2))
    sold = Order.objects.counted().filter(customer=customer, ordered_at__gt=two_years, ordered_at__lte=now)
    found = sold.aggregate(
        year=Sum("base_total", filter=Q(ordered_at__gt=year)), before=Sum("base_total", filter=Q(ordered_at__lte=year))
    )
    if (found["before"] or 0) <= 0:
        return gettext("No revenue in the year before to compare with"), ""
    facts = {name: formatting.money(value or 0, compact=True) for name, value in found.items()}
    url = order_list.url(customer=(customer.pk, customer.pk, None), date=(organisation_day(two_years), None))
    return gettext("%(year)s in the last 365 days; %(before)s in the 365 before") % facts, url


def _answer(customer: Customer, now: dt.datetime) -> tuple[str, str]:
    recent = SurveyAnswer.objects.filter(
        customer=customer, answered_at__gt=now - dt.timedelta(days=HEALTH_DAYS), answered_at__lte=now
    )
    latest = recent.order_by("-answered_at", "-id").first()
    if latest is None:
        return gettext("No answer in the last 365 days"), ""
    facts = {
        "kind": latest.get_kind_display(),
        "score": latest.score,
        "when": formatting.relative(latest.answered_at),
    }
    words = gettext("%(kind)s: %(score)s, %(when)s") % facts
    return words, answer_list.url(customer=(customer.pk, customer.pk, None))


def _issues(customer: Customer, now: dt.datetime) -> tuple[str, str]:
    found = open_issues(customer, now)
    if not found:
        return gettext("Nothing waits for us"), ""
    words = " · ".join(f"{source.label}: {formatting.number(count)}" for source, count in found)
    return words, found[0][0].url(customer)
