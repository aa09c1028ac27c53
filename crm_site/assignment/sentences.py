"""Why a record went where it went, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm_site.assignment.choices import Method, Reason, Standing

if TYPE_CHECKING:
    from crm_site.assignment.models import AssignmentLog

# What people did themselves, and what happened by itself.
WITHOUT_RULE = (Reason.CLAIMED, Reason.RELEASED, Reason.RETURNED, Reason.BY_HAND)


def sentence_of(log: AssignmentLog) -> str:
    """Return the reason of one line of the log, in the active language."""
    if log.reason == Reason.NO_RULE:
        return _("No rule fits.")
    if log.reason in WITHOUT_RULE:
        return log.get_reason_display()
    if log.reason == Reason.NOBODY:
        return _("Rule “%(rule)s”: nobody available (%(why)s).") % {"rule": log.rule_name, "why": _refusals(log)}
    chosen = _("Rule “%(rule)s”: %(how)s.") % {"rule": log.rule_name, "how": _how(log)}
    if log.reason == Reason.NO_RESPONSE:
        return _("No response in time. %(chosen)s") % {"chosen": chosen}
    return chosen


def _how(log: AssignmentLog) -> str:
    """Return how the person was chosen."""
    data = {"available": int(log.data.get("available", 1)), "open": int(log.data.get("open", 0))}
    if log.method == Method.LEAST_OPEN:
        said = ngettext(
            "fewest open (%(open)d) of %(available)d person available",
            "fewest open (%(open)d) of %(available)d people available",
            data["available"],
        )
    elif log.method == Method.WEIGHTED:
        said = ngettext(
            "by weight among %(available)d person available",
            "by weight among %(available)d people available",
            data["available"],
        )
    else:
        said = ngettext(
            "in turn among %(available)d person available",
            "in turn among %(available)d people available",
            data["available"],
        )
    return said % data


def _refusals(log: AssignmentLog) -> str:
    """Return how many people there were, by what kept them."""
    counts = [(one.label, int(log.data.get(one.value, 0))) for one in Standing if one is not Standing.READY]
    parts = [_("%(count)d %(standing)s") % {"count": count, "standing": label} for label, count in counts if count]
    return _(", ").join(parts) if parts else _("the rule names nobody")
