"""The filter of a list that is a whole rule: its address holds the rule, its chip says it, a dialog builds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists.filters import Filter
from crm_site.pages.lists.params import Params
from crm_site.rules import Rule, RuleError, decode_rule, encode_rule
from crm_site.rules.encoding import LONGEST_CODE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

LONGEST_WORDS = 160
RULE = _("Rule")


@dataclass(frozen=True)
class Unreadable:
    """What stands in an address where a rule should; it narrows nothing, and its chip says so."""

    code: str


@dataclass(frozen=True, kw_only=True)
class RuleFilter(Filter):
    """Records that meet a rule (`?rule=…`), as far as the reader sees them and what belongs to them.

    A rule that cannot be read at all counts as not given, with a chip that says so. A rule of which a condition no
    longer means anything shows no record rather than too many.
    """

    subject: str
    name: str = "rule"
    label: StrOrPromise = RULE
    control: ClassVar[str] = "rule"
    max_length: ClassVar[int] = LONGEST_CODE + 1

    @property
    def template(self) -> str:
        """Return the template of the button that opens the builder."""
        return "rules/filter.html"

    def parse(self, params: Params) -> Rule | Unreadable | None:
        """Return the last rule given."""
        code = next((text for text in reversed(params.get(self.name, ())) if text), "")
        if not code:
            return None
        try:
            return decode_rule(self.subject, code)
        except RuleError:
            return Unreadable(code)

    def narrow(self, queryset: QuerySet[Any], value: Rule | Unreadable, user: User) -> QuerySet[Any]:
        """Keep the rows that meet the rule."""
        return queryset if isinstance(value, Unreadable) else value.narrow(queryset, reader=user)

    def words(self, value: Rule | Unreadable, user: User) -> str:
        """Say the rule, or that it means nothing any more."""
        if isinstance(value, Unreadable):
            return gettext("no longer valid, so all are shown")
        if problems := value.problems:
            return gettext("no longer valid: %(problem)s") % {"problem": problems[0].message}
        said = value.summary(user)
        return said if len(said) <= LONGEST_WORDS else f"{said[: LONGEST_WORDS - 1]}…"

    def write(self, value: Any) -> Params:
        """Spell the rule; one that is no rule is dropped from addresses, so that the chip shows it once."""
        if isinstance(value, Rule):
            try:
                return {self.name: [encode_rule(value)]}
            except RuleError:
                return {}
        return {self.name: [str(value)]} if isinstance(value, str) else {}
