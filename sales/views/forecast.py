"""The forecast: its grid by team and person, and what managers make of its figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from crm_site.pages import formatting
from crm_site.pages.requests import signed_in
from crm_site.staff.choices import Scope
from crm_site.staff.models import Team, User
from sales.choices import ForecastLevel
from sales.forms.forecast import AdjustmentForm
from sales.lists import opportunity_list
from sales.models import ForecastAdjustment
from sales.selectors.forecast import LEVELS, Line, figure_of, in_force, read_forecast
from sales.selectors.periods import ForecastPeriod, Reach
from sales.services.forecasting import ADJUSTABLE, adjust_forecast, may_lead

OPEN, PIPELINE = "open", ForecastLevel.PIPELINE.value
# The largest deals first: they decide a forecast.
LARGEST = "-amount"


@dataclass(frozen=True)
class Cell:
    """One figure of the grid; `adjusted` is what managers make of it, `why` their reason."""

    label: Any
    words: str
    url: str = ""
    context: str = ""
    adjusted: str = ""
    why: str = ""


@dataclass(frozen=True)
class Shown:
    """One line of the grid with its figures."""

    line: Line
    cells: list[Cell]
    adjust_url: str
    url: str

    @property
    def depth(self) -> int:
        """How far it is indented."""
        return min(self.line.depth, 5)


def reader(request: HttpRequest) -> User:
    """Return the person who asks, who must have sales."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    return user


@require_safe
@login_required
def forecast(request: HttpRequest) -> HttpResponse:
    """Show the grid of a month or quarter."""
    user = reader(request)
    reach, period = Reach.read(user, request.GET.dict()), ForecastPeriod.read(request.GET.get("period", ""))
    lines = read_forecast(reach, period)
    context = {
        "page_title": _("Forecast"),
        "reach": reach,
        "period": period,
        "lines": [shown(line, reach, period) for line in lines],
        "heads": [*(one.label for one in LEVELS), _("Weighted"), _("Target"), _("Gap"), _("Coverage")],
        "address": reverse("sales:forecast"),
        "ways": ways(reach, period),
        "can_lead": user.access.edit_scope("sales") in (Scope.TEAM, Scope.ALL),
    }
    return render(request, "sales/forecast/grid.html", context)


def ways(reach: Reach, period: ForecastPeriod) -> dict[str, str]:
    """Return the addresses of the periods around, and of months and quarters."""
    asked: dict[str, ForecastPeriod] = {
        "before": period.moved(-1), "after": period.moved(1), "month": period.as_months(1),
        "quarter": period.as_months(3),
    }  # fmt: skip
    return {name: f"?{urlencode(given(one, **reach.params))}" for name, one in asked.items()}


def given(period: ForecastPeriod, **whose: Any) -> dict[str, Any]:
    """Return the parameters of a page about a period and a line."""
    return {"period": period.code, **whose}


def shown(line: Line, reach: Reach, period: ForecastPeriod) -> Shown:
    """Return a line with its figures in words, each with the address of its rows."""
    sums = line.sums
    cells = [_figure(line, level.value, reach, period) for level in LEVELS]
    weighted = rows_url(line, PIPELINE, reach, period)
    cells.append(Cell(_("Weighted"), whole(sums.expected), weighted, formatting.money(sums.expected)))
    cells.append(Cell(_("Target"), whole(line.target) if line.target is not None else "–"))
    cells.append(Cell(_("Gap"), _gap(line)))
    coverage = f"{formatting.decimal(line.coverage, 1)} ×" if line.coverage is not None else "–"
    cells.append(Cell(_("Coverage"), coverage, rows_url(line, OPEN, reach, period) if line.coverage else ""))
    team, owner = line.key
    whose = {name: key for name, key in (("team", team), ("owner", owner)) if key is not None}
    adjust = f"{reverse('sales:forecast-adjust')}?{urlencode(given(period, **whose))}"
    named = line.kind != "person" or owner is not None
    allowed = named and (may_lead(reach.user, team) or bool(line.adjustments))
    url = ""
    if line.kind == "team" and (reach.team is None or reach.team.pk != team):
        url = f"?{urlencode(given(period, team=team))}"
    return Shown(line, cells, adjust if allowed else "", url)


def _gap(line: Line) -> str:
    if line.gap is None:
        return "–"
    return whole(line.gap) if line.gap else _("reached")


