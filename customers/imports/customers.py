"""Importing customers: all of them, or companies and people apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.events.publishing import publish_batch
from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import SEVERAL, Field, ImportKind, More, Problem, Values
from crm_site.lib.days import organisation_today
from crm_site.lib.identifiers import credit_code, is_credit_shaped
from crm_site.lib.text import search_text, sort_key
from customers.choices import BuyingRole, CustomerKind, Gender
from customers.events import CustomersImported
from customers.imports import aliases
from customers.models import Customer
from customers.models.checks import is_possible_birth
from customers.services.importing import FACTS, CustomerLoader
from customers.services.naming import looks_like_organisation, split_full_name

KIND_WORDS = {
    "person": "person", "contact": "person", "individual": "person", "个人": "person", "联系人": "person",
    "organisation": "organisation", "organization": "organisation", "company": "organisation",
    "公司": "organisation", "企业": "organisation",
}  # fmt: skip
ROLE_WORDS = {
    "decision maker": "decision_maker", "decision-maker": "decision_maker", "decider": "decision_maker",
    "economic buyer": "decision_maker", "决策人": "decision_maker", "决策者": "decision_maker", "purchaser": "buyer",
    "采购": "buyer", "采购人": "buyer", "end user": "user", "使用者": "user", "使用人": "user", "champion": "influencer",
    "影响者": "influencer", "影响人": "influencer", "把关者": "gatekeeper", "把关人": "gatekeeper", "财务": "finance", "其他": "other",
}  # fmt: skip
GENDER_WORDS = {
    "f": "female", "woman": "female", "mrs": "female", "ms": "female", "weiblich": "female", "frau": "female",
    "女": "female", "女士": "female", "女性": "female", "m": "male", "man": "male", "mr": "male", "männlich": "male",
    "herr": "male", "男": "male", "男士": "male", "先生": "male", "男性": "male", "diverse": "other", "divers": "other",
    "non-binary": "other", "其他": "other",
}  # fmt: skip
PERSONAL = ("kind", "given_name", "family_name", "job_title", "role", "gender", "birth_date", "wechat")
CALLABLE_BY = ("name", "given_name", "family_name", "organisation", "email", "phone", "reference")


class CustomerImport(ImportKind):
    """A row a customer. Known ones are found by reference, mail address or phone number."""

    code = "customers"
    title = _("Customers")
    module = "customers"
    telling: ClassVar[Sequence[str]] = ("kind",)
    file_names: ClassVar[Sequence[str]] = ("customers", "客户")
    turn = 25
    model = Customer
    keys = ("reference", "email", "phone", "identifier")
    old_id = "reference"
    keeps_old_id = False
    chunk_size = 5000
    only: ClassVar[str] = ""
    """The one kind of customer that the file holds, if it is one."""
    fields: Sequence[Field] = (
        Field("reference", _("Reference"), cells.code(), aliases=aliases.REFERENCE),
        Field(
            "kind", _("Kind"), cells.choice(KIND_WORDS), aliases=("type", "类型"), choices=tuple(CustomerKind.choices)
        ),
        Field("name", _("Name"), cells.text(), aliases=aliases.NAME),
        Field("given_name", _("Given name"), cells.text(100), aliases=aliases.GIVEN_NAME),
        Field("family_name", _("Family name"), cells.text(100), aliases=aliases.FAMILY_NAME),
        Field("organisation", _("Organisation"), cells.text(), aliases=aliases.ORGANISATION),
        Field(
            "organisation_key",
            _("Organisation's reference"),
            cells.code(),
            aliases=aliases.COMPANY_ID,
            refers_to=("companies", "customers"),
        ),
        Field("job_title", _("Job title"), cells.text(100), aliases=aliases.JOB_TITLE),
        Field(
            "role", _("Buying role"), cells.choice(ROLE_WORDS), aliases=aliases.ROLE, choices=tuple(BuyingRole.choices)
        ),
        Field("email", _("E-mail"), cells.email(), aliases=aliases.EMAIL, several=SEVERAL),
        Field("phone", _("Phone"), cells.phone(), aliases=aliases.PHONE, several=SEVERAL),
        Field("wechat", _("WeChat"), cells.text(100), aliases=aliases.WECHAT),
        Field("identifier", _("Registration number"), cells.text(40), aliases=aliases.IDENTIFIER),
        Field("gender", _("Gender"), cells.choice(GENDER_WORDS), aliases=aliases.GENDER, choices=tuple(Gender.choices)),
        Field("birth_date", _("Birth date"), cells.date(), "date", aliases=aliases.BIRTH_DATE),
        Field("industry", _("Industry"), cells.text(100), aliases=aliases.INDUSTRY),
        Field("website", _("Website"), cells.url(), aliases=aliases.WEBSITE),
        Field("source", _("Source"), cells.text(100), aliases=aliases.SOURCE),
        Field("country", _("Country"), cells.text(60), aliases=aliases.COUNTRY),
        Field("region", _("Province or state"), cells.text(100), aliases=aliases.REGION),
        Field("city", _("City"), cells.text(100), aliases=aliases.CITY),
        Field("district", _("District"), cells.text(100), aliases=aliases.DISTRICT),
        Field("street", _("Street"), cells.text(200), aliases=aliases.STREET),
        Field("postal_code", _("Postal code"), cells.text(20), aliases=aliases.POSTAL_CODE),
        Field("owner", _("Owner"), cells.person(), aliases=aliases.OWNER, is_person=True),
        Field("created_at", _("Created on"), cells.moment(), "timestamptz", aliases=aliases.CREATED_AT),
        Field("revenue", _("Revenue (kept in a note)"), cells.decimal(2, 18), "numeric(18,2)", aliases=aliases.REVENUE),
        Field(
            "note",
            _("Note"),
            cells.text(10_000, multiline=True, formulas=True),
            aliases=aliases.NOTE,
            joined_by="\n",
        ),
    )
    derived = (
        ("full_name", "text"),
        ("note_body", "text"),
        ("search_text", "text"),
        ("sort_key", "text"),
    )
    working = (("organisation_id", "bigint"), ("owner_id", "bigint"), ("team_id", "bigint"))

    def check(self, values: Values) -> list[Problem]:
        """Ask for something the customer can be called by, and refuse what no person and no company can have."""
        at = self.places
        found: list[Problem] = []
        if not any(values[at[name]] for name in CALLABLE_BY):
            found.append(("name", "name_required", {}))
        born, identifier = values[at["birth_date"]], values[at["identifier"]]
        if born and not is_possible_birth(dt.date.fromisoformat(born), organisation_today()):
            found.append(("birth_date", "birth_date", {}))
        if identifier and is_credit_shaped(identifier) and credit_code(identifier) is None:
            found.append(("identifier", "credit_code", {}))
        return found

    def derive(self, values: Values, more: More) -> Iterable[str | None]:
        """Tell given and family name apart, name who has no name, and prepare what is searched and sorted by."""
        at = self.places
        name, given, family = values[at["name"]], values[at["given_name"]], values[at["family_name"]]
        organisation, email, phone = values[at["organisation"]], values[at["email"]], values[at["phone"]]
        kind = values[at["kind"]] or self.only or None
        if kind is None and not (given or family):
            unnamed = organisation and not name
            kind = "organisation" if unnamed or (name and not organisation and looks_like_organisation(name)) else None
        values[at["kind"]] = kind
        if name and not (given or family) and kind != "organisation":
            given, family = split_full_name(name, email or "")
            values[at["given_name"]], values[at["family_name"]] = given[:100] or None, family[:100] or None
        elif not name and given and family:
            name = values[at["name"]] = _composed(given, family)
        reference = values[at["reference"]]
        full = name or given or family or organisation or email or reference or phone or ""
        facts = [full, reference, values[at["identifier"]], email, phone, values[at["wechat"]]]
        for others in more.values():
            facts += others
        return full, self._note(values), search_text(facts), sort_key(full)

    def load(self, chunk: Chunk) -> None:
        """Match, create and update the customers of a chunk."""
        loader = CustomerLoader(chunk)
        self._match(chunk)
        chunk.refuse_foreign(Customer)
        self._link_by_key(chunk)
        chunk.apply_mode()
        mapped = [name for name in FACTS if chunk.is_mapped(name)]
        if "name" not in mapped and chunk.is_mapped("given_name") and chunk.is_mapped("family_name"):
            mapped.append("name")
        created, updated = loader.write(mapped)
        chunk.context.count(created=created, updated=updated, skipped=loader.unchanged())
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say that customers came in."""
        count = counts.get("created", 0) + counts.get("updated", 0)
        publish_batch(CustomersImported(count=count, source=f"import:{job.pk}"), user)

    def _note(self, values: Values) -> str | None:
        note, revenue = values[self.places["note"]], values[self.places["revenue"]]
        if not revenue:
            return note
        told = gettext("Revenue: %(amount)s") % {"amount": revenue}
        return f"{note}\n{told}" if note else told

    def _match(self, chunk: Chunk) -> None:
        if chunk.key in ("reference", "identifier"):
            chunk.execute(
                f"UPDATE chunk SET record_id = c.id FROM customers_customer c "
                f"WHERE chunk.record_id IS NULL AND c.{chunk.key} = chunk.{chunk.key} AND c.{chunk.key} <> ''"
            )
        else:
            chunk.execute(
                "UPDATE chunk SET record_id = p.customer_id FROM customers_contactpoint p "
                f"WHERE chunk.record_id IS NULL AND p.kind = %s AND p.normal = chunk.{chunk.key}",
                chunk.key,
            )
        if not any(chunk.is_mapped(key) for key in self.keys):
            self._match_names(chunk)
        if chunk.is_mapped("reference") and chunk.key != "reference" and not chunk.source:
            chunk.fail(
                "record_id IS NULL AND reference IS NOT NULL AND EXISTS "
                "(SELECT 1 FROM customers_customer c WHERE c.reference = chunk.reference)",
                "reference_taken",
                "reference",
            )
            chunk.fail(
                "record_id IS NULL AND reference IS NOT NULL AND EXISTS (SELECT 1 FROM chunk o "
                "WHERE o.reference = chunk.reference AND o.line < chunk.line)",
                "reference_taken",
                "reference",
            )

    def _match_names(self, chunk: Chunk) -> None:
        """Find organisations by their name alone, where only one has it: files without any key come again, too."""
        chunk.execute(
            "UPDATE chunk SET record_id = c.id FROM (SELECT sort_key, name, min(id) AS id FROM customers_customer "
            "WHERE kind = 'organisation' AND sort_key IN (SELECT sort_key FROM chunk) GROUP BY 1, 2 HAVING count(*) = 1) c "
            "WHERE chunk.record_id IS NULL AND chunk.kind = 'organisation' AND c.sort_key = left(chunk.sort_key, 200) "
            "AND c.name = chunk.full_name"
        )

    def _link_by_key(self, chunk: Chunk) -> None:
        if not chunk.is_mapped("organisation_key"):
            return
        chunk.resolve_old_ids("organisation_key", "organisation_id")
        chunk.execute(
            "UPDATE chunk SET organisation_id = c.id FROM customers_customer c WHERE chunk.organisation_id IS NULL "
            "AND c.kind = 'organisation' AND c.reference = organisation_key AND c.reference <> ''"
        )
        chunk.fail(
            "organisation_key IS NOT NULL AND organisation_id IS NULL", "unknown_organisation", "organisation_key"
        )


def _composed(given: str, family: str) -> str:
    """Return a name in the order of its script."""
    if given.isascii():
        return f"{given} {family}"
    chinese = any("一" <= letter <= "鿿" for letter in f"{given}{family}")
    return f"{family}{given}" if chinese else f"{given} {family}"


class CompanyImport(CustomerImport):
    """A row a company."""

    code = "companies"
    title = _("Companies")
    telling = ("name",)
    file_names = ("compan", "account", "organi", "firm", "公司", "企业")
    turn = 10
    only = "organisation"
    fields = tuple(
        replace(field, aliases=aliases.COMPANY.get(field.name, field.aliases), hidden=field.name in PERSONAL)
        for field in CustomerImport.fields
    )


class PersonImport(CustomerImport):
    """A row a person."""

    code = "people"
    title = _("People")
    telling = ("given_name", "family_name", "name", "email", "job_title")
    file_names = ("contact", "people", "person", "lead", "kontakt", "联系人", "人员")
    turn = 20
    only = "person"
    fields = tuple(replace(field, hidden=field.name == "kind") for field in CustomerImport.fields)
