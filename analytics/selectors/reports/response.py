"""Lead response: how fast enquiries were answered in business time, and which were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis.leads import spread
from analytics.kpis.periods import within
from analytics.kpis.quantiles import Counts, median_of, percentile_of
from analytics.kpis.slots import sum_over
from analytics.models import LeadDay
from analytics.selectors.reports.people import names_of
from analytics.selectors.reports.registry import Report, register_report
from analytics.selectors.reports.tables import Asked, Column, Figure, Line, Table, counted
from crm_site.lib.statistics import Estimate, wilson
from sales.choices import LeadStatus
from sales.lists import lead_list
from sales.lists.leads import LATE, UNANSWERED
from sales.models import Lead

SUMS = ("received", "answered", "kept", "missed", "waiting")
BY: dict[str, Any] = {"source": _("Source"), "owner_id": _("Owner")}
HOUR = 1 / 60
COLUMNS = (
    Column(code="received", label=_("Leads")),
    Column(
        code="median", label=_("Median"), unit="hours", rise_is_good=False,
        definition=_("Business hours to the first answer of those that were answered; n counts them."),
    ),
    Column(code="p90", label=_("90% within"), unit="hours", rise_is_good=False),
    Column(
        code="promised", label=_("As promised"), unit="percent", rise_is_good=True,
        definition=_(
            "Answered in time in per cent of those answered in time, answered late, or late by now. Those that are "
            "not due yet are left out."
        ),
    ),
    Column(
        code="waiting", label=_("Not answered"), rise_is_good=False,
        definition=_("Leads in work that nobody has answered yet. They count in no median: nobody knows how long."),
    ),
    Column(code="ended", label=_("Ended without an answer"), rise_is_good=False),
)  # fmt: skip


@dataclass(frozen=True)
class Answering:
    """Leads that share a source or an owner, and how they were answered."""

    received: int = 0
    answered: int = 0
    kept: int = 0
    missed: int = 0
    waiting: int = 0

    @property
    def ended(self) -> int:
        """How many ended without an answer."""
        return self.received - self.answered - self.waiting

    def __add__(self, other: Answering) -> Answering:
        return Answering(*(getattr(self, name) + getattr(other, name) for name in SUMS))

    def promised(self, overdue: int) -> Estimate:
        """Return the share that was answered as promised; overdue ones are broken promises by now."""
        return wilson(self.kept, self.kept + self.missed + overdue).scaled(100)


def responses(asked: Asked) -> list[Table]:
    """Return lead response by source, and by owner."""
    periods = [asked.period, *([asked.previous] if asked.previous else [])]
    facts = asked.part.of(LeadDay.objects.visible_to(asked.user))
    sums = sum_over(facts, SUMS, periods, keys=("source", "owner_id"), by_day=False)
    minutes = [spread(facts, "minutes", periods, keys=(by,)) for by in BY]
    late = _overdue(asked)
    return [_table(asked, by, at, sums, minutes[at], late) for at, by in enumerate(BY)]


def _overdue(asked: Asked) -> dict[tuple[Any, ...], int]:
    rows = asked.part.of(Lead.objects.visible_to(asked.user)).overdue(timezone.now())
    found = within(rows, "received_at", asked.period).order_by().values("source", "owner_id").annotate(n=Count("pk"))
    return {(row["source"], row["owner_id"]): row["n"] for row in found}


def _table(
    asked: Asked,
    by: str,
    at: int,
    sums: list[list[dict[str, Any]]],
    minutes: list[dict[tuple[Any, ...], dict[int, int]]],
    late: dict[tuple[Any, ...], int],
) -> Table:
    counts: list[dict[Any, Answering]] = [{} for _slot in sums]
    for slot, rows in enumerate(sums):
        for row in rows:
            one = Answering(*(row[name] for name in SUMS))
            counts[slot][row[by]] = counts[slot].get(row[by], Answering()) + one
    keys = sorted(counts[0], key=lambda key: (-counts[0][key].received, str(key)))
    names = names_of(keys) if by == "owner_id" else {"": gettext("none")}
    lines = []
    for key in keys:
        overdue = sum(n for keys_of, n in late.items() if keys_of[at] == key)
        found = [one.get(key, Answering()) for one in counts]
        times = [one.get((key,), {}) for one in minutes]
        lines.append(_line(asked, by, key, names.get(key, str(key)), found, times, overdue))
    whole = [sum(one.values(), Answering()) for one in counts]
    everything: list[Counter[int]] = [Counter() for _slot in minutes]
    for slot, by_key in enumerate(minutes):
        for counts_of in by_key.values():
            everything[slot].update(counts_of)
    return Table(
        code=f"response-{at}",
        title=_("By source") if by == "source" else _("By owner"),
        head=BY[by],
        columns=COLUMNS,
        lines=lines,
        total=_line(asked, "", "", gettext("All"), whole, everything, sum(late.values())),
        note=_("Leads by the day they came in; business time by the organisation's calendar."),
    )


def _line(
    asked: Asked, by: str, key: Any, name: str, found: list[Answering], minutes: Sequence[Counts], overdue: int
) -> Line:
    narrowed = _filters(by, key)

    def address(**more: Any) -> str:
        given = {"received": asked.period.shown, "status": LeadStatus.values, **narrowed, **more}
        return asked.part.within(lead_list.url(sort="-received", **given))

    # Most lines of a long table are never shown, so addresses are made when somebody reads them.
    rows = lazy(address, str)
    now, before = found[0], (found[1] if len(found) > 1 else None)
    kept = Figure(now.promised(overdue), None)
    median = [median_of(one).scaled(HOUR) for one in minutes]
    most = [percentile_of(one, 0.9).scaled(HOUR) for one in minutes]
    figures = {
        "received": counted(now.received, before and before.received, rows()),
        "median": Figure(median[0], median[1] if before else None, rows(answered=["yes"])),
        "p90": Figure(most[0], most[1] if before else None, rows(answered=["yes"])),
        "promised": Figure(kept.now, None, rows(wants=[LATE]) if overdue else ""),
        "waiting": counted(now.waiting, before and before.waiting, rows(wants=[UNANSWERED])),
        "ended": counted(
            now.ended, before and before.ended,
            rows(status=[LeadStatus.CONVERTED.value, LeadStatus.DISQUALIFIED.value], answered=["no"]),
        ),
    }  # fmt: skip
    return Line(key=str(key), label=name, figures=figures)


def _filters(by: str, key: Any) -> dict[str, Any]:
    if by == "owner_id":
        return {"owner": key if key is not None else "none"}
    if by == "source":
        return {"from_source": key} if key else {"sourceless": ["yes"]}
    return {}


register_report(
    Report(
        code="lead-response",
        title=_("Lead response"),
        icon="clock",
        summary=_("How fast enquiries are answered, by source and by owner, and which are not."),
        build=responses,
        bars=("median",),
    )
)
