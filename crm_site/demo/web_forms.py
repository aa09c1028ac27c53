"""A hand for apps whose records came in through web forms of the demo company: forms, and what was sent with them."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_site.forms.models import Form, FormField, Submission

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

COLUMNS = (
    "form_id", "key", "via", "received_at", "state", "reason", "note", "values", "language", "utm_source",
    "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer", "page", "ip_hash", "wording_id",
    "consent_text", "confirmed_at", "handled_at", "subject_kind", "subject_id", "error",
)  # fmt: skip
SITE = "www.demo.example"


@dataclass(frozen=True)
class Sent:
    """One sending of a form: what was typed, where the visitor came from, and what became of it."""

    at: dt.datetime
    state: str
    values: Mapping[str, str]
    language: str = "en"
    source: str = ""
    medium: str = ""
    campaign: str = ""
    page: str = f"https://{SITE}/"
    wording: tuple[int | None, str] = (None, "")
    confirmed_at: dt.datetime | None = None
    handled_at: dt.datetime | None = None
    subject: tuple[str, int | None] = ("", None)
    reason: str = ""

    def row(self, form: Form, number: int) -> tuple[Any, ...]:
        """Return the row of a submission, in the order of COLUMNS."""
        values = json.dumps(self.values, ensure_ascii=False)
        told = (form.pk, f"demo:{number}", "page", self.at, self.state, self.reason, "", values, self.language)
        origin = (self.source, self.medium, self.campaign, "", "", "", self.page, "")
        return (*told, *origin, *self.wording, self.confirmed_at, self.handled_at, *self.subject, "")


def write_form(writer: DemoWriter, facts: Mapping[str, Any], fields: Iterable[Mapping[str, Any]]) -> Form:
    """Write a published form that the demo company's site may embed."""
    token = base64.urlsafe_b64encode(writer.chance("web form", str(facts["name"])).bytes(18)).decode()
    form = Form.objects.create(token=token, is_published=True, hosts=[SITE], **facts)
    writer.mark(Form, [form.pk])
    made = [FormField(form=form, position=at, **one) for at, one in enumerate(fields)]
    writer.mark(FormField, [one.pk for one in FormField.objects.bulk_create(made)])
    return form


def write_sent(writer: DemoWriter, form: Form, sent: Iterable[Sent]) -> int:
    """Write what was sent with a form; return how much it was."""
    rows = [one.row(form, number) for number, one in enumerate(sent)]
    writer.copy(Submission, COLUMNS, rows)
    return len(rows)


def spam(writer: DemoWriter, form: Form, count: int) -> list[Sent]:
    """Return what machines sent of late, most of it caught."""
    chance, found = writer.chance("spam", form.name), []
    for number in range(count):
        at = writer.end - dt.timedelta(hours=int(chance.integers(1, 600)))
        state = "spam" if number % 3 or not form.double_opt_in else "waiting"
        values = {"name": f"SEO top rank {number}", "email": f"offer{number}@mail.example"}
        found.append(Sent(at, state, values, reason="honeypot" if state == "spam" else ""))
    return found
