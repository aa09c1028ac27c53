"""Importing opportunities, a row a deal, open ones and those that ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Option
from sales.choices import DealStatus
from sales.events import OpportunitiesImported
from sales.imports.orders import CREATE_CUSTOMERS, CUSTOMER_KINDS
from sales.models import Opportunity
from sales.services.loading_deals import DealLoader

STATUS_WORDS = {
    "open": "open", "in progress": "open", "进行中": "open", "won": "won", "closed won": "won", "success": "won",
    "赢单": "won", "成交": "won", "lost": "lost", "closed lost": "lost", "dead": "lost", "输单": "lost", "流失": "lost",
}  # fmt: skip

PIPELINE = Option(
    "pipeline",
    _("Pipeline"),
    _("Its name; a new one is made where there is none of that name. Leave empty for the usual pipeline."),
)
CREATE_PRODUCTS = Option(
    "create_products",
    _("Create products that are not known yet"),
    _("Otherwise rows with an unknown product are refused."),
    default=True,
    is_flag=True,
)


class OpportunityImport(ImportKind):
    """A row a deal, found by its number. Stages and reasons that nobody knows are made."""

    code = "opportunities"
    title = _("Opportunities")
    file_names = ("opportunit", "deal", "pipeline", "商机")
    telling: ClassVar[Sequence[str]] = ("stage", "status")
    turn = 35
    module = "sales"
    model = Opportunity
    keys = ("number",)
    old_id = "number"
    options = (CREATE_CUSTOMERS, CREATE_PRODUCTS, PIPELINE)
    working = (
        ("customer_record", "bigint"), ("product_record", "bigint"), ("owner_record", "bigint"),
        ("team_record", "bigint"), ("pipeline_record", "bigint"), ("stage_record", "bigint"),
        ("reason_record", "bigint"), ("called", "text"), ("search_text", "text"), ("sort_key", "text"),
    )  # fmt: skip
    fields = (
        Field("number", _("Number"), cells.code(), aliases=("opportunity id", "deal id", "record id", "id", "opportunity number", "商机编号")),
        Field("name", _("Name"), cells.text(), aliases=("opportunity name", "deal name", "title", "商机名称")),
        Field("customer_id", _("Customer's reference"), cells.code(), aliases=("customerid", "account id", "organization id", "客户编号"), refers_to=CUSTOMER_KINDS),
        Field("customer_name", _("Customer's name"), cells.text(), aliases=("account", "account name", "company", "organization", "associated company", "customer", "客户名称", "客户")),
        Field("product", _("Product"), cells.text(), aliases=("product name", "product code", "产品", "产品名称")),
        Field("stage", _("Stage"), cells.text(60), aliases=("deal stage", "sales stage", "stage name", "销售阶段", "阶段")),
        Field("status", _("Status"), cells.choice(STATUS_WORDS), aliases=("deal status", "state", "状态"), choices=tuple(DealStatus.choices)),
        Field("amount", _("Amount"), cells.decimal(4, 18), "numeric(18,4)", aliases=("close value", "value", "deal value", "deal amount", "total", "金额", "预计金额")),
        Field("currency", _("Currency"), cells.text(3), aliases=("币种",)),
        Field("owner", _("Owner"), cells.person(), aliases=("sales agent", "deal owner", "opportunity owner", "sales rep", "负责人", "跟进人"), is_person=True),
        Field("opened_on", _("Opened on"), cells.moment(), "timestamptz", aliases=("engage date", "created", "created date", "create date", "creation date", "deal created", "创建时间")),
        Field("close_on", _("Closed on, or expected to"), cells.moment(), "timestamptz", aliases=("close date", "closed date", "expected close date", "won time", "结单日期", "预计成交日期")),
        Field("probability", _("Probability in %"), cells.decimal(2, 5), "numeric(5,2)", aliases=("probability", "deal probability", "win probability", "赢率")),
        Field("source", _("Source"), cells.text(100), aliases=("lead source", "deal source", "来源")),
        Field("reason", _("Reason"), cells.text(60), aliases=("lost reason", "closed lost reason", "closed won reason", "loss reason", "输单原因")),
        Field("note", _("Note"), cells.text(10_000, multiline=True, formulas=True), aliases=("description", "next step", "备注", "说明")),
    )  # fmt: skip

    def load(self, chunk: Chunk) -> None:
        """Match, create and update the deals of a chunk."""
        loader = DealLoader(chunk.execute, chunk.rows, chunk.user)
        chunk.resolve_old_ids("customer_id", "customer_record")
        loader.read_status()
        loader.match()
        chunk.refuse_foreign(Opportunity)
        chunk.fail("probability NOT BETWEEN 0 AND 100", "percent", "probability")
        chunk.fail("amount < 0", "negative", "amount")
        chunk.fail("currency IS NOT NULL AND currency !~ '^[A-Z]{3}$'", "currency", "currency")
        chunk.fail(
            "currency <> %s AND NOT EXISTS (SELECT FROM sales_exchangerate r WHERE r.currency = chunk.currency "
            "AND r.day <= coalesce(opened_on, now())::date)",
            "no_rate",
            "currency",
            settings.BASE_CURRENCY,
        )
        chunk.apply_mode()
        if chunk.option("create_products"):
            loader.links.make_products()
        loader.links.link_products()
        chunk.fail("product IS NOT NULL AND product_record IS NULL", "unknown_product", "product")
        loader.links.link_customers()
        made = loader.links.make_customers() if chunk.option("create_customers") else 0
        chunk.fail(
            "customer_record IS NULL AND coalesce(customer_id, customer_name) IS NOT NULL",
            "unknown_customer",
            "customer_id" if chunk.is_mapped("customer_id") else "customer_name",
        )
        if chunk.is_mapped("owner"):
            chunk.assign_person("owner", "owner_record")
            chunk.fail("owner IS NOT NULL AND owner_record IS NULL", "unknown_person", "owner")
        loader.place(str(chunk.option("pipeline") or ""))
        created = loader.create()
        loader.update()
        chunk.write_custom()
        updated, unchanged = chunk.rows(
            "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM chunk WHERE NOT is_new"
        )[0]
        chunk.context.count(created=created, updated=updated, skipped=unchanged, customers_created=made)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that opportunities came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(OpportunitiesImported(count=count, source=f"import:{job.pk}"), user)
