"""Reading one key figure with the moment up to which it holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import Kpi
from analytics.selectors.runs import as_of, live_as_of
from crm_site.lib.statistics import Estimate

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Reading:
    """A figure and up to when it holds everything; None when it was never computed."""

    estimate: Estimate
    as_of: dt.datetime | None


def read_kpi(kpi: Kpi, user: User, period: Period, part: Part = EVERYTHING) -> Reading:
    """Return a figure of a period within the reader's scope, exact also while facts are being rebuilt."""
    asked = timezone.now()
    if kpi.source.fresh != "live":
        return Reading(kpi.read(user, period, part), as_of(kpi.source.fresh))
    known = live_as_of()
    if known < asked and kpi.source.recount is not None:
        return Reading(kpi.read(user, period, part, from_records=True), asked)
    return Reading(kpi.read(user, period, part), known)
