"""The form for enquiries on the demo company's web site, and what came in through it of late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_site.demo.registry import register_reading_part
from crm_site.demo.web_forms import SITE, Sent, spam, write_form, write_sent
from sales.choices import LeadChannel
from sales.models import Lead

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

MOST = 400
FACTS = {
    "name": "Request for a quote",
    "target": "lead",
    "title_en": "What may we offer you?",
    "title_zh": "您需要什么？",
    "intro_en": "Tell us what you need. We answer within a working day.",
    "intro_zh": "请告诉我们您的需求，我们将在一个工作日内答复。",
    "button_en": "Send",
    "button_zh": "提交",
    "thanks_en": "Thank you. A colleague will get in touch with you.",
    "thanks_zh": "谢谢！我们的同事会尽快与您联系。",
}
FIELDS = (
    {"name": "name", "width": "half", "required": True},
    {"name": "company", "width": "half"},
    {"name": "email", "width": "half", "required": True},
    {"name": "phone", "width": "half"},
    {"name": "product"},
    {"name": "about"},
    {"name": "message", "help_en": "Quantity, date, and where to.", "help_zh": "数量、日期和收货地点。"},
)
# The enquiries that came in by a form last, with what they would have been typed as.
LATEST = """
SELECT l.id, c.name, p.value, l.title, l.message, l.campaign, l.received_at, l.language LIKE 'zh%%'
FROM sales_lead l
JOIN customers_customer c ON c.id = l.customer_id
JOIN customers_contactpoint p ON p.customer_id = c.id AND p.kind = 'email' AND p.is_primary
WHERE l.channel = %s
ORDER BY l.received_at DESC, l.id DESC LIMIT %s
"""


@register_reading_part(Lead)
def write_enquiry_form(writer: DemoWriter) -> None:
    """Write the form, the enquiries that came through it last, and a little of what machines sent."""
    form = write_form(writer, FACTS, FIELDS)
    sent = [
        Sent(
            at,
            "received",
            {"name": name, "email": email, "about": about, **({"message": message} if message else {})},
            "zh-hans" if chinese else "en",
            campaign=campaign,
            page=f"https://{SITE}/quote",
            handled_at=at,
            subject=("lead", pk),
        )
        for pk, name, email, about, message, campaign, at, chinese in writer.rows(LATEST, LeadChannel.FORM.value, MOST)
    ]
    count = write_sent(writer, form, sent + spam(writer, form, 6))
    writer.say(f"{count:,} submissions of a web form for enquiries")
