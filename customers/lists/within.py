"""A filter that other lists use too: an organisation with everybody below it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists import Filter
from customers.models import Customer
from customers.selectors import keys_below

if TYPE_CHECKING:
    from crm_site.pages.lists.filters import Choice
    from crm_site.pages.lists.params import Params
    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class WithinFilter(Filter):
    """Customers of an organisation's branch, or what belongs to them; `path` leads from the row to the customer."""

    control: ClassVar[str] = "record"

    @property
    def picker(self) -> str:
        """Return where the browser asks for organisations."""
        return reverse("pages:pick", args=["organisations"])

    def parse(self, params: Params) -> int | None:
        """Return the organisation's key."""
        text = next((text for text in reversed(params.get(self.name, ())) if text), "")
        return int(text) if text.isascii() and text.isdigit() and int(text) < 2**63 else None

    def narrow(self, queryset: QuerySet[Any], value: int, user: User) -> QuerySet[Any]:
        """Keep the rows of the branch; a branch that the user may not see is empty."""
        may_see = Exists(Customer.objects.visible_to(user).filter(pk=value))
        return queryset.filter(may_see, **{f"{self.column}__in": keys_below(value)})

    def words(self, value: int, user: User) -> str:
        """Name the organisation if the user may see it."""
        found = Customer.objects.visible_to(user).filter(pk=value).values_list("name", flat=True).first()
        return found or gettext("unknown")

    def options(self, user: User) -> Iterable[Choice]:
        """Return nothing: the browser asks for the organisations that match what is typed."""
        return ()


IN_BRANCH = WithinFilter(name="within", label=_("Organisation and below"), path="pk")
OF_BRANCH = WithinFilter(name="within", label=_("Organisation and below"), path="customer_id")
