"""Setting up assignment: rules with their people and order, what people take, and when they are away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm_site.assignment.kinds import get_kind
from crm_site.assignment.models import Absence, AssignmentMember, AssignmentRule, AssignmentTurn, Availability
from crm_site.rules import parse_rule
from crm_site.staff.versioning import save_versioned

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Longer than anybody is away at once: a slip in the year.
LONGEST = dt.timedelta(days=3 * 366)


def create_rule(kind: str, facts: Mapping[str, Any], members: Mapping[int, int]) -> AssignmentRule:
    """Make a rule behind the others of its kind; `members` are weights by person.

    Raises ValidationError for a rule without people, and RuleError.
    """
    values = _checked(kind, facts, members)
    with transaction.atomic():
        last = AssignmentRule.objects.filter(kind=kind).aggregate(last=Max("position"))["last"] or 0
        made = AssignmentRule.objects.create(**values, kind=kind, position=last + 1)
        _set_members(made, members)
    return made


def change_rule(
    rule: AssignmentRule, version: int, facts: Mapping[str, Any], members: Mapping[int, int] | None = None
) -> None:
    """Change a rule that was read at `version`, and all its people where `members` are given.

    Raises StaleVersionError, ValidationError and RuleError.
    """
    people = dict(rule.memberships.values_list("user", "weight")) if members is None else members
    values = _checked(rule.kind, {"team": rule.team, **facts}, people)
    with transaction.atomic():
        save_versioned(rule, version, values)
        if members is not None:
            _set_members(rule, members)


def move_rule(rule: AssignmentRule, by: int) -> None:
    """Have a rule asked one place earlier (-1) or later (1) among those of its kind."""
    with transaction.atomic():
        rows = _locked(rule.kind)
        here = rows.index(rule) if rule in rows else -1
        if here >= 0 and 0 <= here + by < len(rows):
            rows[here], rows[here + by] = rows[here + by], rows[here]
            _number(rows)


def order_rules(kind: str, keys: Sequence[int]) -> None:
    """Have the rules of a kind asked in this order; rules that are not named follow in theirs."""
    with transaction.atomic():
        wanted = {key: at for at, key in enumerate(keys)}
        _number(sorted(_locked(kind), key=lambda rule: (wanted.get(rule.pk, len(wanted)), rule.position, rule.pk)))


def set_availability(user: User, facts: Mapping[str, Any]) -> Availability:
    """Say what somebody takes: `takes_work`, `daily_capacity`, `calendar`."""
    found, _created = Availability.objects.update_or_create(user=user, defaults=dict(facts))
    return found


def put_absence(user: User, facts: Mapping[str, Any], absence: Absence | None = None) -> Absence:
    """Enter days on which somebody gets nothing, or change them; raises ValidationError."""
    one = absence or Absence(user=user)
    for name, value in facts.items():
        setattr(one, name, value)
    if one.last_day < one.first_day:
        raise ValidationError({"last_day": _("The last day is before the first.")})
    if one.last_day - one.first_day > LONGEST:
        raise ValidationError({"last_day": _("This is too long for one absence.")})
    one.save()
    return one


def _checked(kind: str, facts: Mapping[str, Any], members: Mapping[int, int]) -> dict[str, Any]:
    """Return the facts of a rule with its condition as stored; refuse a rule that can choose nobody."""
    values = dict(facts)
    if values.get("team") is None and not members:
        raise ValidationError({"team": _("Name a team, or people one by one.")})
    if values.get("condition") is not None:
        values["condition"] = parse_rule(get_kind(kind).subject, values["condition"]).to_json()
    return values


def _set_members(rule: AssignmentRule, members: Mapping[int, int]) -> None:
    """Write who a rule names; with other weights the weighted turns begin anew, or old debts would bend them."""
    if dict(rule.memberships.values_list("user", "weight")) != dict(members):
        AssignmentTurn.objects.filter(rule=rule).update(credit=0)
    AssignmentMember.objects.filter(rule=rule).exclude(user__in=list(members)).delete()
    present = {one.user_id: one for one in AssignmentMember.objects.filter(rule=rule)}
    changed = [one for key, one in present.items() if one.weight != members[key]]
    for one in changed:
        one.weight = members[one.user_id]
    AssignmentMember.objects.bulk_update(changed, ["weight"])
    AssignmentMember.objects.bulk_create(
        AssignmentMember(rule=rule, user_id=key, weight=weight)
        for key, weight in sorted(members.items())
        if key not in present
    )


def _locked(kind: str) -> list[AssignmentRule]:
    """Return the rules of a kind in order; locked by key, as a run of assignment locks them."""
    rows = AssignmentRule.objects.select_for_update(of=("self",), no_key=True).filter(kind=kind).order_by("pk")
    return sorted(rows, key=lambda rule: (rule.position, rule.pk))


def _number(rows: Sequence[AssignmentRule]) -> None:
    for position, row in enumerate(rows, 1):
        row.position = position
    AssignmentRule.objects.bulk_update(rows, ["position"])
