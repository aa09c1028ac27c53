"""Won and lost: how deals ended, by reason, source, size, competitor and product."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.choices import Dimension
from analytics.constants import SIZE_EDGES
from analytics.kpis.slots import sum_over
from analytics.models import DealSlice
from analytics.selectors.reports.registry import Report, register_report
from analytics.selectors.reports.tables import Asked, Column, Figure, Line, Table, counted, summed
from crm_site.lib.statistics import Estimate, wilson
from crm_site.pages import formatting
from sales.choices import DealStatus
from sales.lists import opportunity_list
from sales.models import Competitor, Product, Reason

if TYPE_CHECKING:
    from crm_site.staff.models import User

SUMS = ("won", "won_value", "lost", "lost_value")
WON, LOST = [DealStatus.WON.value], [DealStatus.LOST.value]
NAMED: dict[str, Any] = {
    Dimension.REASON: Reason,
    Dimension.COMPETITOR: Competitor,
    Dimension.PRODUCT: Product,
}
COLUMNS = (
    Column(code="won", label=_("Won"), rise_is_good=True),
    Column(code="won_value", label=_("Won value"), unit="money", rise_is_good=True),
    Column(code="lost", label=_("Lost"), rise_is_good=False),
    Column(code="lost_value", label=_("Value lost"), unit="money", rise_is_good=False),
    Column(
        code="win_rate", label=_("Win rate"), unit="percent", rise_is_good=True,
        definition=_("Won in per cent of what ended in the period, with Wilson's interval at 95 %."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """Deals that ended and share something."""

    won: int = 0
    won_value: Decimal = Decimal(0)
    lost: int = 0
    lost_value: Decimal = Decimal(0)

    @property
    def closed(self) -> int:
        """How many ended."""
        return self.won + self.lost

    @property
    def rate(self) -> Estimate:
        """The share that was won, in per cent."""
        return wilson(self.won, self.closed).scaled(100)

    def __add__(self, other: Ended) -> Ended:
        return Ended(*(getattr(self, name) + getattr(other, name) for name in SUMS))


def closed_deals(asked: Asked) -> list[Table]:
    """Return how deals ended, told apart by what was asked for."""
    by = asked.by if asked.by in Dimension.values else Dimension.REASON.value
    periods = [asked.period, *([asked.previous] if asked.previous else [])]
    facts = asked.part.of(DealSlice.objects.visible_to(asked.user)).filter(dimension=by)
    slots = [
        {row["key"]: Ended(*(row[name] for name in SUMS)) for row in rows}
        for rows in sum_over(facts, SUMS, periods, keys=("key",))
    ]
    keys = sorted(slots[0], key=lambda key: _order(by, key, slots[0][key]))
    names = _names(by, keys, asked.user)
    lines = [
        _line(asked, by, key, names.get(key, gettext("unknown")), [one.get(key, Ended()) for one in slots])
        for key in keys
    ]
    total = None
    if by != Dimension.COMPETITOR:
        sums = [sum(one.values(), Ended()) for one in slots]
        total = Line(key="", label=gettext("All"), figures=_figures(asked, sums, {}))
    note = _("A deal counts for every competitor it was made against, so the lines add up to more than all deals.")
    return [
        Table(
            code=f"closed-{by}",
            title=Dimension(by).label,
            head=Dimension(by).label,
            columns=COLUMNS,
            lines=lines,
            total=total,
            note=note if by == Dimension.COMPETITOR else _("Deals by the day they were closed."),
        )
    ]


def _order(by: str, key: str, found: Ended) -> Any:
    return int(key) if by == Dimension.SIZE else (-found.closed, key)


def _names(by: str, keys: list[str], user: User) -> dict[str, str]:
    """Return what the keys stand for; an empty one is none."""
    none = {"": gettext("none")}
    if by == Dimension.SIZE:
        return {str(at): words for at, words in enumerate(_bands())}
    if by == Dimension.SOURCE:
        return {key: key for key in keys} | none
    found = NAMED[by].objects.filter(pk__in=[int(key) for key in keys if key])
    return {str(one.pk): str(one) for one in found} | none


def _bands() -> list[str]:
    edges = [formatting.number(edge) for edge in SIZE_EDGES]
    between = [f"{low} – {high}" for low, high in pairwise(edges)]
    return [gettext("below %(edge)s") % {"edge": edges[0]}, *between, f"{edges[-1]}+"]


def _filters(by: str, key: str) -> dict[str, Any]:
    if by == Dimension.SIZE:
        ends = (None, *SIZE_EDGES, None)
        return {"amount": (ends[int(key)], None, ends[int(key) + 1])}
    if not key:
        return {"without": [str(by)]}
    if by == Dimension.SOURCE:
        return {"from_source": key}
    return {{Dimension.REASON: "reason", Dimension.COMPETITOR: "rival"}.get(Dimension(by), "product"): [int(key)]}


def _line(asked: Asked, by: str, key: str, name: str, found: list[Ended]) -> Line:
    return Line(key=key, label=name, figures=_figures(asked, found, _filters(by, key)))


def _figures(asked: Asked, found: list[Ended], narrowed: dict[str, Any]) -> dict[str, Figure]:
    now, before = found[0], (found[1] if len(found) > 1 else None)

    def rows(status: list[str]) -> str:
        given = opportunity_list.url(status=status, closed=asked.period.shown, sort="-amount", **narrowed)
        return asked.part.within(given)

    return {
        "won": counted(now.won, before and before.won, rows(WON)),
        "won_value": summed(now.won_value, now.won, before and before.won_value, rows(WON)),
        "lost": counted(now.lost, before and before.lost, rows(LOST)),
        "lost_value": summed(now.lost_value, now.lost, before and before.lost_value, rows(LOST)),
        "win_rate": Figure(now.rate, before.rate if before else None, rows([*WON, *LOST])),
    }


register_report(
    Report(
        code="win-loss",
        title=_("Won and lost"),
        icon="trophy",
        summary=_("Why deals end as they do: by reason, source, size, competitor and product."),
        build=closed_deals,
        asks=("by",),
        bars=("won", "lost"),
    )
)
