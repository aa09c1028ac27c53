"""Chainable vocabulary of customers."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone

from crm_site.lib.local_times import beginning_of
from crm_site.staff.choices import Scope
from crm_site.staff.querysets import FollowingQuerySet, OwnedQuerySet, SharedQuerySet, scope_filter
from customers.choices import Channel, ConsentState, Purpose, SegmentKind, TaskKind, TaskState
from customers.constants import OWN_VERBS

if TYPE_CHECKING:
    from crm_site.staff.models import User
    from customers.models import (  # noqa: F401 - named in strings below
        Activity,
        Address,
        Classification,
        ClassMember,
        ConsentEntry,
        ContactPoint,
        Customer,
        CustomerClass,
        DoNotContact,
        LifecycleRule,
        Segment,
        SegmentPick,
        StageMove,
        Task,
        TaskSeries,
    )


# The contact points a channel writes to; letters go to any address.
POINTS = {Channel.EMAIL: "email", Channel.PHONE: "phone", Channel.SMS: "phone", Channel.WECHAT: "wechat"}
# Purposes that rest on the contract: nobody asks for consent to send an invoice.
WITHOUT_CONSENT = frozenset({Purpose.SERVICE})


class CustomerQuerySet(OwnedQuerySet["Customer"]):
    """Customers."""

    def contactable(self, channel: str, purpose: str, at: dt.datetime | None = None) -> Self:
        """Keep the customers who may be contacted on a channel for a purpose, at a moment (now by default).

        They have an address of the channel; nobody forbade to contact them then (`DoNotContact`); and of the lines of
        the ledger until then that are about this channel and purpose, for the address or for all, the latest one says
        "given" and has not expired. Purposes that rest on the contract need no consent. Addresses are those of today:
        a lost one reaches nobody, whatever was allowed.

        This is the one way to ask: whoever sends to customers goes through here (tests/architecture/test_sending.py).
        One statement without a table of current states to keep in step: the lines of one channel and purpose stand
        together in an index that holds all that is asked, and the latest one is the one behind which there is none,
        an anti-join of that index with itself.
        """
        moment = at or timezone.now()
        banned = _related(self.model, "contact_bans").in_force(moment, channel).filter(customer=OuterRef("pk"))
        found = self.exclude(Exists(banned))
        if purpose not in WITHOUT_CONSENT:
            return found.filter(pk__in=_related(self.model, "consents").allowing(channel, purpose, moment))
        kind = POINTS.get(Channel(channel))
        points = _related(self.model, "contact_points" if kind else "addresses").filter(customer=OuterRef("pk"))
        return found.filter(Exists(points.filter(kind=kind) if kind else points))


class ContactPointQuerySet(FollowingQuerySet["ContactPoint"]):
    """Numbers, mail addresses and ids."""

    parent = "customer"


class AddressQuerySet(FollowingQuerySet["Address"]):
    """Postal addresses."""

    parent = "customer"


class ConsentQuerySet(FollowingQuerySet["ConsentEntry"]):
    """Lines of the consent ledger."""

    parent = "customer"

    def about(self, channel: str, purpose: str, until: dt.datetime) -> Self:
        """Keep what was said about a channel and a purpose up to a moment."""
        return self.filter(channel=channel, purpose=purpose, at__lte=until)

    def allowing(self, channel: str, purpose: str, at: dt.datetime) -> models.QuerySet[Any, Any]:
        """Return the keys of the customers with an address of the channel that the latest line about it allows."""
        kind = POINTS.get(Channel(channel))
        heard, reached = ("customer__contact_points", F("address")) if kind else ("customer__addresses", Value(""))
        point = f"{heard}__normal"
        later = self.model._default_manager.all().about(channel, purpose, at).filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")), customer=OuterRef("customer")
        )  # fmt: skip
        # All in one call, so that the address which the line is about and the one that is there are the same row.
        if kind:
            later = later.filter(Q(address="") | Q(address=OuterRef(point)))
            usable = Q(**{f"{heard}__kind": kind}) & (Q(address="") | Q(**{point: reached}))
        else:
            later, usable = later.filter(address=""), Q(address="", **{f"{heard}__isnull": False})
        unexpired = Q(expires_at=None) | Q(expires_at__gt=at)
        lines = self.about(channel, purpose, at).order_by()
        return lines.filter(usable, unexpired, ~Exists(later), state=ConsentState.GIVEN).values("customer")


class DoNotContactQuerySet(FollowingQuerySet["DoNotContact"]):
    """Bans on contact."""

    parent = "customer"

    def in_force(self, at: dt.datetime, channel: str | None = None) -> Self:
        """Keep those that rule at a moment, on a channel or on any."""
        found = self.filter(Q(until=None) | Q(until__gt=at), Q(lifted_at=None) | Q(lifted_at__gt=at), since__lte=at)
        return found if channel is None else found.filter(channel__in=("", channel))


def _related(model: type[Customer], name: str) -> Any:
    """Return the rows of the table on the other side of a relation."""
    related: Any = model._meta.get_field(name).related_model
    return related._default_manager.all()


class ActivityQuerySet(FollowingQuerySet["Activity"]):
    """Timeline entries: seen with their customer; changed by who wrote them, whatever they may do to the customer."""

    parent = "customer"

    def editable_by(self, user: User) -> Self:
        """Keep what the user wrote, or what anybody wrote for those who may change all customers; nothing else."""
        found = self.visible_to(user).filter(verb__in=OWN_VERBS)
        if user.access.edit_scope(self.model.access_module) is Scope.ALL:
            return found
        return found.filter(actor=user)


class SegmentQuerySet(SharedQuerySet["Segment"]):
    """Segments: everybody who sees customers sees them; their members stay within each reader's scope."""

    def editable_by(self, user: User) -> Self:
        """Keep the user's own, or all for those who may change all customers."""
        if not user.access.can_edit(self._module()):
            return self.none()
        if user.access.edit_scope(self._module()) is Scope.ALL:
            return self
        return self.filter(owner=user)

    def dynamic(self) -> Self:
        """Keep those that follow a rule."""
        return self.filter(kind=SegmentKind.DYNAMIC)


