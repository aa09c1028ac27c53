"""What people write on a timeline by hand: notes, calls, meetings, mails and chats, and answers to entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.files.services import attach_files
from crm_site.history.deleting import delete_records
from crm_site.lib.text import clean_text
from crm_site.notifications.mentions import read_mentions
from crm_site.staff.choices import Scope
from crm_site.staff.versioning import StaleVersionError
from customers.choices import CallOutcome, Direction, TalkKind
from customers.constants import REPLY_VERB
from customers.events import EntryAnswered, EntryChanged, InteractionLogged, NoteAdded
from customers.models import Activity, Customer

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from crm_site.history.models import Operation
    from crm_site.staff.models import User

# What is told of each kind beside its text and its moment.
FACTS_OF: dict[str, tuple[str, ...]] = {
    TalkKind.NOTE: (),
    TalkKind.CALL: ("direction", "outcome", "minutes"),
    TalkKind.MEETING: ("place", "minutes", "attendees", "guests"),
    TalkKind.MAIL: ("direction", "title"),
    TalkKind.CHAT: ("direction", "channel"),
}
PEOPLE = ("attendees", "guests")
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
# A clock that is ahead by less is not a plan.
AHEAD = dt.timedelta(minutes=2)


class AnsweredError(ValidationError):
    """An entry stays because colleagues have answered it."""


def check_interaction(kind: str, facts: Mapping[str, Any], *, with_files: bool = False) -> dict[str, str]:
    """Return what is wrong with the facts of a kind, as messages by name; nothing when they can be written."""
    wrong: dict[str, str] = {}
    words = clean_text(str(facts.get("body") or ""), multiline=True).strip()
    if kind == TalkKind.NOTE and not words:
        wrong["body"] = _("A note needs words.")
    if kind == TalkKind.CALL and not facts.get("outcome"):
        wrong["outcome"] = _("Say what came of the call.")
    if kind == TalkKind.MAIL and not words and not str(facts.get("title") or "").strip():
        wrong["body"] = _("Paste the mail's text, or write its subject.")
    if kind == TalkKind.CHAT and not words and not with_files:
        wrong["body"] = _("Paste what was written, or a picture of it.")
    at = facts.get("occurred_at")
    if at is not None and at > timezone.now() + AHEAD:
        wrong["occurred_at"] = _("This lies ahead. Plan a task for what is to come.")
    elif at is not None and at < EARLIEST:
        wrong["occurred_at"] = _("This day is too far away.")
    return wrong


def log_interaction(
    customer: Customer,
    kind: str,
    facts: Mapping[str, Any],
    user: User,
    files: Sequence[UploadedFile[Any]] = (),
    subject: tuple[str, int] | None = None,
) -> Activity:
    """Write what somebody had with a customer on the timeline, with the files that come along.

    `subject` (kind, key) is what it was about beside the customer. `facts` may have `body`, `occurred_at` (now when
    absent, never ahead) and what FACTS_OF names for the kind; all
    else is left out. Raises ValidationError and FileRefusedError.
    """
    wrong = check_interaction(kind, facts, with_files=bool(files))
    if wrong:
        raise ValidationError(wrong)
    told = _told(kind, facts)
    people = {name: told.pop(name, None) for name in PEOPLE}
    with transaction.atomic():
        entry = Activity.objects.create(
            customer=customer,
            verb=f"customer.{kind}",
            occurred_at=facts.get("occurred_at") or timezone.now(),
            actor=user,
            subject_kind=subject[0] if subject else "",
            subject_id=subject[1] if subject else None,
            **_worded(facts.get("body"), customer, {"by": user.short_name}, len(files)),
            **told,
        )
        _set_people(entry, people)
        attach_files(("customer", customer.pk), files, user, entry_id=entry.pk)
        event = NoteAdded if kind == TalkKind.NOTE else InteractionLogged
        publish(event(customer_id=customer.pk, activity_id=entry.pk), user)
    return entry


def answer_entry(entry: Activity, body: str, user: User, files: Sequence[UploadedFile[Any]] = ()) -> Activity:
    """Answer an entry; who answers an answer answers what it answered. Raises ValidationError, FileRefusedError."""
    if not clean_text(body, multiline=True).strip():
        raise ValidationError({"body": _("An answer needs words.")})
    root = entry.thread_id or entry.pk
    with transaction.atomic():
        reply = Activity.objects.create(
            customer_id=entry.customer_id,
            verb=REPLY_VERB,
            occurred_at=timezone.now(),
            actor=user,
            thread_id=root,
            **_worded(body, entry.customer, {"by": user.short_name}, len(files)),
        )
        attach_files(("customer", entry.customer_id), files, user, entry_id=reply.pk)
        publish(EntryAnswered(customer_id=entry.customer_id, activity_id=reply.pk, thread_id=root), user)
    return reply


def change_entry(entry: Activity, version: int, facts: Mapping[str, Any], user: User) -> None:
    """Change what somebody wrote, read at `version`; the history keeps what it was.

    Raises ValidationError, and StaleVersionError when it has moved on.
    """
    kind = entry.kind
    with_files = bool(entry.data.get("files"))
    wrong = check_interaction(kind or TalkKind.NOTE, {**_standing(entry), **facts}, with_files=with_files)
    if wrong:
        raise ValidationError(wrong)
    told = {name: value for name, value in _told(kind, facts).items() if name in facts}
    people = {name: told.pop(name, None) for name in PEOPLE}
    if "body" in facts:
        kept = {name: value for name, value in entry.data.items() if name not in ("mentions", "files")}
        told |= _worded(facts["body"], entry.customer, kept, int(entry.data.get("files", 0)))
    if facts.get("occurred_at") is not None:
        told["occurred_at"] = facts["occurred_at"]
    with transaction.atomic():
        known = Activity.objects.filter(pk=entry.pk, version=version)
        if not known.update(**told, edited_at=timezone.now(), version=version + 1):
            raise StaleVersionError(Activity.objects.get(pk=entry.pk))
        _set_people(entry, people)
        publish(EntryChanged(customer_id=entry.customer_id, activity_id=entry.pk), user)
    entry.refresh_from_db()


def delete_entry(entry: Activity, user: User) -> Operation:
    """Move what somebody wrote to the trash, with the answers to it, and return the operation that can be undone.

    Raises AnsweredError when colleagues have answered it and the user may not change what they wrote.
    """
    answered = Activity.objects.filter(thread=entry).exclude(actor=user).exists()
    if answered and user.access.edit_scope(Activity.access_module) is not Scope.ALL:
        raise AnsweredError(_("Colleagues have answered this. It stays; you can still change what you wrote."))
    return delete_records(Activity.objects.filter(pk=entry.pk), actor=user, title=str(entry))


def _told(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that belong to the kind, ready to be stored."""
    found = {name: facts[name] for name in FACTS_OF.get(kind, ()) if name in facts}
    for name in ("title", "place"):
        if name in found:
            found[name] = clean_text(str(found[name] or ""))[:200]
    if "direction" in FACTS_OF.get(kind, ()) and not found.get("direction"):
        found["direction"] = Direction.OUT.value
    if kind == TalkKind.CALL and found.get("outcome") != CallOutcome.REACHED:
        found["minutes"] = None
    return found


def _standing(entry: Activity) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ("body", "title", "outcome", "occurred_at")}


def _worded(body: Any, customer: Customer, data: Mapping[str, Any], files: int) -> dict[str, Any]:
    """Return the columns of a text: itself, and in `data` whom it mentions and how many files came along."""
    words = clean_text(str(body or ""), multiline=True).strip()
    seeing = read_mentions(words, "customer", customer.pk).seeing
    more = {**({"mentions": list(seeing)} if seeing else {}), **({"files": files} if files else {})}
    return {"body": words, "data": {**data, **more}}


def _set_people(entry: Activity, people: Mapping[str, Any]) -> None:
    for name, found in people.items():
        if found is not None:
            getattr(entry, name).set(found)
