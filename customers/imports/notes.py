"""Importing notes on customers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Values
from customers.events import CustomersImported
from customers.models import Activity, Customer

CUSTOMER_ALIASES = (
    "customer id", "customer", "contact id", "company id", "associated contact id", "associated company id",
    "associated contact ids", "associated company ids", "parent id", "account id", "who id", "regarding", "客户编号",
)  # fmt: skip
BODY_ALIASES = (
    "note",
    "notes",
    "note body",
    "note content",
    "text",
    "content",
    "comment",
    "description",
    "备注",
    "内容",
)
WRITTEN_ALIASES = (
    "written at", "date", "created at", "create date", "created date", "activity date", "timestamp", "note date",
    "add time", "日期", "时间", "创建时间",
)  # fmt: skip

LINK = """
UPDATE chunk SET customer_ref = c.id FROM customers_customer c
WHERE customer_ref IS NULL AND c.reference = chunk.customer_id AND c.reference <> ''
"""
LINK_BY_EMAIL = """
UPDATE chunk SET customer_ref = p.customer_id FROM customers_contactpoint p
WHERE customer_ref IS NULL AND p.kind = 'email' AND p.normal = chunk.customer_email
"""
KNOWN = """
UPDATE chunk SET record_id = a.id FROM customers_activity a WHERE record_id IS NULL AND a.customer_id = customer_ref
    AND a.verb = 'customer.note' AND a.body = chunk.body AND (written_at IS NULL OR a.occurred_at = written_at)
"""
INSERT = """
INSERT INTO customers_activity (id, customer_id, verb, occurred_at, actor_id, subject_kind, subject_id, data, body)
SELECT record_id, customer_ref, 'customer.note', COALESCE(written_at, now()), author_id, '', NULL,
    jsonb_build_object('by', COALESCE(u.name, author, %s::text)), body
FROM chunk LEFT JOIN staff_user u ON u.id = author_id WHERE is_new
"""


class NoteImport(ImportKind):
    """A row a note on a customer's timeline, with its author and its date."""

    code = "notes"
    title = _("Notes")
    file_names: ClassVar[Sequence[str]] = ("note", "comment", "notiz", "备注", "跟进")
    turn = 70
    module = "customers"
    model = Activity
    keys = ("note_id",)
    old_id = "note_id"
    fields: Sequence[Field] = (
        Field("note_id", _("Note's number"), cells.code(), aliases=("id", "record id", "activity id")),
        Field(
            "customer_id",
            _("Customer's reference"),
            cells.code(),
            aliases=CUSTOMER_ALIASES,
            refers_to=("people", "companies", "customers"),
        ),
        Field("customer_email", _("Customer's e-mail"), cells.email(), aliases=("email", "contact email", "邮箱")),
        Field(
            "body",
            _("Text"),
            cells.text(10_000, multiline=True, formulas=True),
            required=True,
            aliases=BODY_ALIASES,
        ),
        Field("written_at", _("Written"), cells.moment(), "timestamptz", aliases=WRITTEN_ALIASES),
        Field(
            "author",
            _("Author"),
            cells.person(),
            aliases=("by", "created by", "owner", "user", "activity assigned to", "作者", "创建人"),
            is_person=True,
        ),
    )
    working = (("customer_ref", "bigint"), ("author_id", "bigint"))
    told_by: ClassVar[int] = 5
    """The cells before this one tell rows without a number apart."""
    known: ClassVar[str] = KNOWN
    insert: ClassVar[str] = INSERT

    def group_of(self, values: Values, key: str, line: int) -> str:
        """Return the note's number, or what tells it from others by its content."""
        if not values:
            return f"\x7f{line:09d}"
        if values[0]:
            return f"id:{values[0]}"
        told = "\x1f".join(value or "" for value in values[1 : self.told_by])
        return f"no:{hashlib.sha256(told.encode()).hexdigest()[:40]}"

    def load(self, chunk: Chunk) -> None:
        """Write the notes of a chunk on their customers' timelines; notes that stand there already are left alone."""
        chunk.resolve_old_ids("customer_id", "customer_ref")
        chunk.execute(LINK)
        chunk.execute(LINK_BY_EMAIL)
        chunk.fail("customer_ref IS NULL", "unknown_customer", "customer_id")
        chunk.refuse_foreign(Customer, "customer_ref", "customer_id")
        chunk.fail("written_at > now() + interval '1 day'", "ahead", "written_at")
        chunk.execute(self.known)
        chunk.apply_mode()
        chunk.assign_person("author", "author_id")
        created = chunk.execute(
            "UPDATE chunk SET record_id = nextval('customers_activity_id_seq'), is_new = true WHERE record_id IS NULL"
        )
        chunk.execute(self.insert, chunk.user.short_name if chunk.user else "")
        left = chunk.rows("SELECT count(*) FROM chunk WHERE NOT is_new")[0][0]
        chunk.context.count(created=created, updated=0, skipped=left)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that customers have something new."""
        publish_batch(CustomersImported(count=counts.get("created", 0), source=f"import:{job.pk}"), user)
