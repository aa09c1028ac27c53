"""Timeline entries as people read them: sentence, details, whose they are, and what the reader may do about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from crm_site.notifications.mentions import marked_up, names_of
from crm_site.pages.timeline import Entry, Thread
from crm_site.staff.choices import Scope
from customers.choices import TalkKind
from customers.models import Activity, Customer
from customers.selectors.streams import read_replies

if TYPE_CHECKING:
    from crm_site.staff.models import User

ICONS = {("call", "not_reached"): "phone-x", ("call", "busy"): "phone-x", ("call", "wrong"): "phone-x"}


class Teller:
    """Tells entries to one reader on one customer's page; what several need is read once."""

    def __init__(self, user: User, customer: Customer, entries: Sequence[Activity], replies: Iterable[Activity] = ()):
        self.user = user
        self.customer = customer
        self.edits_all = user.access.edit_scope(Activity.access_module) is Scope.ALL
        everything = [*entries, *replies]
        self.names: Mapping[int, str] = names_of(key for one in everything for key in one.data.get("mentions", ()))
        _name_people([one for one in entries if one.kind == TalkKind.MEETING], user)

    def tell(self, activity: Activity, replies: Sequence[Activity] = ()) -> Entry:
        """Return one entry with the answers that stand open under it."""
        verb = activity.definition
        mine = activity.is_written and (self.edits_all or activity.actor_id == self.user.pk)
        elsewhere = activity.customer_id != self.customer.pk
        key = activity.pk
        return Entry(
            key=key,
            at=activity.occurred_at,
            sentence=activity.sentence,
            icon=ICONS.get((activity.kind, activity.outcome), verb.icon if verb else "point"),
            title=activity.title,
            details=tuple(details_of(activity)),
            body=marked_up(activity.body, self.names) if activity.data.get("mentions") else activity.body,
            url=activity.link,
            system=bool(verb and verb.system),
            more_url=_files_url(activity) if activity.data.get("files") else "",
            about=getattr(activity, "whose", "") if elsewhere else "",
            about_url=reverse("customers:customer-detail", args=[activity.customer_id]) if elsewhere else "",
            edited_at=activity.edited_at,
            versions_url=reverse("customers:entry-versions", args=[key]) if activity.edited_at else "",
            edit_url=reverse("customers:entry-edit", args=[key]) if mine else "",
            delete_url=reverse("customers:entry-delete", args=[key]) if mine else "",
            thread=self.tell_thread(activity, replies) if activity.is_written and not activity.thread_id else None,
        )

    def tell_thread(self, activity: Activity, replies: Sequence[Activity]) -> Thread:
        """Return the answers to an entry that stand open."""
        count = replies[0].answers if replies else 0  # type: ignore[attr-defined]  # from the statement
        return Thread(
            url=reverse("customers:entry-thread", args=[activity.pk]),
            replies=tuple(self.tell(one) for one in replies),
            folded=count - len(replies),
        )


def tell_one(activity: Activity, user: User, customer: Customer) -> Entry:
    """Return one entry as it stands now, with the answers that stand open under it."""
    replies = read_replies([activity.pk])[activity.pk]
    return Teller(user, customer, [activity], replies).tell(activity, replies)


def details_of(activity: Activity) -> list[str]:
    """Return what is known of a call, meeting, mail or chat beside its words, in the active language."""
    found: list[str] = []
    for name in ("direction", "outcome", "channel"):
        if getattr(activity, name):
            found.append(str(getattr(activity, f"get_{name}_display")()))
    if activity.minutes:
        found.append(ngettext("%(count)d minute", "%(count)d minutes", activity.minutes) % {"count": activity.minutes})
    if activity.place:
        found.append(activity.place)
    if activity.kind == TalkKind.MEETING:
        people = [one.short_name for one in activity.attendees.all()] + [one.name for one in activity.guests.all()]
        if people:
            found.append(gettext("with %(people)s") % {"people": gettext(", ").join(people)})
    return found


def _name_people(meetings: list[Activity], user: User) -> None:
    """Read who was at meetings, in two queries or none; of theirs only those whom the reader may see."""
    guests = Prefetch("guests", Customer.objects.visible_to(user).only("name"))
    prefetch_related_objects(meetings, "attendees", guests)


def _files_url(activity: Activity) -> str:
    return reverse("files:subject-entry", args=["customer", activity.customer_id, activity.pk])
