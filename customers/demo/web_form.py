"""The newsletter's form on the demo company's web site, and what came in through it of late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_part
from crm_site.demo.web_forms import SITE, Sent, spam, write_form, write_sent
from crm_site.demo.writing import CHUNK
from crm_site.forms.models import Form, FormWording
from customers.demo.wishes import WORDINGS
from customers.models import Customer

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

MOST = 400
# Where people came from: source, medium, campaign, and the page they were on.
CAMPAIGNS = (
    ("", "", "", ""),
    ("wechat", "social", "spring", "spring"),
    ("google", "cpc", "tools", "tools"),
    ("fair", "print", "shanghai", "fair"),
)
FIELDS = ({"name": "name", "width": "half"}, {"name": "email", "width": "half", "required": True}, {"name": "company"})
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
    form, wording = _form(writer)
    words = {"en": wording.text_en, "zh-hans": wording.text_zh}
    chance, sent = writer.chance("web form"), []
    # The last of the crowd are enough: the tables have no indexes yet, and a large company has a million people.
    low, high = ranges_of(Customer)[-1]
    for pk, name, email, at, confirmed, chinese in writer.rows(LATEST, max(low, high - CHUNK), high, MOST):
        language = "zh-hans" if chinese else "en"
        source, medium, campaign, page = CAMPAIGNS[int(chance.integers(len(CAMPAIGNS)))]
        sent.append(
            Sent(
                at,
                "confirmed",
                {"name": name, "email": email},
                language,
                source,
                medium,
                campaign,
                f"https://{SITE}/{page}",
                wording=(wording.pk, words[language]),
                confirmed_at=confirmed,
                handled_at=confirmed or at,
                subject=("customer", pk),
            )
        )
    count = write_sent(writer, form, sent + spam(writer, form, 12))
    writer.say(f"{count:,} submissions of a web form")


def _form(writer: DemoWriter) -> tuple[Form, FormWording]:
    texts = {(name, language): text for name, language, _version, text in WORDINGS}
    english, chinese = texts["Newsletter", "en"], texts["Newsletter", "zh-hans"]
    facts = {
        "name": "Newsletter",
        "target": "sign_up",
        "title_en": "Our monthly newsletter",
        "title_zh": "每月通讯",
        "intro_en": "New products, stories from customers, and one offer each month.",
        "intro_zh": "新品、客户故事，以及每月一次的优惠。",
        "button_en": "Sign me up",
        "button_zh": "订阅",
        "consent_channel": "email",
        "consent_purpose": "newsletter",
        "consent_en": english,
        "consent_zh": chinese,
        "consent_version": 1,
        "double_opt_in": True,
    }
    form = write_form(writer, facts, FIELDS)
    wording = FormWording.objects.create(
        form=form, version=1, channel="email", purpose="newsletter", text_en=english, text_zh=chinese
    )
    writer.mark(FormWording, [wording.pk])
    return form, wording
