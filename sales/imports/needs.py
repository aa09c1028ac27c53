"""Importing needs, a row a need: what customers said in workshops, surveys and other systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Problem, Values
from sales.choices import NeedPriority, NeedStatus
from sales.events import NeedsImported
from sales.imports.orders import CREATE_CUSTOMERS, CUSTOMER_KINDS
from sales.models import Need
from sales.services.needs.loading import NeedLoader

STATUS_WORDS = {
    "stated": "stated", "new": "stated", "open": "stated", "提出": "stated", "已提出": "stated", "新建": "stated", "confirmed": "confirmed",
    "accepted": "confirmed", "planned": "confirmed", "已确认": "confirmed", "addressed": "addressed", "done": "addressed", "fulfilled": "addressed",
    "shipped": "addressed", "已满足": "addressed", "已解决": "addressed", "declined": "declined", "rejected": "declined", "已拒绝": "declined", "拒绝": "declined",
}  # fmt: skip
PRIORITY_WORDS = {
    "low": "low", "niedrig": "low", "低": "low", "normal": "normal", "medium": "normal", "mittel": "normal", "中": "normal", "普通": "normal",
    "high": "high", "urgent": "high", "hoch": "high", "高": "high", "紧急": "high",
}  # fmt: skip


class NeedImport(ImportKind):
    """A row a need, found by its number. Categories that nobody knows are made."""

    code = "needs"
    title = _("Needs")
    file_names = ("need", "requirement", "feature request", "voice", "需求")
    telling: ClassVar[Sequence[str]] = ("title", "priority")
    turn = 37
    module = "sales"
    model = Need
    keys = ("number",)
    old_id = "number"
    options = (CREATE_CUSTOMERS,)
    working = (
        ("customer_record", "bigint"), ("product_record", "bigint"), ("owner_record", "bigint"),
        ("category_record", "bigint"), ("deal_record", "bigint"), ("team_record", "bigint"), ("search_text", "text"),
        ("sort_key", "text"),
    )  # fmt: skip
    fields = (
        Field("number", _("Number"), cells.code(), aliases=("need id", "requirement id", "request id", "id", "需求编号")),
        Field("title", _("Need"), cells.text(), aliases=("requirement", "feature request", "request", "subject", "title", "需求", "需求标题")),
        Field("text", _("In their words"), cells.text(10_000, multiline=True, formulas=True), aliases=("description", "text", "quote", "verbatim", "需求描述", "原话", "描述")),
        Field("customer_id", _("Customer's reference"), cells.code(), aliases=("customerid", "account id", "organization id", "客户编号"), refers_to=CUSTOMER_KINDS),
        Field("customer_name", _("Customer's name"), cells.text(), aliases=("customer", "account", "account name", "company", "organization", "客户名称", "客户")),
        Field("category", _("Category"), cells.text(60), aliases=("type", "kategorie", "类别", "需求类别")),
        Field("priority", _("Priority"), cells.choice(PRIORITY_WORDS), aliases=("importance", "prioritat", "优先级"), choices=tuple(NeedPriority.choices)),
        Field("status", _("Status"), cells.choice(STATUS_WORDS), aliases=("state", "状态"), choices=tuple(NeedStatus.choices)),
        Field("product", _("Product"), cells.text(), aliases=("product name", "product code", "产品", "产品名称")),
        Field("opportunity", _("Number of the opportunity"), cells.code(), aliases=("opportunity id", "deal id", "opportunity number", "商机编号")),
        Field("owner", _("Owner"), cells.person(), aliases=("assigned to", "responsible", "负责人"), is_person=True),
        Field("stated_at", _("Stated"), cells.moment(), "timestamptz", aliases=("created", "created date", "date", "提出时间", "创建时间")),
        Field("closed_at", _("Ended"), cells.moment(), "timestamptz", aliases=("closed date", "done on", "结束时间")),
        Field("close_note", _("How it ended"), cells.text(4000, multiline=True, formulas=True), aliases=("resolution", "outcome", "处理结果", "拒绝原因")),
    )  # fmt: skip

    def check(self, values: Values) -> list[Problem]:
        """Ask for the need, and for the reason of a declined one."""
        wanted = ["title"]
        if values[self.places["status"]] == NeedStatus.DECLINED:
            wanted.append("close_note")
        return [(name, "required", {}) for name in wanted if not values[self.places[name]]]

    def load(self, chunk: Chunk) -> None:
        """Match, create and update the needs of a chunk."""
        loader = NeedLoader(chunk.execute, chunk.rows, chunk.user)
        chunk.resolve_old_ids("customer_id", "customer_record")
        loader.match()
        chunk.refuse_foreign(Need)
        chunk.apply_mode()
        loader.links.link_products()
        chunk.fail("product IS NOT NULL AND product_record IS NULL", "unknown_product", "product")
        loader.links.link_customers()
        made = loader.links.make_customers() if chunk.option("create_customers") else 0
        named = "customer_id" if chunk.is_mapped("customer_id") else "customer_name"
        chunk.fail("customer_record IS NULL AND record_id IS NULL", "unknown_customer", named)
        loader.link_deals()
        chunk.fail("opportunity IS NOT NULL AND deal_record IS NULL", "unknown_opportunity", "opportunity")
        if chunk.is_mapped("owner"):
            chunk.assign_person("owner", "owner_record")
            chunk.fail("owner IS NOT NULL AND owner_record IS NULL", "unknown_person", "owner")
        loader.place()
        created = loader.create()
        loader.update()
        chunk.write_custom()
        updated, unchanged = chunk.rows(
            "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM chunk WHERE NOT is_new"
        )[0]
        chunk.context.count(created=created, updated=updated, skipped=unchanged, customers_created=made)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that needs came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(NeedsImported(count=count, source=f"import:{job.pk}"), user)
