"""Chainable vocabulary of sales."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db.models import Q

from crm_site.staff.querysets import FollowingQuerySet, OwnedQuerySet, SharedQuerySet
from sales.choices import LIVE_LEADS, LIVE_NEEDS, DealStatus, OrderKind, OrderStatus

if TYPE_CHECKING:
    from crm_site.staff.models import User
    from sales.models import (  # noqa: F401 - named in strings below
        Competitor,
        ExchangeRate,
        ForecastAdjustment,
        ForecastSnapshot,
        Lead,
        LeadPolicy,
        LearnedLeadScore,
        Need,
        NeedCategory,
        NeedTopic,
        Opportunity,
        OpportunityChange,
        Order,
        Payment,
        Pipeline,
        Product,
        Reason,
        SalesTarget,
        ScoreRule,
        Stage,
    )


class ProductQuerySet(SharedQuerySet["Product"]):
    """Products."""


class OrderQuerySet(OwnedQuerySet["Order"]):
    """Orders and credits. The rule of what counts stands here and nowhere else."""

    def counted(self) -> Self:
        """Keep what counts in figures: everything that is not cancelled."""
        return self.exclude(status=OrderStatus.CANCELLED)

    def orders(self) -> Self:
        """Keep counted orders; credits are no orders."""
        return self.counted().filter(kind=OrderKind.ORDER)

    def credits(self) -> Self:
        """Keep counted credit documents."""
        return self.counted().filter(kind=OrderKind.CREDIT)

    def in_period(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Keep documents dated in the half-open period."""
        return self.filter(ordered_at__gte=start, ordered_at__lt=end)


class PaymentQuerySet(FollowingQuerySet["Payment"]):
    """Payments."""

    parent = "order"


class PipelineQuerySet(SharedQuerySet["Pipeline"]):
    """Pipelines."""

    def active(self) -> Self:
        """Keep those in use."""
        return self.filter(is_active=True)


class StageQuerySet(SharedQuerySet["Stage"]):
    """Stages."""

    def active(self) -> Self:
        """Keep those in use."""
        return self.filter(is_active=True)


class ReasonQuerySet(SharedQuerySet["Reason"]):
    """Reasons."""

    def active(self, kind: str) -> Self:
        """Keep those in use that explain `kind`."""
        return self.filter(is_active=True, kind=kind)


class CompetitorQuerySet(SharedQuerySet["Competitor"]):
    """Competitors."""


class RateQuerySet(SharedQuerySet["ExchangeRate"]):
    """Exchange rates."""

    def rate(self, currency: str, day: dt.date) -> Decimal | None:
        """Return what one unit was worth on a day, in the base currency; None where no rate was known by then."""
        if currency == settings.BASE_CURRENCY:
            return Decimal(1)
        return self.filter(currency=currency, day__lte=day).order_by("-day").values_list("rate", flat=True).first()


class OpportunityQuerySet(OwnedQuerySet["Opportunity"]):
    """Opportunities."""

    def open(self) -> Self:
        """Keep what is still being worked on."""
        return self.filter(status=DealStatus.OPEN)

    def closed(self) -> Self:
        """Keep what was won or lost."""
        return self.exclude(status=DealStatus.OPEN)

    def stalled(self, now: dt.datetime) -> Self:
        """Keep open deals that were left alone for longer than their stage allows."""
        return self.open().filter(rots_at__lte=now)

    def without_next_step(self) -> Self:
        """Keep open deals for which nothing is planned."""
        return self.open().filter(next_step_date=None)

    def late(self, today: dt.date) -> Self:
        """Keep open deals whose expected close is past."""
        return self.open().filter(expected_close__lt=today)


class ChangeQuerySet(OwnedQuerySet["OpportunityChange"]):
    """The ledger of opportunities, seen by those to whose sums a line belongs."""


class TargetQuerySet(OwnedQuerySet["SalesTarget"]):
    """Targets, seen by those to whom they are set and by their managers."""


class AdjustmentQuerySet(OwnedQuerySet["ForecastAdjustment"]):
    """Adjustments of forecasts, seen by those whose figure it is and by their managers."""


class SnapshotQuerySet(OwnedQuerySet["ForecastSnapshot"]):
    """Forecasts of former days, seen by those whose deals they were."""


class LeadQuerySet(OwnedQuerySet["Lead"]):
    """Leads. Those in the public pool are nobody's; `with_pool` shows them to everybody who sells."""

    sees_pool = False

    def live(self) -> Self:
        """Keep what is still being worked on."""
        return self.filter(status__in=LIVE_LEADS)

    def pooled(self) -> Self:
        """Keep live leads that nobody has: the public pool."""
        return self.live().filter(owner=None)

    def with_pool(self) -> Self:
        """Let everybody who sells see the public pool too, from which they may claim."""
        rows: Self = self.all()
        rows.sees_pool = True
        return rows

    def visible_to(self, user: User) -> Self:
        """Keep the rows that the user may see."""
        seen = super().visible_to(user)
        if not self.sees_pool or not user.access.can_edit(self._module()):
            return seen
        return self.filter(Q(pk__in=seen.order_by().values("pk")) | Q(status__in=LIVE_LEADS, owner=None))

    def _clone(self) -> Self:
        rows: Self = super()._clone()  # type: ignore[misc]  # Django's own way of adding an attribute
        rows.sees_pool = self.sees_pool
        return rows

    def waiting(self) -> Self:
        """Keep live leads that nobody of ours has answered."""
        return self.live().filter(first_response_at=None)

    def overdue(self, now: dt.datetime) -> Self:
        """Keep waiting leads whose answer was promised by now."""
        return self.waiting().filter(response_due_at__lte=now)


class LeadPolicyQuerySet(SharedQuerySet["LeadPolicy"]):
    """How leads are handled."""


class LearnedScoreQuerySet(FollowingQuerySet["LearnedLeadScore"]):
    """What earlier leads teach about leads."""

    parent = "lead"


class ScoreRuleQuerySet(SharedQuerySet["ScoreRule"]):
    """Rules of scoring."""

    def in_force(self) -> Self:
        """Keep those in use, in their order."""
        return self.filter(is_active=True).order_by("position", "pk")


class NeedQuerySet(OwnedQuerySet["Need"]):
    """What customers want."""

    def live(self) -> Self:
        """Keep that about which something is still to be done."""
        return self.filter(status__in=LIVE_NEEDS)


class NeedCategoryQuerySet(SharedQuerySet["NeedCategory"]):
    """Categories of needs."""

    def active(self) -> Self:
        """Keep those in use."""
        return self.filter(is_active=True)


class NeedTopicQuerySet(SharedQuerySet["NeedTopic"]):
    """Topics of needs."""
