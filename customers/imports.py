"""Importing customers, and making customers that other files name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind, Values, register_kind
from customers.events import CustomersImported
from customers.models import Customer
from customers.services.importing import FACTS, CustomerLoader

KIND_WORDS = {
    "person": "person", "contact": "person", "individual": "person", "个人": "person", "联系人": "person",
    "organisation": "organisation", "organization": "organisation", "company": "organisation",
    "公司": "organisation", "企业": "organisation",
}  # fmt: skip


class CustomerImport(ImportKind):
    """A row a customer. Known ones are found by reference, mail address or phone number."""

    code = "customers"
    title = _("Customers")
    module = "customers"
    keys = ("reference", "email", "phone", "identifier")
    fields = (
        Field("reference", _("Reference"), cells.code(), aliases=("customer_id", "id", "客户编号", "编号")),
        Field("kind", _("Kind"), cells.choice(KIND_WORDS), aliases=("type", "类型")),
        Field("name", _("Name"), cells.text(), aliases=("full name", "display name", "company name", "姓名", "客户名称", "名称")),
        Field("given_name", _("Given name"), cells.text(100), aliases=("first name", "vorname", "名")),
        Field("family_name", _("Family name"), cells.text(100), aliases=("last name", "surname", "nachname", "姓")),
        Field("organisation", _("Organisation"), cells.text(), aliases=("company", "account name", "organization", "firma", "公司", "单位")),
        Field("job_title", _("Job title"), cells.text(100), aliases=("title", "position", "职位", "职务")),
        Field("email", _("E-mail"), cells.email(), aliases=("email address", "e-mail 1 - value", "mail", "邮箱", "电子邮件")),
        Field("phone", _("Phone"), cells.phone(), aliases=("phone number", "mobile", "mobile phone", "telefon", "tel", "电话", "手机")),
        Field("wechat", _("WeChat"), cells.text(100), aliases=("weixin", "微信")),
        Field("identifier", _("Registration number"), cells.text(40), aliases=("统一社会信用代码", "vat", "tax id")),
        Field("birth_date", _("Birth date"), cells.date(), "date", aliases=("birthday", "date of birth", "生日")),
        Field("industry", _("Industry"), cells.text(100), aliases=("行业",)),
        Field("website", _("Website"), cells.url(), aliases=("url", "homepage", "网站")),
        Field("source", _("Source"), cells.text(100), aliases=("lead source", "来源")),
        Field("country", _("Country"), cells.text(60), aliases=("land", "国家")),
        Field("region", _("Province or state"), cells.text(100), aliases=("province", "state", "省份", "省")),
        Field("city", _("City"), cells.text(100), aliases=("town", "ort", "城市")),
        Field("district", _("District"), cells.text(100), aliases=("区",)),
        Field("street", _("Street"), cells.text(200), aliases=("address", "strasse", "straße", "地址")),
        Field("postal_code", _("Postal code"), cells.text(20), aliases=("zip", "zip code", "plz", "postcode", "邮编")),
        Field("owner", _("Owner"), cells.email(), aliases=("owner email", "负责人")),
    )  # fmt: skip

    def check(self, values: Values) -> list[tuple[str, str, dict[str, Any]]]:
        """Ask for something the customer can be called by."""
        callable_by = ("name", "given_name", "family_name", "organisation", "email", "reference")
        if any(values[self.position(name)] for name in callable_by):
            return []
        return [("name", "name_required", {})]

    def load(self, chunk: Chunk) -> None:
        """Match, create and update the customers of a chunk."""
        loader = CustomerLoader(chunk.execute, chunk.rows, chunk.user)
        loader.prepare_names()
        self._match(chunk)
        if chunk.user:
            chunk.refuse_foreign(Customer.objects.editable_by(chunk.user))
        chunk.apply_mode()
        mapped = [name for name in FACTS if chunk.is_mapped(name)] + (["name"] if not chunk.is_mapped("name") else [])
        created, updated = loader.write(mapped)
        chunk.context.count(created=created, updated=updated, skipped=loader.unchanged())
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that customers came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(CustomersImported(count=count, source=f"import:{job.pk}"), user)

    def _match(self, chunk: Chunk) -> None:
        if chunk.key in ("reference", "identifier"):
            chunk.execute(
                f"UPDATE chunk SET record_id = c.id FROM customers_customer c "
                f"WHERE c.{chunk.key} = chunk.{chunk.key} AND c.{chunk.key} <> ''"
            )
        else:
            chunk.execute(
                "UPDATE chunk SET record_id = p.customer_id FROM customers_contactpoint p "
                f"WHERE p.kind = %s AND p.normal = chunk.{chunk.key}",
                chunk.key,
            )
        chunk.fail(
            "record_id IS NULL AND reference IS NOT NULL AND EXISTS "
            "(SELECT 1 FROM customers_customer c WHERE c.reference = chunk.reference)",
            "reference_taken",
            "reference",
        )


register_kind(CustomerImport())