def whole(amount: Decimal) -> str:
    """Return an amount without its minor units where they say nothing; the title and the rows have them."""
    return formatting.money(amount.quantize(Decimal(1)) if abs(amount) >= 1000 else amount)


def _figure(line: Line, level: str, reach: Reach, period: ForecastPeriod) -> Cell:
    count = line.sums.count_upto(level)
    deals = ngettext("%(count)s deal", "%(count)s deals", count) % {"count": formatting.number(count)}
    adjusted, why = line.adjusted(level), ""
    if level in line.adjustments:
        one = line.adjustments[level]
        why = f"{one.author or ''}: {one.note}".removeprefix(": ")
    return Cell(
        label=ForecastLevel(level).label,
        words=whole(line.sums.upto(level)),
        url=rows_url(line, level, reach, period) if count else "",
        context=f"{deals} · {formatting.money(line.sums.upto(level))}",
        adjusted=whole(adjusted) if adjusted is not None else "",
        why=why,
    )


def rows_url(line: Line, level: str, reach: Reach, period: ForecastPeriod) -> str:
    """Return the address of the deals behind a figure."""
    team, owner = line.key
    if line.kind != "person":
        within = team if team is not None else (reach.team.pk if reach.team else None)
        narrowed: dict[str, Any] = {"team": within} if within is not None else {}
        return opportunity_list.url(forecast=(level, period.code), sort=LARGEST, **narrowed)
    exact = None if reach.scope is Scope.OWN else (team if team is not None else "none")
    whose = owner if owner is not None else "none"
    return opportunity_list.url(forecast=(level, period.code, exact), owner=whose, sort=LARGEST)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def forecast_adjust(request: HttpRequest) -> HttpResponse:
    """Show what was said of the figures of a line, and say something new."""
    user = reader(request)
    period = ForecastPeriod.read(request.GET.get("period", ""))
    team, owner = _whose(request, user)
    can_change = may_lead(user, team.pk if team else None)
    if request.method == "POST" and not can_change:
        raise PermissionDenied
    asked = request.GET.get("level", "")
    form = AdjustmentForm(request.POST or None, initial={"level": asked} if asked in ADJUSTABLE else None)
    back = f"{reverse('sales:forecast')}?{urlencode({'period': period.code})}"
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            adjust_forecast(period, team, owner, facts["level"], facts["amount"], facts["note"], user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The adjustment was saved."))
            return redirect(back)
    said = ForecastAdjustment.objects.filter(start=period.start, months=period.months, team=team, owner=owner)
    if user.access.view_scope("sales") is Scope.OWN:
        said = ForecastAdjustment.objects.visible_to(user).filter(start=period.start, months=period.months)
    computed = _computed(period, team, owner, user)
    holding = {one.level: one.amount for one in in_force(said)}
    context = {
        "page_title": _("Adjust the forecast"),
        "form": form,
        "period": period,
        "whose": owner or team or _("Everything"),
        "team": team if owner else None,
        "figures": [(level.label, computed[level.value], holding.get(level.value)) for level in ADJUSTABLE],
        "said": said.select_related("author").order_by("-made_at", "-pk")[:50],
        "can_change": can_change,
        "cancel_url": back,
    }
    return render(request, "sales/forecast/adjust.html", context, status=422 if form.errors else 200)


def _computed(period: ForecastPeriod, team: Team | None, owner: User | None, user: User) -> dict[str, Decimal]:
    """Return what is computed for the figures of a line, over the deals that the reader sees of it."""
    if user.access.view_scope("sales") is Scope.OWN:
        line = next(iter(read_forecast(Reach(user), period)), None)
        return {level.value: line.sums.upto(level) if line else Decimal(0) for level in ADJUSTABLE}
    return {level.value: figure_of(period, team, owner, level) for level in ADJUSTABLE}


def _whose(request: HttpRequest, user: User) -> tuple[Team | None, User | None]:
    """Return the line that is asked for; one that the reader does not see does not exist."""
    reach = Reach.read(user, request.GET.dict())
    text, owner = request.GET.get("owner", ""), None
    if text:
        found = User.objects.filter(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
        owner = found.first() if found is not None else None
        if owner is None:
            raise Http404
    if reach.scope is Scope.ALL or (reach.team is not None and reach.scope is Scope.TEAM):
        return reach.team, owner
    if owner is not None and owner.pk == user.pk:
        return None, owner
    raise Http404
