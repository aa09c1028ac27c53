"""Importing survey answers."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Option, Values, register_kind
from customers.services.import_naming import create_named_customers
from customers.services.timeline import insert_activities
from service.choices import SurveyKind
from service.events import AnswersImported
from service.models import Survey, SurveyAnswer

INSERT = """
INSERT INTO service_surveyanswer (id, survey_id, kind, customer_id, score, comment, answered_at, occasion, owner_id,
    team_id, version, created_at, updated_at)
SELECT record_id, survey_id, chunk.kind, c.id, score, COALESCE(comment, ''), answered_at, "group", c.owner_id,
    c.team_id, 1, now(), now()
FROM chunk LEFT JOIN customers_customer c ON c.id = chunk.customer_record
WHERE is_new
"""

UPDATE = """
WITH done AS (UPDATE service_surveyanswer a SET score = chunk.score, comment = COALESCE(chunk.comment, a.comment),
    version = a.version + 1, updated_at = now()
  FROM chunk WHERE a.id = chunk.record_id AND NOT chunk.is_new
    AND (a.score <> chunk.score OR a.comment <> COALESCE(chunk.comment, a.comment)) RETURNING a.id)
UPDATE chunk SET changed = true FROM done WHERE done.id = record_id
"""

ACTIVITIES = """
SELECT a.customer_id, 'survey.answered', a.answered_at, NULL::bigint, 'answer', a.id,
    jsonb_build_object('survey', s.name, 'score', a.score), a.comment
FROM chunk JOIN service_surveyanswer a ON a.id = chunk.record_id JOIN service_survey s ON s.id = a.survey_id
WHERE chunk.is_new AND a.customer_id IS NOT NULL
"""


class AnswerImport(ImportKind):
    """A row an answer. The same customer, survey and moment is the same answer, and the later row corrects it."""

    code = "survey_answers"
    title = _("Survey answers")
    file_names = ("survey", "answer", "nps", "csat", "feedback", "问卷", "评价")
    turn = 60
    module = "service"
    model = SurveyAnswer
    keys = ("answer_id",)
    old_id = "answer_id"
    working = (("survey_id", "bigint"), ("customer_record", "bigint"))
    fields = (
        Field("customer_id", _("Customer's reference"), cells.code(), aliases=("customer", "customerid", "customer id", "客户编号"), refers_to=("people", "companies", "customers")),
        Field("kind", _("Kind"), cells.choice({"nps": "nps", "csat": "csat"}), required=True, aliases=("type", "survey type", "类型")),
        Field("score", _("Score"), cells.integer(0, 10), "smallint", required=True, aliases=("rating", "answer", "分数", "评分")),
        Field("answered_at", _("Answered"), cells.moment(), "timestamptz", required=True, aliases=("date", "submitted", "日期", "时间")),
        Field("comment", _("Comment"), cells.text(5000, multiline=True), aliases=("feedback", "remark", "评论", "备注")),
        Field("survey", _("Survey"), cells.text(), aliases=("survey name", "问卷")),
        Field("answer_id", _("Answer's number"), cells.code(), aliases=("response id", "id")),
    )  # fmt: skip
    options = (
        Option(
            "create_customers",
            _("Create customers that are not known yet"),
            _("Otherwise rows with an unknown customer are refused."),
            default=True,
            is_flag=True,
        ),
    )

    def group_of(self, values: Values, key: str, line: int) -> str:
        """Return what tells this answer from others: its number, or customer and moment, or its content.

        Answers without customer and number are told apart by content and line, so a second import of the
        same file finds them all again, and two equal answers in it stay two.
        """
        if not values:
            return f"\x7f{line:09d}"
        named = dict(zip((field.name for field in self.fields), values, strict=False))
        if named["answer_id"]:
            return f"id:{named['answer_id']}"
        about = (named["survey"], named["kind"], named["answered_at"])
        if named["customer_id"]:
            return "by:" + _digest(named["customer_id"], *about)
        return f"no:{_digest(named['score'], named['comment'], *about)}:{line}"

    def check(self, values: Values) -> list[tuple[str, str, dict[str, Any]]]:
        """Hold the score against the scale of its kind."""
        kind, score = values[self.position("kind")], values[self.position("score")]
        if kind is None or score is None:
            return []
        low, high = SurveyKind(kind).scale
        return [] if low <= int(score) <= high else [("score", "between", {"low": low, "high": high})]

    def load(self, chunk: Chunk) -> None:
        """Match, create and correct the answers of a chunk."""
        chunk.resolve_old_ids("customer_id", "customer_record")
        customers = self._make_customers(chunk)
        chunk.execute(
            "UPDATE chunk SET customer_record = c.id FROM customers_customer c "
            "WHERE customer_record IS NULL AND c.reference = chunk.customer_id AND c.reference <> ''"
        )
        chunk.fail("customer_id IS NOT NULL AND customer_record IS NULL", "unknown_customer", "customer_id")
        self._link_surveys(chunk)
        chunk.execute(
            "UPDATE chunk SET record_id = a.id FROM service_surveyanswer a "
            'WHERE a.survey_id = chunk.survey_id AND a.occasion = chunk."group"'
        )
        chunk.refuse_foreign(SurveyAnswer)
        chunk.apply_mode()
        created = chunk.execute(
            "UPDATE chunk SET record_id = nextval(pg_get_serial_sequence('service_surveyanswer', 'id')), "
            "is_new = true WHERE record_id IS NULL"
        )
        chunk.execute(INSERT)
        chunk.execute(UPDATE)
        insert_activities(ACTIVITIES, [])
        chunk.write_custom()
        known = (
            "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM chunk WHERE NOT is_new"
        )
        updated, unchanged = chunk.rows(known)[0]
        chunk.context.count(created=created, updated=updated, skipped=unchanged, customers_created=customers)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that answers came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(AnswersImported(count=count, source=f"import:{job.pk}"), user)

    def _make_customers(self, chunk: Chunk) -> int:
        if not chunk.option("create_customers"):
            return 0
        chunk.execute("DROP TABLE IF EXISTS chunk_customers")
        chunk.execute(
            "CREATE TEMPORARY TABLE chunk_customers ON COMMIT DROP AS SELECT DISTINCT customer_id AS reference, "
            "NULL::text AS name, NULL::text AS country FROM chunk "
            "WHERE customer_id IS NOT NULL AND customer_record IS NULL"
        )
        return create_named_customers(chunk.execute, chunk.rows, chunk.user)

    def _link_surveys(self, chunk: Chunk) -> None:
        """Find each answer's survey by name and kind; a file without names has one survey per kind."""
        for name, kind in chunk.rows("SELECT DISTINCT survey, kind FROM chunk"):
            called = name or f"{kind.upper()}"
            survey, _made = Survey.objects.get_or_create(name=called, defaults={"kind": kind})
            if survey.kind != kind:
                chunk.fail("survey = %s AND kind = %s", "survey_kind", "kind", name, kind)
                continue
            chunk.execute(
                "UPDATE chunk SET survey_id = %s WHERE survey IS NOT DISTINCT FROM %s AND kind = %s",
                survey.pk,
                name,
                kind,
            )


def _digest(*parts: str | None) -> str:
    return hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:32]


register_kind(AnswerImport())
