"""What the models behind lifetime value say about themselves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext

from crm_site.pages import formatting

if TYPE_CHECKING:
    from crm_site.jobs.models import JobRun

# From here on the error of a logarithm says that the data do not speak about the parameter.
UNINFORMED = 0.99
Pair = tuple[str, str]


def model_card(run: JobRun | None) -> dict[str, Any] | None:
    """Return the lines of the card of the latest valuation; None before the first."""
    if run is None:
        return None
    result = run.result
    card = {"run": run, "refusal": _refusal(result), "method": result.get("method"), "warnings": _warnings(result)}
    if "bgnbd" in result:
        card |= {"data": _data(result), "parameters": _parameters(result), "holdout": _holdout(result)}
    return card


def _refusal(result: dict[str, Any]) -> str:
    refused = result.get("refused")
    if not refused:
        return ""
    if refused["reason"] == "no_orders":
        return gettext("No customer has ordered yet, so there is nothing to value.")
    if refused["reason"] == "too_few_repeaters":
        return ngettext(
            "Only %(count)s customer ordered again; below %(needed)s any model would be a guess, so none is fitted.",
            "Only %(count)s customers ordered again; below %(needed)s any model would be a guess, so none is fitted.",
            refused["repeaters"],
        ) % {"count": formatting.number(refused["repeaters"]), "needed": refused["needed"]}
    return gettext("No model fits these orders, so no value is shown.")


def _data(result: dict[str, Any]) -> list[Pair]:
    until = dt.date.fromisoformat(result["until"])
    return [
        (gettext("Orders until"), formatting.date(until)),
        (gettext("Customers"), formatting.number(result["customers"])),
        (gettext("of them ordered again"), formatting.number(result["repeaters"])),
        (gettext("Margin"), formatting.percent(result["margin"])),
        (gettext("Discount a month"), formatting.percent(result["discount"])),
    ]


def _parameters(result: dict[str, Any]) -> list[Pair]:
    purchases, spend = result["bgnbd"], result["gammagamma"]
    symbols = (("r", "r"), ("α", "alpha"), ("a", "a"), ("b", "b"))
    found = [(symbol, _rounded(purchases[name])) for symbol, name in symbols]
    return [*found, *((name, _rounded(spend[name])) for name in ("p", "q")), ("v", formatting.decimal(spend["v"]))]


def _rounded(value: float) -> str:
    return formatting.decimal(value, 3)


def _holdout(result: dict[str, Any]) -> list[Pair]:
    """Return how a forecast did on orders it had not seen."""
    found = result.get("holdout") or result.get("backtest")
    if not found:
        return []
    first, last = (formatting.date(dt.date.fromisoformat(found[name])) for name in ("from", "until"))
    return [
        (gettext("Tested on"), f"{first} – {last}"),
        (gettext("Purchase days that came"), formatting.number(found["actual"])),
        (gettext("Forecast"), formatting.number(round(found["forecast"]))),
        (gettext("Mean error a customer"), formatting.decimal(found["mae"], 3)),
        (gettext("Error of “as many as before”"), formatting.decimal(found["same_mae"], 3)),
        (gettext("Inside their interval (95 %)"), formatting.percent(found["coverage"])),
    ]


def _warnings(result: dict[str, Any]) -> list[str]:
    if "bgnbd" not in result:
        return []
    found = []
    errors, spend = result["bgnbd"].get("log_errors") or {}, result["gammagamma"]
    if max(errors.get("a", 0), errors.get("b", 0)) >= UNINFORMED:
        found.append(
            gettext(
                "These orders show hardly any sign of customers leaving, so P(alive) is near 1 for almost everybody."
            )
        )
    if spend.get("warning"):
        correlation = formatting.decimal(spend["correlation"])
        words = gettext(
            "Frequent customers spend differently per order (correlation %(correlation)s); the model supposes not."
        )
        found.append(words % {"correlation": correlation})
    judged = result.get("holdout") or result.get("backtest")
    if judged and judged["mae"] > judged["same_mae"]:
        found.append(
            gettext("In the test, “as many as before” erred less than the model: take single values with care.")
        )
    return found
