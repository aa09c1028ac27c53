"""Telling people about customers: who is mentioned, who owns one now, and who follows one."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from crm_site.history.origin import current_origin
from crm_site.notifications.following import followed_among, followers_of, who_may_see
from crm_site.notifications.notifying import notify
from crm_site.staff.models import User
from customers.constants import NOTE_VERB
from customers.models import Activity, Customer, StageMove

KIND = "customer"


def tell_mentioned(entry_id: int) -> None:
    """Tell the people whom an entry mentions."""
    entry = _entry(entry_id)
    mentioned = entry.data.get("mentions", [])
    if mentioned:
        _tell("customer.mention", mentioned, entry)


def tell_of_entry(entry_id: int) -> None:
    """Tell the followers of a customer of what was written, except those whom it mentions: they know."""
    entry = Activity.objects.select_related("customer", "actor").filter(pk=entry_id).first()
    if entry is not None:
        followers = set(followers_of(KIND, entry.customer_id)) - set(entry.data.get("mentions", ()))
        _tell("customer.noted" if entry.verb == NOTE_VERB else "customer.contacted", followers, entry)


def tell_of_answer(reply_id: int) -> None:
    """Tell those who wrote in the thread of an answer, except those whom it mentions and who see it no more."""
    reply = _entry(reply_id)
    root = reply.thread_id or reply.pk
    thread = Activity.objects.filter(Q(pk=root) | Q(thread_id=root)).exclude(actor=None)
    writers = User.objects.filter(pk__in=thread.values("actor_id"), is_active=True)
    told = set(who_may_see(writers, KIND, reply.customer_id)) - set(reply.data.get("mentions", ()))
    _tell("customer.answered", told, reply)


def tell_owner(customer_id: int) -> None:
    """Tell the owner of a customer that it is theirs, unless they took it themselves."""
    customer = Customer.objects.only("name", "owner_id", "version").get(pk=customer_id)
    actor = current_origin().actor()
    if customer.owner_id is None or customer.owner_id == actor:
        return
    notify(
        "customer.owned",
        [customer.owner_id],
        key=f"customer.owned:{customer.pk}:{customer.version}",
        url=customer.get_absolute_url(),
        words={"customer": customer.name},
        subject=(KIND, customer.pk),
        actor=actor,
    )


def tell_owner_of_many(owner_id: int, count: int, operation_id: int) -> None:
    """Tell somebody how many customers they were handed; the chunks of one operation are one notification."""
    if not owner_id or not count:
        return
    notify(
        "customer.owned",
        [owner_id],
        key=f"customer.owned:operation:{operation_id or timezone.now().isoformat()}",
        url=f"{reverse('customers:customer-list')}?owner=me&sort=-created_at",
        words={},
        actor=current_origin().actor(),
        count=count,
    )


def tell_of_moves(first: int, last: int) -> None:
    """Tell followers of the moves to other stages between two keys; only followed customers cost anything."""
    moves = StageMove.objects.filter(pk__gte=first, pk__lte=last)
    followed = followed_among(KIND, moves.values("customer_id"))
    for move in moves.filter(customer_id__in=followed).select_related("customer"):
        _tell_of_move(move)


def tell_of_latest_move(customer_id: int) -> None:
    """Tell followers that somebody put the customer at another stage."""
    move = StageMove.objects.filter(customer_id=customer_id).select_related("customer").order_by("pk").last()
    if move is not None:
        _tell_of_move(move)


def _tell_of_move(move: StageMove) -> None:
    notify(
        "customer.staged",
        followers_of(KIND, move.customer_id),
        key=f"customer.staged:{move.pk}",
        url=move.customer.get_absolute_url(),
        words={"customer": move.customer.name},
        subject=(KIND, move.customer_id),
        actor=move.moved_by_id,
    )


def _entry(entry_id: int) -> Activity:
    return Activity.objects.select_related("customer", "actor").get(pk=entry_id)


def _tell(kind: str, people: set[int] | list[int], entry: Activity) -> None:
    notify(
        kind,
        people,
        key=f"note:{entry.pk}",
        url=entry.customer.get_absolute_url(),
        words={"by": entry.actor.short_name if entry.actor else "", "customer": entry.customer.name},
        subject=(KIND, entry.customer_id),
        actor=entry.actor_id,
    )
