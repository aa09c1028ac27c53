"""Telling people about customers: who is mentioned, who owns one now, and who follows one."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from crm_site.history.origin import current_origin
from crm_site.notifications.following import followed_among, followers_of
from crm_site.notifications.notifying import notify
from customers.models import Activity, Customer, StageMove

KIND = "customer"


def tell_mentioned(note_id: int) -> None:
    """Tell the people whom a note mentions."""
    note = _note(note_id)
    mentioned = note.data.get("mentions", [])
    if mentioned:
        _tell("customer.mention", mentioned, note)


def tell_of_note(note_id: int) -> None:
    """Tell the followers of a customer of a note, except those whom it mentions: they know."""
    note = Activity.objects.select_related("customer", "actor").filter(pk=note_id).first()
    if note is not None:
        followers = set(followers_of(KIND, note.customer_id)) - set(note.data.get("mentions", ()))
        _tell("customer.noted", followers, note)


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


def _note(note_id: int) -> Activity:
    return Activity.objects.select_related("customer", "actor").get(pk=note_id)


def _tell(kind: str, people: set[int] | list[int], note: Activity) -> None:
    notify(
        kind,
        people,
        key=f"note:{note.pk}",
        url=note.customer.get_absolute_url(),
        words={"by": note.actor.short_name if note.actor else "", "customer": note.customer.name},
        subject=(KIND, note.customer_id),
        actor=note.actor_id,
    )