class PickQuerySet(FollowingQuerySet["SegmentPick"]):
    """Customers picked by hand."""

    parent = "customer"


class LifecycleRuleQuerySet(models.QuerySet["LifecycleRule"]):
    """Rules of the lifecycle."""

    def in_force(self) -> Self:
        """Keep those that decide today."""
        return self.filter(retired_at=None).order_by("position")


class ClassificationQuerySet(SharedQuerySet["Classification"]):
    """Classifications: who sees customers sees them, who sets up changes them."""

    def editable_by(self, user: User) -> Self:
        """Keep all of them for those who set up, otherwise none."""
        return self.visible_to(user) if user.access.can_edit("setup") else self.none()

    def in_use(self) -> Self:
        """Keep those that sort customers."""
        return self.filter(is_active=True)


class CustomerClassQuerySet(SharedQuerySet["CustomerClass"]):
    """Classes: who sees customers sees them, who sets up changes them."""

    def editable_by(self, user: User) -> Self:
        """Keep all of them for those who set up, otherwise none."""
        return self.visible_to(user) if user.access.can_edit("setup") else self.none()


class CustomerClassManager(models.Manager.from_queryset(CustomerClassQuerySet)["CustomerClass"]):  # type: ignore[misc]  # a class made at run time
    """Classes with their classification, which their name begins with."""

    def get_queryset(self) -> CustomerClassQuerySet:
        """Return the classes."""
        found: CustomerClassQuerySet = super().get_queryset()
        return found.select_related("classification")


class ClassMemberManager(models.Manager["ClassMember"]):
    """Who is in which class, with the class and its classification."""

    def get_queryset(self) -> models.QuerySet[ClassMember]:
        """Return the members."""
        return super().get_queryset().select_related("customer_class__classification")


class StageMoveQuerySet(FollowingQuerySet["StageMove"]):
    """Moves between stages."""

    parent = "customer"


class TaskSeriesQuerySet(OwnedQuerySet["TaskSeries"]):
    """What tasks repeat by."""

    def running(self) -> Self:
        """Keep those that go on."""
        return self.filter(ended=False)


class TaskQuerySet(OwnedQuerySet["Task"]):
    """Tasks, calls and meetings."""

    def open(self) -> Self:
        """Keep what is still to be done."""
        return self.filter(state=TaskState.OPEN)

    def meetings(self) -> Self:
        """Keep what people meet for."""
        return self.filter(kind=TaskKind.MEETING)

    def overdue(self, now: dt.datetime) -> Self:
        """Keep what should have been done by now: after its moment, a day's task after its day."""
        return self.open().filter(overdue_at__lte=now)

    def due_on(self, day: dt.date, zone: zoneinfo.ZoneInfo) -> Self:
        """Keep what is due on a day as people in a zone live it; a task of a whole day is of that day everywhere."""
        return self.due_between(day, day, zone)

    def due_between(self, first: dt.date | None, last: dt.date | None, zone: zoneinfo.ZoneInfo) -> Self:
        """Keep what is due from one day to another, both included; an open end is None."""
        whole, timed = Q(all_day=True), Q(all_day=False)
        if first is not None:
            whole &= Q(due_date__gte=first)
            timed &= Q(due_at__gte=beginning_of(first, zone))
        if last is not None:
            whole &= Q(due_date__lte=last)
            timed &= Q(due_at__lt=beginning_of(last + dt.timedelta(days=1), zone))
        return self.filter(whole | timed)

    def visible_to(self, user: User) -> Self:
        """Keep what is within the user's reach, and the meetings the user is asked to."""
        scope = user.access.view_scope(self._module())
        condition = scope_filter(scope, user, user.access)
        if condition is None or scope is Scope.NONE:
            return super().visible_to(user)
        return self.filter(condition | self._asked(user))

    def personal_to(self, user: User) -> Self:
        """Keep what the user has to do or to attend, as far as the user may see it."""
        return self.visible_to(user).filter(Q(owner=user) | self._asked(user))

    def with_people(self) -> Self:
        """Fetch what a line about a task shows."""
        return self.select_related("owner", "customer")

    def _asked(self, user: User) -> Q:
        through = self.model.attendees.through._default_manager
        return Q(pk__in=through.filter(user_id=user.pk).values("task_id"))
