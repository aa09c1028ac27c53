"""The demo company's needs: what customers want, what became deals, and what was addressed or declined."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_figures, register_reading_part
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import format_number, reserve_block
from customers.models import Activity, Customer
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row
from sales.choices import LIVE_NEEDS, NeedPriority, NeedStatus
from sales.demo.wants import CHINESE, DECLINED, DONE, ENGLISH
from sales.models import Need, NeedCategory, Opportunity
from sales.services.needs.editing import PREFIX, SEQUENCE

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

COLUMNS = (
    "number", "title", "text", "customer_id", "category_id", "priority", "product_id", "status", "opportunity_id",
    "topic_id", "stated_at", "confirmed_at", "closed_at", "close_note", "search_text", "sort_key", "owner_id",
    "team_id", "version", "created_at", "updated_at",
)  # fmt: skip
# How many needs there are for each customer, and how many deals came of one.
EACH, EACH_LARGE, LINKED = 0.3, 0.03, 0.6
CONFIRMED, DECLINED_SHARE, ADDRESSED = 0.45, 0.12, 0.25
WEIGHTS = (0.24, 0.12, 0.17, 0.25, 0.12, 0.10)
# Of the latest deals of a customer, so many may have come of a need.
DEALS = 2


class NeedPart:
    """Writes needs in chunks, with their entries on the timeline."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance = writer.chance("needs")
        self.categories = list(NeedCategory.objects.order_by("position", "pk").values_list("pk", flat=True))
        self.reps = [user.pk for user in writer.holding("rep", "team-lead")]

    def write(self) -> None:
        """Write them all, a chunk at a time."""
        crowd = self._crowd()
        if not crowd:
            return
        count = int(self.writer.size.customers * (EACH_LARGE if self.writer.size.is_large else EACH))
        chosen = self.chance.permutation(len(crowd))[:count]
        for at in range(0, len(chosen), CHUNK):
            self._write_block([crowd[int(index)] for index in chosen[at : at + CHUNK]])
            self.writer.say(f"{min(at + CHUNK, len(chosen)):,} needs")

    def _crowd(self) -> list[tuple[Any, ...]]:
        """Return key, owner, team, name, language and beginning of customers, with their latest deals or none."""
        found: list[tuple[Any, ...]] = []
        for low, high in ranges_of(Customer):
            found += self.writer.rows(
                "SELECT c.id, c.owner_id, c.team_id, c.name, c.language, c.created_at, d.id, d.opened_at, "
                "d.product_id, d.status, d.closed_at FROM customers_customer c LEFT JOIN LATERAL (SELECT o.* "
                "FROM sales_opportunity o WHERE o.customer_id = c.id ORDER BY o.opened_at DESC, o.id LIMIT %s) d "
                "ON true WHERE c.id BETWEEN %s AND %s AND c.owner_id = ANY(%s) ORDER BY c.id, d.id",
                DEALS, low, high, self.reps,
            )  # fmt: skip
        return found

    def _write_block(self, crowd: list[tuple[Any, ...]]) -> None:
        keys, first = self.writer.keys(Need, len(crowd)), reserve_block(SEQUENCE, len(crowd))
        draws = self.chance.random((len(crowd), 5)).tolist()
        kinds = self.chance.choice(len(WEIGHTS), len(crowd), p=WEIGHTS).tolist()
        luck = self.chance.integers(0, 9, len(crowd)).tolist()
        rows, told = [], []
        for turn, (key, whom) in enumerate(zip(keys, crowd, strict=True)):
            row = self._need(whom, first + turn, draws[turn], kinds[turn], luck[turn])
            rows.append(row)
            data = {"title": row[1], "number": row[0]}
            told.append(activity_row(whom[0], "need.stated", row[10], subject=("need", key), data=data, body=row[2]))
        self.writer.copy(Need, COLUMNS, rows, keys)
        self.writer.copy(Activity, tuple(ACTIVITY_COLUMNS.split(", ")), told)

    def _need(self, whom: tuple[Any, ...], number: int, draw: list[float], kind: int, luck: int) -> tuple[Any, ...]:
        """Return one row, in the order of COLUMNS."""
        pk, owner, team, name, language, joined, deal, opened, product, ended, closed_deal = whom
        said = CHINESE if language.startswith("zh") else ENGLISH
        category, titles, texts = said[kind]
        title, text = titles[luck % 3], texts[luck // 3]
        linked = deal is not None and draw[0] < LINKED
        stated = self._stated(draw[1], joined, opened if linked else None)
        status, confirmed, closed, note = NeedStatus.STATED, None, None, ""
        if linked or draw[2] < CONFIRMED:
            status, confirmed = NeedStatus.CONFIRMED, min(stated + dt.timedelta(days=1 + luck), self.writer.end)
        if linked and ended == "won":
            status, closed, note = NeedStatus.ADDRESSED, max(closed_deal, stated), ""
        elif not linked and draw[3] < ADDRESSED:
            status, note = NeedStatus.ADDRESSED, DONE[2] if said is CHINESE else DONE[luck % 2]
        elif draw[3] > 1 - DECLINED_SHARE:
            status, note = NeedStatus.DECLINED, DECLINED[2] if said is CHINESE else DECLINED[luck % 2]
        if status not in LIVE_NEEDS and closed is None:
            closed = min(stated + dt.timedelta(days=20 + 5 * luck), self.writer.end)
        code = format_number(PREFIX, stated.year, number)
        priority = NeedPriority.HIGH if draw[4] < 0.22 else NeedPriority.LOW if draw[4] > 0.8 else NeedPriority.NORMAL
        category_key = self.categories[category] if category < len(self.categories) else None
        return (
            code, title, text, pk, category_key, priority.value, product if linked else None, status.value,
            deal if linked else None, None, stated, confirmed, closed, note,
            search_text([code, title, text, name]), sort_key(title)[:200], owner, team, 1, stated,
            closed or confirmed or stated,
        )  # fmt: skip

    def _stated(self, draw: float, joined: dt.datetime, opened: dt.datetime | None) -> dt.datetime:
        """Return when a need was stated: some days before its deal, or else at any time since the customer came."""
        if opened is not None:
            return opened - dt.timedelta(days=1 + 20 * draw)
        return max(self.writer.end - dt.timedelta(days=HISTORY_DAYS * draw**2, minutes=5), joined)


@register_reading_part(Customer, Opportunity)
def write_needs(writer: DemoWriter) -> None:
    """Write the needs of the demo company."""
    NeedPart(writer).write()


register_figures("need_topics")
