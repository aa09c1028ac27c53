"""The demo company's surveys: after orders (CSAT) and twice a year (NPS), answered in the mood that behaviour shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm_site.demo.models import ranges_of
from crm_site.demo.registry import register_reading_part
from crm_site.demo.writing import CHUNK, HISTORY_DAYS
from customers.models import Activity, Customer
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row
from sales.models import Order
from service.choices import SurveyKind
from service.demo.comments import CHINESE, ENGLISH
from service.models import Survey, SurveyAnswer

if TYPE_CHECKING:
    from numpy.random import Generator

    from crm_site.demo.writing import DemoWriter

Array = np.ndarray[Any, Any]

DAY = 86_400
COLUMNS = (
    "survey_id", "kind", "customer_id", "score", "comment", "answered_at", "occasion", "owner_id", "team_id",
    "version", "created_at", "updated_at",
)  # fmt: skip
SURVEYS = {
    SurveyKind.NPS: (
        "Would you recommend us? 您会推荐我们吗？",
        "How likely are you to recommend us to a friend or colleague?",
    ),
    SurveyKind.CSAT: ("After your order 订单满意度", "How satisfied are you with your order?"),
}
CSAT_SHARE, COMMENTED = 0.6, 0.35
ANSWER_DAYS = (1.5, 12.0)
NPS_EVERY_DAYS = 182
# Mood, in standard deviations: who left was unhappy before, who sends things back is, and service gets better.
STAYED, LEFT, SENT_BACK, PER_YEAR = 0.4, -0.6, -1.1, 0.18
SILENT_DAYS = 200

# Orders of a range of customers: who, when, whether sent back, and when the customer was last seen.
ORDERS = """
SELECT o.id, o.customer_id, c.owner_id, c.team_id, c.country = 'China',
    extract(epoch FROM o.ordered_at - %s)::float,
    EXISTS (SELECT 1 FROM sales_order k WHERE k.credited_order_id = o.id),
    extract(epoch FROM max(o.ordered_at) OVER (PARTITION BY o.customer_id) - %s)::float,
    extract(epoch FROM min(o.ordered_at) OVER (PARTITION BY o.customer_id) - %s)::float,
    row_number() OVER (PARTITION BY o.customer_id ORDER BY o.ordered_at, o.id)
