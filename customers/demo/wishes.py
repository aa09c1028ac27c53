"""What the demo company's customers allow: forms they ticked, consents they took back, and who wants no contact."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_part
from crm_site.demo.writing import CHUNK
from customers.models import ConsentEntry, ConsentWording, Customer, DoNotContact

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

COLUMNS = (
    "customer_id", "channel", "purpose", "state", "address", "at", "expires_at", "confirmed_at", "basis", "source",
    "wording_id", "evidence", "recorded_by_id", "recorded_at",
)  # fmt: skip
BAN_COLUMNS = ("customer_id", "channel", "reason", "since", "until", "set_by_id")
WORDINGS = (
    ("Newsletter", "en", 1, "Yes, send me the monthly newsletter by e-mail. I can unsubscribe with one click."),
    ("Newsletter", "zh-hans", 1, "我同意通过电子邮件接收每月通讯，可随时一键退订。"),
    ("Offers", "en", 1, "Yes, tell me about offers that fit me. I can withdraw this at any time."),
    ("Offers", "zh-hans", 1, "我同意接收适合我的优惠信息，可随时撤回同意。"),
)
# Channel, purpose, which wording, source, and how many of a hundred gave it when they came.
GIVEN = (
    ("email", "newsletter", "Newsletter", "form", 52),
    ("email", "marketing", "Offers", "form", 34),
    ("wechat", "marketing", "Offers", "meeting", 22),
    ("email", "survey", "Offers", "phone", 18),
    ("phone", "marketing", "Offers", "phone", 8),
)
WITHDRAWN, BANNED = 0.14, 0.012
REASONS = ("Asked on the phone not to be called any more.", "Unsubscribed from everything.", "In a dispute: ask legal.")
YEARS = dt.timedelta(days=3 * 365)


@register_part
def write_consents(writer: DemoWriter) -> None:
    """Write the ledger of every demo customer, and the bans."""
    made = [
        ConsentWording.objects.get_or_create(name=name, language=language, version=version, defaults={"text": text})
        for name, language, version, text in WORDINGS
    ]
    writer.mark(ConsentWording, sorted(one.pk for one, created in made if created))
    wordings = {(one.name, one.language): one.pk for one, _created in made}
    people = [user.pk for user in writer.holding("rep", "team-lead")]
    chance, told = writer.chance("consents"), 0
    for low, high in ranges_of(Customer):
        for at in range(low, high + 1, CHUNK):
            crowd = writer.rows(
                "SELECT id, created_at, language FROM customers_customer WHERE id BETWEEN %s AND %s ORDER BY id",
                at, min(at + CHUNK - 1, high),
            )  # fmt: skip
            luck = chance.random((len(crowd), len(GIVEN) + 2))
            rows, bans = [], []
            for (pk, since, language), draws in zip(crowd, luck.tolist(), strict=True):
                spoken = "zh-hans" if language.startswith("zh") else "en"
                rows += _lines(pk, since, writer.end, {name: wordings[name, spoken] for name, _one in wordings}, draws)
                if draws[-1] < BANNED:
                    share = draws[-1] / BANNED
                    ban = (pk, "phone" if share < 0.4 else "", REASONS[int(share * len(REASONS))])
                    bans.append((*ban, _between(since, writer.end, draws[-2]), None, people[pk % len(people)]))
            writer.copy(ConsentEntry, COLUMNS, rows)
            writer.copy(DoNotContact, BAN_COLUMNS, bans)
            told += len(rows)
    writer.say(f"{told:,} consents")


def _lines(
    pk: int, since: dt.datetime, end: dt.datetime, wordings: dict[str, int], draws: list[float]
) -> list[tuple[Any, ...]]:
    """Return what one customer said: some boxes ticked on arrival, and one in seven taken back since."""
    rows: list[tuple[Any, ...]] = []
    for (channel, purpose, wording, source, share), luck in zip(GIVEN, draws, strict=False):
        if luck * 100 >= share:
            continue
        confirmed = since + dt.timedelta(minutes=9) if source == "form" else None
        words, expires = wordings[wording], since + YEARS if purpose == "survey" else None
        rows.append(_row(pk, channel, purpose, "given", since, source, words, expires, confirmed))
        if luck * 100 < share * WITHDRAWN:
            when = _between(since, end, draws[-2])
            rows.append(_row(pk, channel, purpose, "withdrawn", when, "mail", None, None, None))
    return rows


def _row(
    pk: int, channel: str, purpose: str, state: str, at: dt.datetime, source: str, wording: int | None,
    expires: dt.datetime | None, confirmed: dt.datetime | None,
) -> tuple[Any, ...]:  # fmt: skip
    return pk, channel, purpose, state, "", at, expires, confirmed, "consent", source, wording, "", None, at


def _between(since: dt.datetime, end: dt.datetime, share: float) -> dt.datetime:
    return since + (end - since) * share
