"""Importing leads, a row an enquiry: lists of fairs and business cards, and what other systems call leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Option, Problem, Values
from sales.choices import LeadChannel
from sales.events import LeadsImported
from sales.models import Lead
from sales.services.leads.loading import LeadLoader

CHANNEL_WORDS = {
    "form": "form", "web form": "form", "website": "form", "web": "form", "网站": "form", "表单": "form", "manual": "manual",
    "phone": "manual", "电话": "manual", "import": "import", "api": "api", "ad": "ad", "ads": "ad", "social": "ad",
    "facebook": "ad", "linkedin": "ad", "广告": "ad", "event": "event", "fair": "event", "trade fair": "event",
    "business card": "event", "展会": "event", "名片": "event",
}  # fmt: skip
CALLABLE_BY = ("name", "given_name", "family_name", "company", "email", "phone", "wechat")
SOURCE = Option("source", _("Source"), _("For rows that name none: the name of the fair, or of the list."))


class LeadImport(ImportKind):
    """A row an enquiry. Who asks is found by exact mail address, phone or WeChat, or else made; nobody is doubled."""

    code = "leads"
    title = _("Leads")
    file_names = ("lead", "enquir", "inquir", "card", "fair", "线索", "询盘", "名片")
    telling: ClassVar[Sequence[str]] = ("name", "given_name", "company", "email", "phone")
    turn = 33
    module = "sales"
    model = Lead
    keys = ("number",)
    old_id = "number"
    chunk_size = 1000
    options = (SOURCE,)
    working = (
        ("customer_record", "bigint"), ("product_record", "bigint"), ("owner_record", "bigint"),
        ("team_record", "bigint"), ("search_text", "text"), ("sort_key", "text"),
    )  # fmt: skip
    fields = (
        Field("number", _("Number"), cells.code(), aliases=("lead id", "id", "record id", "lead number", "线索编号")),
        Field("name", _("Name"), cells.text(), aliases=("full name", "contact", "contact name", "lead name", "姓名", "联系人")),
        Field("given_name", _("Given name"), cells.text(100), aliases=("first name", "firstname", "vorname", "名")),
        Field("family_name", _("Family name"), cells.text(100), aliases=("last name", "lastname", "surname", "nachname", "姓")),
        Field("company", _("Company"), cells.text(), aliases=("organisation", "organization", "account", "company name", "firma", "公司", "公司名称")),
        Field("job_title", _("Job title"), cells.text(100), aliases=("title", "position", "职位")),
        Field("email", _("E-mail"), cells.email(), aliases=("mail", "email address", "e-mail address", "邮箱", "电子邮箱")),
        Field("phone", _("Phone"), cells.phone(), aliases=("phone number", "mobile", "mobile phone", "telefon", "电话", "手机")),
        Field("wechat", _("WeChat"), cells.text(100), aliases=("wechat id", "微信", "微信号")),
        Field("country", _("Country"), cells.text(60), aliases=("land", "国家")),
        Field("about", _("About"), cells.text(), aliases=("subject", "interest", "topic", "betreff", "主题", "意向")),
        Field("message", _("Message"), cells.text(10_000, multiline=True, formulas=True), aliases=("notes", "note", "comments", "description", "备注", "留言")),
        Field("product", _("Product"), cells.text(), aliases=("product name", "product code", "产品")),
        Field("source", _("Source"), cells.text(100), aliases=("lead source", "quelle", "来源", "线索来源")),
        Field("campaign", _("Campaign"), cells.text(100), aliases=("utm campaign", "活动")),
        Field("channel", _("Came in by"), cells.choice(CHANNEL_WORDS), aliases=("channel", "渠道"), choices=tuple(LeadChannel.choices)),
        Field("region", _("Region"), cells.text(100), aliases=("state", "province", "territory", "省份", "地区")),
        Field("language", _("Language"), cells.text(10), aliases=("locale", "语言")),
        Field("owner", _("Owner"), cells.person(), aliases=("lead owner", "assigned to", "sales rep", "负责人"), is_person=True),
        Field("received_at", _("Received"), cells.moment(), "timestamptz", aliases=("created", "created date", "create date", "date", "received on", "创建时间")),
    )  # fmt: skip

    def check(self, values: Values) -> list[Problem]:
        """Ask for something to call them by."""
        if not any(values[self.places[name]] for name in CALLABLE_BY):
            return [("name", "name_required", {})]
        return []

    def load(self, chunk: Chunk) -> None:
        """Find who asks, and create or update the leads of a chunk."""
        loader = LeadLoader(chunk.execute, chunk.rows, chunk.user)
        loader.match()
        chunk.refuse_foreign(Lead)
        chunk.apply_mode()
        loader.link_products()
        chunk.fail("product IS NOT NULL AND product_record IS NULL", "unknown_product", "product")
        if chunk.is_mapped("owner"):
            chunk.assign_person("owner", "owner_record")
            chunk.fail("owner IS NOT NULL AND owner_record IS NULL", "unknown_person", "owner")
        made = loader.link_customers()
        created = loader.create(str(chunk.option("source") or ""))
        loader.update()
        chunk.write_custom()
        updated, unchanged = chunk.rows(
            "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE NOT changed) FROM chunk WHERE NOT is_new"
        )[0]
        chunk.context.count(created=created, updated=updated, skipped=unchanged, customers_created=made)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that leads came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(LeadsImported(count=count, source=f"import:{job.pk}"), user)
