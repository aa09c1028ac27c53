"""What the demo company's people had with its customers: calls, meetings, mails, chats, and answers to them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_part
from crm_site.demo.writing import CHUNK
from customers.choices import CallOutcome, TalkKind
from customers.constants import REPLY_VERB
from customers.models import Activity, Customer
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter
    from crm_site.staff.models import User

COLUMNS = (*ACTIVITY_COLUMNS.split(", "), "thread_id", "direction", "outcome", "channel", "minutes", "title", "place")
# So many talks with each customer who has an owner, in a large company with every so many of them.
MOST, EACH = 60_000, 3
HOURS = (8, 9, 9, 10, 10, 11, 13, 14, 15, 16)
HELPED, ANSWERED = 0.25, 0.06

# By kind: how often of a hundred, and what was said, in English and in Chinese.
SAID: dict[TalkKind, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    TalkKind.CALL: (
        40,
        ("Wants the offer by Friday.", "Happy with the last delivery.", "Price is fine, delivery time is not.",
         "Asked for a second contact in purchasing.", ""),
        ("希望周五前收到报价。", "对上次交货很满意。", "价格可以接受，希望缩短交期。",
         "下季度预算已批，准备签约。", ""),
    ),
    TalkKind.MEETING: (
        12,
        ("Walked through the yearly plan; they want two deliveries a month.", "Showed the new range. Samples go out on "
         "Monday.", "Reviewed the open complaints, all settled."),
        ("一起过了年度采购计划，希望每月分两批交货。", "介绍了新系列产品，周一寄出样品。",
         "复盘了投诉处理情况，均已解决。"),
    ),
    TalkKind.MAIL: (
        23,
        ("Thank you for the documents. We decide next week.\n\nKind regards", "Please find our order enclosed.",
         "Could you move the delivery to the 15th?"),
        ("资料收到，谢谢。我们下周内部讨论后回复。\n\n此致敬礼", "附件为本月采购订单，请查收。",
         "交货日期能否改到15号？"),
    ),
    TalkKind.CHAT: (
        25,
        ("Parcel arrived, thanks!", "Can you send the price list again?", "OK, let us do it like that."),
        ("货已收到，谢谢！", "价目表能再发一份吗？", "好的，就按这个方案来。",
         "您好，发票什么时候可以开？", "在吗？想了解一下新款的价格。"),
    ),
}  # fmt: skip
TITLES = (("Your offer", "Delivery dates", "Invoice and payment"), ("关于报价", "交货时间确认", "发票与付款"))
PLACES = (("Their office", "Our showroom", "Trade fair"), ("客户办公室", "公司展厅", "展会现场"))
OUTCOMES = (*([CallOutcome.REACHED] * 6), CallOutcome.NOT_REACHED, CallOutcome.NOT_REACHED, CallOutcome.MESSAGE)
ANSWERS = (
    ("Good. Please keep me posted.", "Shall I join next time?"),
    ("好的，有进展请告诉我。", "下次需要我一起去吗？"),
)
KINDS = tuple(kind for kind, (share, _en, _zh) in SAID.items() for _one in range(share))


class Whom(NamedTuple):
    """A customer with its owner; whether it is written to in Chinese, and the organisation it belongs to."""

    pk: int
    owner: User
    since: dt.datetime
    chinese: bool
    home: int | None


class TalkPart:
    """Writes talks in chunks."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("talks")
        people = writer.holding("rep", "team-lead")
        self.owners: dict[int, User] = {user.pk: user for user in people}
        self.others = {user.pk: [one for one in people if one.pk != user.pk] for user in people}
        self.crowd = self._crowd()
        self.members: dict[int, list[int]] = defaultdict(list)
        for whom in self.crowd:
            if whom.home is not None:
                self.members[whom.home].append(whom.pk)

    def write(self) -> None:
        """Write them all."""
        if not self.crowd:
            return
        count = min(len(self.crowd) * EACH, MOST)
        places = self.chance.integers(0, len(self.crowd), count)
        for at in range(0, count, CHUNK):
            self._write_chunk([self.crowd[place] for place in places[at : at + CHUNK]])
        self.writer.say(f"{count:,} calls, meetings, mails and chats")

    def _crowd(self) -> list[Whom]:
        step = max(1, self.writer.size.customers // MOST)
        found: list[Whom] = []
        for low, high in ranges_of(Customer):
            rows = self.writer.rows(
                "SELECT id, owner_id, created_at, language LIKE 'zh%%', organisation_id FROM customers_customer "
                "WHERE id BETWEEN %s AND %s AND id %% %s = 0 AND owner_id = ANY(%s) ORDER BY id",
                low, high, step, list(self.owners),
            )  # fmt: skip
            found += [Whom(pk, self.owners[owner], since, zh, home) for pk, owner, since, zh, home in rows]
        return found

    def _write_chunk(self, crowd: list[Whom]) -> None:
        writer, count = self.writer, len(crowd)
        keys = writer.keys(Activity, count)
        kinds = self.chance.integers(0, len(KINDS), count)
        picks = self.chance.integers(0, 2**31, count)
        lucks = self.chance.random(count)
        # More lately than long ago: a company that grows.
        shares = self.chance.random(count) ** 0.6
        rows, colleagues, guests, answers = [], [], [], []
        for key, whom, kind, pick, luck, share in zip(keys, crowd, kinds, picks, lucks, shares, strict=True):
            actor = whom.owner
            helpers = self.others[actor.pk]
            if luck < HELPED and helpers:
                actor = helpers[int(pick) % len(helpers)]
            at = self._moment(whom, float(share), int(pick))
            row = self._row(whom, actor, KINDS[kind], int(pick), at)
            rows.append(row)
            if KINDS[kind] == TalkKind.MEETING:
                if actor is not whom.owner:
                    colleagues.append((key, whom.owner.pk))
                known = self.members.get(whom.pk, [])
                guests += (
                    [(key, one) for one in dict.fromkeys((known[int(pick) % len(known)], known[0]))] if known else []
                )
            if luck > 1 - ANSWERED and helpers:
                answers.append(self._answer(key, whom, helpers[int(pick) % len(helpers)], at, int(pick)))
        writer.copy(Activity, COLUMNS, rows, keys)
        writer.copy(Activity, COLUMNS, answers)
        writer.copy(Activity.attendees.through, ("activity_id", "user_id"), colleagues)
        writer.copy(Activity.guests.through, ("activity_id", "customer_id"), guests)

    def _moment(self, whom: Whom, share: float, pick: int) -> dt.datetime:
        """Return a moment of a working day after the customer came and before the demo's first morning."""
        at = whom.since + (self.writer.end - whom.since) * share
        at -= dt.timedelta(days=max(0, at.weekday() - 4))
        hour = HOURS[pick % len(HOURS)]
        at = at.replace(hour=hour, minute=pick % 12 * 5, second=0, microsecond=0)
        return min(max(at, whom.since), self.writer.end - dt.timedelta(minutes=1))

    def _row(self, whom: Whom, actor: User, kind: TalkKind, pick: int, at: dt.datetime) -> tuple[Any, ...]:
        side = int(whom.chinese)
        _share, english, chinese = SAID[kind]
        said = chinese if whom.chinese else english
        body = said[pick % len(said)]
        direction = outcome = channel = title = place = ""
        minutes = None
        if kind == TalkKind.CALL:
            outcome = OUTCOMES[pick % len(OUTCOMES)].value
            minutes = 2 + pick % 23 if outcome == CallOutcome.REACHED else None
            body = body if outcome == CallOutcome.REACHED else ""
        if kind == TalkKind.MEETING:
            minutes, place = 30 + pick % 4 * 15, PLACES[side][pick % 3]
        else:
            # What is quoted are the customer's words; calls go both ways.
            direction = "out" if kind == TalkKind.CALL and pick % 3 else "in"
        if kind == TalkKind.MAIL:
            title = TITLES[side][pick % 3]
        if kind == TalkKind.CHAT:
            channel = "wechat" if whom.chinese else ("whatsapp", "sms")[pick % 2]
        data = {"by": actor.short_name}
        plain = activity_row(whom.pk, f"customer.{kind.value}", at, actor_id=actor.pk, data=data, body=body)
        return (*plain, None, direction, outcome, channel, minutes, title, place)

    def _answer(self, thread: int, whom: Whom, actor: User, at: dt.datetime, pick: int) -> tuple[Any, ...]:
        words = ANSWERS[int(whom.chinese)][pick % 2]
        later = min(at + dt.timedelta(minutes=20 + pick % 300), self.writer.end - dt.timedelta(minutes=1))
        said = {"by": actor.short_name}
        plain = activity_row(whom.pk, REPLY_VERB, later, actor_id=actor.pk, data=said, body=words)
        return (*plain, thread, "", "", "", None, "", "")


@register_part
def write_talks(writer: DemoWriter) -> None:
    """Write what the demo company's people had with its customers."""
    TalkPart(writer).write()
