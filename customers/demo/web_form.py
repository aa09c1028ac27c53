"""The form on the demo company's web site, and what came in through it of late."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_part
from crm_site.demo.writing import CHUNK
from crm_site.forms.models import Form, FormField, FormWording, Submission
from customers.demo.wishes import WORDINGS
from customers.models import Customer

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

MOST = 400
COLUMNS = (
    "form_id", "key", "via", "received_at", "state", "reason", "note", "values", "language", "utm_source",
    "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer", "page", "ip_hash", "wording_id",
    "consent_text", "confirmed_at", "handled_at", "subject_kind", "subject_id", "error",
)  # fmt: skip
# Where people came from: source, medium, campaign, and the page they were on.
CAMPAIGNS = (
    ("", "", "", "https://www.demo.example/"),
    ("wechat", "social", "spring", "https://www.demo.example/spring"),
    ("google", "cpc", "tools", "https://www.demo.example/tools"),
    ("fair", "print", "shanghai", "https://www.demo.example/fair"),
)
FIELDS = (("name", "half", False), ("email", "half", True), ("company", "full", False))
# The customers who ticked the newsletter's box last, with what a form would have had from them.
LATEST = """
SELECT c.id, c.name, p.value, e.at, e.confirmed_at, c.language LIKE 'zh%%'
FROM customers_consententry e
JOIN customers_customer c ON c.id = e.customer_id
JOIN customers_contactpoint p ON p.customer_id = c.id AND p.kind = 'email' AND p.is_primary
WHERE e.customer_id BETWEEN %s AND %s AND e.source = 'form' AND e.purpose = 'newsletter' AND e.state = 'given'
ORDER BY e.at DESC, c.id DESC LIMIT %s
"""


@register_part
def write_web_form(writer: DemoWriter) -> None:
    """Write the newsletter's form, the people who came through it last, and a little of what machines sent."""
    form = _form(writer)
    wording = FormWording.objects.get(form=form)
    words = {"en": wording.text_en, "zh-hans": wording.text_zh}
    chance, rows = writer.chance("web form"), []
    # The last of the crowd are enough: the tables have no indexes yet, and a large company has a million people.
    low, high = ranges_of(Customer)[-1]
    crowd = writer.rows(LATEST, max(low, high - CHUNK), high, MOST)
    for number, (pk, name, email, at, confirmed, chinese) in enumerate(crowd):
        language = "zh-hans" if chinese else "en"
        campaign = CAMPAIGNS[int(chance.integers(len(CAMPAIGNS)))]
        consent = (wording.pk, words[language])
        became = (confirmed, confirmed or at, "customer", pk)
        rows.append(
            _row(form, number, at, "confirmed", {"name": name, "email": email}, language, campaign, consent, became)
        )
    for number in range(len(rows), len(rows) + 12):
        at = writer.end - dt.timedelta(hours=int(chance.integers(1, 600)))
        state = "spam" if number % 3 else "waiting"
        values = {"name": f"SEO top rank {number}", "email": f"offer{number}@mail.example"}
        rows.append(_row(form, number, at, state, values, "en", CAMPAIGNS[0], (None, ""), (None, None, "", None)))
    writer.copy(Submission, COLUMNS, rows)
    writer.say(f"{len(rows):,} submissions of a web form")


def _form(writer: DemoWriter) -> Form:
    texts = {(name, language): text for name, language, _version, text in WORDINGS}
    english, chinese = texts["Newsletter", "en"], texts["Newsletter", "zh-hans"]
    form = Form.objects.create(
        name="Newsletter",
        token=base64.urlsafe_b64encode(writer.chance("web form", "token").bytes(18)).decode(),
        target="sign_up",
        is_published=True,
        title_en="Our monthly newsletter",
        title_zh="每月通讯",
        intro_en="New products, stories from customers, and one offer each month.",
        intro_zh="新品、客户故事，以及每月一次的优惠。",
        button_en="Sign me up",
        button_zh="订阅",
        hosts=["www.demo.example"],
        consent_channel="email",
        consent_purpose="newsletter",
        consent_en=english,
        consent_zh=chinese,
        consent_version=1,
        double_opt_in=True,
    )
    writer.mark(Form, [form.pk])
    fields = [
        FormField(form=form, position=at, name=name, width=width, required=required)
        for at, (name, width, required) in enumerate(FIELDS)
    ]
    writer.mark(FormField, [one.pk for one in FormField.objects.bulk_create(fields)])
    wording = FormWording.objects.create(
        form=form, version=1, channel="email", purpose="newsletter", text_en=english, text_zh=chinese
    )
    writer.mark(FormWording, [wording.pk])
    return form


def _row(
    form: Form, number: int, at: dt.datetime, state: str, values: dict[str, str], language: str,
    campaign: tuple[str, str, str, str], consent: tuple[int | None, str],
    became: tuple[dt.datetime | None, dt.datetime | None, str, int | None],
) -> tuple[Any, ...]:  # fmt: skip
    source, medium, name, page = campaign
    reason = "honeypot" if state == "spam" else ""
    told = (form.pk, f"demo:{number}", "page", at, state, reason, "", json.dumps(values, ensure_ascii=False), language)
    return (*told, source, medium, name, "", "", "", page, "", *consent, *became, "")
