"""The log of assignment as a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.assignment.choices import Reason
from crm_site.assignment.kinds import kinds
from crm_site.assignment.models import AssignmentLog, AssignmentRule
from crm_site.pages.lists import ChoiceFilter, Column, DateRangeFilter, ListPage, OwnerFilter, RelatedFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

TO = _("To")


def kind_choices() -> Iterable[tuple[str, Any]]:
    """Return the kinds of records that are assigned."""
    return [(kind.code, kind.label) for kind in kinds()]


def rule_choices(user: User) -> Iterable[tuple[int, str]]:
    """Return the rules that the user may see."""
    return [(rule.pk, str(rule)) for rule in AssignmentRule.objects.visible_to(user)]


@dataclass(frozen=True, kw_only=True)
class PersonFilter(OwnerFilter):
    """Who got the record."""

    name: str = "user"
    label: StrOrPromise = TO


class AssignmentLogList(ListPage[AssignmentLog]):
    """Who got what and why, the latest first."""

    code = "assignment-log"
    title = _("Log of assignment")
    noun = ngettext_lazy("assignment", "assignments")
    model = AssignmentLog
    module = "setup"
    url_name = "assignment:log"
    icon = "users-group"
    search_column = ""
    columns = (
        Column(name="record", label=_("Record"), kind="title", path="kind_label", context="record_id"),
        Column(name="user", label=TO, phone="value"),
        Column(name="why", label=_("Why"), path="sentence", phone="detail"),
        Column(name="former", label=_("From")),
        Column(name="at", label=_("When"), kind="moment", sort="at", phone="side"),
    )
    filters = (
        ChoiceFilter(name="kind", label=_("Records"), choices=kind_choices),
        PersonFilter(),
        RelatedFilter(name="rule", label=_("Rule"), choices=rule_choices),
        ChoiceFilter(name="reason", label=_("Reason"), choices=Reason.choices),
        DateRangeFilter(name="at", label=_("When"), path="at", moments=True),
    )
    default_sort = "-at"
    select_related = ("user", "former")
    empty_text = _("Whoever gets a record by a rule stands here, with the reason.")

    def record_url(self, record: AssignmentLog) -> str:
        """Lead to the record that was assigned."""
        return record.record_url


assignment_log = AssignmentLogList()
