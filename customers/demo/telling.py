"""What the demo people were told lately: mentions in notes, notes on customers they follow, customers handed over."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_site.demo.registry import register_part
from crm_site.files.keeping import keep
from crm_site.files.models import Attachment
from crm_site.files.sniffing import sniff
from crm_site.notifications.models import Follow, Notification
from customers.models import Activity
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter
    from crm_site.staff.models import User

COLUMNS = (
    "recipient_id", "kind", "key", "url", "words", "subject_kind", "subject_id", "actor_id", "in_bell", "in_mail",
    "created_at", "seen_at", "read_at",
)  # fmt: skip
FILE_COLUMNS = (
    "subject_kind", "subject_id", "entry_id", "name", "sha256", "size", "content_type", "scan", "has_thumbnail",
    "prepared_at", "attempts", "uploaded_by_id", "created_at",
)  # fmt: skip
PRICES = "\ufeffArticle,名称,Price\nGreen tea 100 g,绿茶 100 克,4.20\nTea set,茶具,49.00\n"
# Hours before the demo's first morning: a mention and a note that are new, and a handover that was looked at.
MENTIONED, NOTED, OWNED = 3, 20, 70
ASKED = "can you call them back? They asked for the price list, it is attached."
FOLLOWED = "Spoke with them: the next order comes after the trade fair."


class Known(NamedTuple):
    """A customer that somebody works with."""

    pk: int
    name: str
    owner_id: int


@register_part
def write_notifications(writer: DemoWriter) -> None:
    """Tell everybody three things about customers they see, from a colleague who sees them too."""
    people = [one for role in writer.people for one in writer.people[role]]
    notes: list[tuple[Any, ...]] = []
    told: list[tuple[Any, ...]] = []
    follows: list[tuple[Any, ...]] = []
    for person in people:
        known = _known(writer, person)
        colleague = next((one for one in writer.holding("manager") if one.pk != person.pk), None)
        if len(known) < 3 or colleague is None:
            continue
        mention, note, handover = known
        _mention(writer, person, colleague, mention, notes, told)
        _note(writer, person, colleague, note, notes, told)
        follows.append((person.pk, "customer", note.pk, writer.end - dt.timedelta(hours=OWNED)))
        told.append(_row(writer, person, colleague, "customer.owned", handover, OWNED, "", read=True))
    keys = writer.copy(Activity, ACTIVITY_COLUMNS.split(", "), notes)
    _attach(writer, notes, keys)
    writer.copy(Follow, ("user_id", "subject_kind", "subject_id", "since_at"), follows)
    writer.copy(Notification, COLUMNS, sorted(told, key=lambda row: row[10]))
    writer.say(f"{len(told):,} notifications")


def _attach(writer: DemoWriter, notes: list[tuple[Any, ...]], keys: range) -> None:
    """Hang the price list on the notes that ask for it; its bytes are kept once."""
    kept = keep([PRICES.encode()])
    rows = [
        ("customer", note[0], key, "Price list 价目表.csv", kept.sha256, kept.size, sniff(kept.head), "unchecked",
         False, note[2], 0, note[3], note[2])
        for key, note in zip(keys, notes, strict=True)
        if "mentions" in note[6]
    ]  # fmt: skip
    writer.copy(Attachment, FILE_COLUMNS, rows)


def _known(writer: DemoWriter, person: User) -> list[Known]:
    """Return three customers of the person's own, or of the team's, or of anybody's for those who see all."""
    own = [person.pk]
    team = [one.pk for role in writer.people for one in writer.people[role] if one.team_id == person.team_id]
    everybody = [one.pk for role in writer.people for one in writer.people[role]]
    for owners in (own, team, everybody):
        found = writer.rows(
            "SELECT id, name, owner_id FROM customers_customer WHERE owner_id = ANY(%s) ORDER BY id DESC LIMIT 3",
            owners,
        )
        if len(found) == 3:
            return [Known(*row) for row in found]
    return []


def _mention(
    writer: DemoWriter, person: User, colleague: User, customer: Known, notes: list[Any], told: list[Any]
) -> None:
    at = writer.end - dt.timedelta(hours=MENTIONED)
    data = {"by": colleague.short_name, "mentions": [person.pk], "files": 1}
    body = f"@[{person.pk}] {ASKED}"
    notes.append(activity_row(customer.pk, "customer.note", at, actor_id=colleague.pk, data=data, body=body))
    told.append(_row(writer, person, colleague, "customer.mention", customer, MENTIONED, colleague.short_name))


def _note(
    writer: DemoWriter, person: User, colleague: User, customer: Known, notes: list[Any], told: list[Any]
) -> None:
    at = writer.end - dt.timedelta(hours=NOTED)
    data = {"by": colleague.short_name}
    notes.append(activity_row(customer.pk, "customer.note", at, actor_id=colleague.pk, data=data, body=FOLLOWED))
    told.append(_row(writer, person, colleague, "customer.noted", customer, NOTED, colleague.short_name))


def _row(
    writer: DemoWriter,
    person: User,
    colleague: User,
    kind: str,
    customer: Known,
    hours: int,
    by: str,
    *,
    read: bool = False,
) -> tuple[Any, ...]:
    at = writer.end - dt.timedelta(hours=hours)
    looked = at + dt.timedelta(hours=1) if read else None
    words = json.dumps({"customer": customer.name, **({"by": by} if by else {})}, ensure_ascii=False)
    return (
        person.pk, kind, f"demo:{kind}:{customer.pk}", f"/customers/{customer.pk}/", words, "customer", customer.pk,
        colleague.pk, True, False, at, looked, looked,
    )  # fmt: skip