FROM sales_order o JOIN customers_customer c ON c.id = o.customer_id
WHERE o.customer_id BETWEEN %s AND %s AND o.kind = 'order' AND o.status <> 'cancelled'
ORDER BY o.customer_id, o.ordered_at, o.id
"""


class AnswerPart:
    """Draws and writes the answers of a range of customers at a time."""

    def __init__(self, writer: DemoWriter) -> None:
        self.writer = writer
        self.chance: Generator = writer.chance("answers")
        self.surveys = {kind: self._survey(kind) for kind in SURVEYS}

    def _survey(self, kind: SurveyKind) -> Survey:
        name, question = SURVEYS[kind]
        survey, created = Survey.objects.get_or_create(name=name, defaults={"kind": kind, "question": question})
        if created:
            Survey.objects.filter(pk=survey.pk).update(created_at=self.writer.start, updated_at=self.writer.start)
            self.writer.mark(Survey, [survey.pk])
        return survey

    def write(self) -> None:
        """Write them all, customers by thousands; customers who never ordered are not asked."""
        written = 0
        for low, high in ranges_of(Customer):
            for first in range(low, high + 1, CHUNK):
                start = self.writer.start
                last = min(high, first + CHUNK - 1)
                found = self.writer.rows(ORDERS, start, start, start, first, last)
                if found:
                    written += self._write_range(np.array(found, dtype=object), last - first + 1)
        self.writer.say(f"{written:,} answers")

    def _write_range(self, orders: Array, customers: int) -> int:
        key, at = orders[:, 0].astype(np.int64), orders[:, 5].astype(float)
        who, seen = orders[:, 1].astype(np.int64), orders[:, 7].astype(float)
        _unique, place = np.unique(who, return_inverse=True)
        nature = self.chance.normal(0, 0.8, place.max() + 1)[place]
        silent = HISTORY_DAYS * DAY - seen > SILENT_DAYS * DAY
        mood = nature + np.where(silent, LEFT, STAYED)
        wanted = self.writer.size.answers_each * customers
        rows = []
        for kind, places, moments in (
            (SurveyKind.CSAT, *self._after_orders(at, wanted * CSAT_SHARE)),
            (SurveyKind.NPS, *self._twice_a_year(orders, wanted * (1 - CSAT_SHARE))),
        ):
            returned = orders[places, 6].astype(bool) & (kind is SurveyKind.CSAT)
            felt = mood[places] + np.where(returned, SENT_BACK, 0) + PER_YEAR * (moments / DAY / 365 - 1)
            felt += self.chance.normal(0, 0.6, len(places))
            rows += [
                self._row(kind, orders[one], int(key[one]), moment, feeling)
                for one, moment, feeling in zip(places.tolist(), moments.tolist(), felt.tolist(), strict=True)
            ]
        rows.sort(key=lambda row: row[5])
        return self._store(rows)

    def _after_orders(self, at: Array, wanted: float) -> tuple[Array, Array]:
        """Return which orders are answered for, and when."""
        moments = at + self.chance.uniform(*ANSWER_DAYS, len(at)) * DAY
        asked = np.flatnonzero(self.chance.random(len(at)) < min(wanted / len(at), 0.9))
        asked = asked[moments[asked] < HISTORY_DAYS * DAY]
        return asked, moments[asked]

    def _twice_a_year(self, orders: Array, wanted: float) -> tuple[Array, Array]:
        """Return the first order of each customer who answers a round, and when; rounds begin a month after it."""
        first = np.flatnonzero(orders[:, 9].astype(np.int64) == 1)
        began = orders[first, 5].astype(float) / DAY + 30
        rounds = [first[began + turn * NPS_EVERY_DAYS < HISTORY_DAYS - 5] for turn in range(4)]
        chances = sum(len(one) for one in rounds)
        places, moments = [], []
        for turn, able in enumerate(rounds):
            answering = able[self.chance.random(len(able)) < min(wanted / max(chances, 1), 0.9)]
            begin = orders[answering, 5].astype(float) + (30 + turn * NPS_EVERY_DAYS) * DAY
            left = (HISTORY_DAYS * DAY - begin).clip(max=NPS_EVERY_DAYS * DAY)
            places.append(answering)
            moments.append(begin + self.chance.random(len(answering)) * left)
        return np.concatenate(places), np.concatenate(moments)

    def _row(self, kind: SurveyKind, order: Array, order_id: int, moment: float, feeling: float) -> tuple[Any, ...]:
        low, high = kind.scale
        middle, step = (8.6, 1.8) if kind is SurveyKind.NPS else (4.15, 0.85)
        score = int(min(max(round(middle + step * feeling), low), high))
        at = self.writer.moment(moment)
        occasion = f"order:{order_id}" if kind is SurveyKind.CSAT else f"round:{order[1]}:{at:%Y-%m-%d}"
        survey = self.surveys[kind].pk
        comment = self._comment(kind, score, chinese=bool(order[4]))
        return (survey, kind.value, order[1], score, comment, at, occasion, order[2], order[3], 1, at, at)

    def _comment(self, kind: SurveyKind, score: int, *, chinese: bool) -> str:
        if self.chance.random() > COMMENTED:
            return ""
        unhappy, happy = (6, 9) if kind is SurveyKind.NPS else (2, 4)
        pool = (CHINESE if chinese else ENGLISH)[0 if score <= unhappy else 2 if score >= happy else 1]
        return pool[int(self.chance.random() * len(pool))]

    def _store(self, rows: list[tuple[Any, ...]]) -> int:
        keys = self.writer.copy(SurveyAnswer, COLUMNS, rows)
        names = {survey.pk: survey.name for survey in self.surveys.values()}
        entries = [
            activity_row(
                row[2],
                "survey.answered",
                row[5],
                subject=("answer", key),
                data={"survey": names[row[0]], "score": row[3]},
                body=row[4],
            )
            for key, row in zip(keys, rows, strict=True)
        ]
        self.writer.copy(Activity, ACTIVITY_COLUMNS.split(", "), entries)
        return len(rows)


@register_reading_part(Order)
def write_service(writer: DemoWriter) -> None:
    """Write the surveys and answers of the demo company."""
    AnswerPart(writer).write()
