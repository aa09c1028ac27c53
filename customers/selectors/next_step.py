"""What to do next with a customer: what somebody planned, or what the figures ask for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from crm_site.pages import formatting
from customers.choices import HealthState, Stage, TaskKind
from customers.models import Customer, Task

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Answers from 0 to 100 that come before everything else, and that want a word of ours; and a rhythm that is breaking.
ANGRY, UNHAPPY, FADING = 40, 60, 50


@dataclass(frozen=True)
class Suggestion:
    """What the figures ask for, and why; `kind` is the kind of task that it makes."""

    title: str
    reason: str
    kind: TaskKind


def planned_step(customer: Customer, user: User) -> Task | None:
    """Return the open task that is due first, of those the reader may see."""
    tasks = Task.objects.visible_to(user).open().filter(customer=customer)
    return tasks.with_people().order_by("due_at", "pk").first()


def suggestion(customer: Customer, people_ordered_at: dt.datetime | None = None) -> Suggestion | None:
    """Return what the figures ask for when nothing is planned; None where they ask for nothing.

    Reads `score` and `metrics`, which must be fetched along. The most urgent comes first. An organisation whose people
    have ordered since its own last order (`people_ordered_at`) is not silent.
    """
    score, metrics = customer.score, customer.metrics
    if score.health_answer is not None and score.health_answer <= ANGRY:
        return _complaint(customer)
    last = metrics.last_order_at
    if people_ordered_at is not None and (last is None or people_ordered_at > last):
        return _complaint(customer) if _unhappy(customer) else None
    if last is None:
        return _introduction(customer)
    since = {"when": formatting.relative(last)}
    if customer.stage == Stage.CHURNED:
        return Suggestion(gettext("Win them back"), gettext("Last order: %(when)s.") % since, TaskKind.CALL)
    if score.health_rhythm is not None and score.health_rhythm <= FADING:
        reason = gettext("Silent for longer than usual; last order: %(when)s.") % since
        return Suggestion(gettext("Get in touch"), reason, TaskKind.CALL)
    if _unhappy(customer):
        return _complaint(customer)
    if score.health_state == HealthState.RISK:
        return Suggestion(gettext("Find out what has changed"), gettext("Health is low."), TaskKind.CALL)
    if customer.stage == Stage.NEW:
        reason = gettext("First order: %(when)s.") % {"when": formatting.relative(metrics.first_order_at or last)}
        return Suggestion(gettext("Ask how the first order was"), reason, TaskKind.CALL)
    return None


def _unhappy(customer: Customer) -> bool:
    answer = customer.score.health_answer
    return answer is not None and answer <= UNHAPPY


def _complaint(customer: Customer) -> Suggestion:
    """Return that somebody should ask about a bad answer."""
    nps, csat = customer.metrics.last_nps, customer.metrics.last_csat
    # The score knows the latest answer on one scale for both; the counters know the latest of each.
    is_nps = nps is not None and nps * 10 == customer.score.health_answer
    reason = gettext("Last NPS answer: %(score)s") if is_nps else gettext("Last CSAT answer: %(score)s")
    return Suggestion(gettext("Ask what went wrong"), reason % {"score": nps if is_nps else csat}, TaskKind.CALL)


def _introduction(customer: Customer) -> Suggestion | None:
    """Return what to do with somebody who never ordered."""
    if customer.stage != Stage.PROSPECT:
        return None
    return Suggestion(gettext("Find out what they need"), gettext("No order yet."), TaskKind.CALL)
