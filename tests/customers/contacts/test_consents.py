"""The consent ledger: it grows, and nothing in it changes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm_site.files.models import Attachment
from crm_site.history.choices import OperationKind
from crm_site.history.deleting import delete_records
from crm_site.history.operations import operation
from crm_site.history.origin import origin
from crm_site.history.undoing import undo_operation
from customers.models import Activity, ConsentEntry, Customer, DoNotContact
from customers.services.consenting import forbid_contact, lift_ban, record_consent
from tests.conftest import Cast
from tests.factories.contacts import ConsentEntryFactory, ConsentWordingFactory
from tests.factories.records import ContactPointFactory, CustomerFactory

SAID = {"channel": "email", "purpose": "newsletter", "state": "given", "source": "phone"}


def everything_checked() -> None:
    """Let deferred triggers speak, as a commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_line_says_who_said_what_where_and_when(cast: Cast) -> None:
    customer, wording = CustomerFactory(owner=cast.owner), ConsentWordingFactory()
    at = timezone.now() - dt.timedelta(days=2)
    facts = {**SAID, "at": at, "wording": wording, "evidence": "  Call of Monday ", "address": " Ada@Customer.example "}
    entry = record_consent(customer, facts, cast.owner)
    entry.refresh_from_db()
    assert (entry.channel, entry.purpose, entry.state, entry.source) == ("email", "newsletter", "given", "phone")
    assert (entry.at, entry.wording, entry.evidence, entry.basis) == (at, wording, "Call of Monday", "consent")
    assert (entry.address, entry.recorded_by) == ("ada@customer.example", cast.owner)
    line = Activity.objects.get(customer=customer)
    assert (line.verb, line.occurred_at, line.body) == ("customer.consent_given_email", at, "Newsletter")


def test_evidence_can_be_a_file(cast: Cast, tmp_path: object, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    customer = CustomerFactory(owner=cast.owner)
    entry = record_consent(customer, SAID, cast.owner, [SimpleUploadedFile("form.txt", b"signed")])
    assert [one.pk for one in Attachment.objects.of("customer", customer.pk)] == [entry.evidence_file]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("purpose", {"purpose": "service"}),
        ("at", {"at": timezone.now() + dt.timedelta(days=1)}),
        ("expires_at", {"expires_at": timezone.now() - dt.timedelta(days=1)}),
        ("expires_at", {"state": "withdrawn", "expires_at": timezone.now() + dt.timedelta(days=1)}),
        ("confirmed_at", {"confirmed_at": timezone.now() - dt.timedelta(days=1)}),
        ("basis", {"state": "refused", "basis": "contract"}),
    ],
)
def test_what_cannot_be_true_is_refused(cast: Cast, field: str, facts: dict[str, object]) -> None:
    customer = CustomerFactory(owner=cast.owner)
    with pytest.raises(ValidationError) as refused:
        record_consent(customer, {**SAID, **facts}, cast.owner)
    assert list(refused.value.message_dict) == [field]
    assert not ConsentEntry.objects.exists()


@pytest.mark.parametrize("values", [{"state": "withdrawn"}, {"at": timezone.now()}, {"evidence": "other words"}])
def test_the_database_refuses_to_change_a_line(db: None, values: dict[str, object]) -> None:
    entry = ConsentEntryFactory()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ConsentEntry.objects.filter(pk=entry.pk).update(**values)
    other = CustomerFactory()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ConsentEntry.objects.filter(pk=entry.pk).update(customer=other)


def test_the_database_refuses_to_change_words_that_somebody_agreed_to(db: None) -> None:
    wording = ConsentWordingFactory()
    wording.text = "Yes, sell my address to everybody."
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        wording.save()


def test_the_database_refuses_to_lose_a_line(db: None) -> None:
    entry = ConsentEntryFactory()
    with pytest.raises(IntegrityError, match="only with their customer"), transaction.atomic():
        ConsentEntry.objects.filter(pk=entry.pk).delete()
        everything_checked()
    assert ConsentEntry.objects.filter(pk=entry.pk).exists()


def test_a_line_goes_with_its_customer_and_comes_back_from_the_trash(cast: Cast) -> None:
    entry = ConsentEntryFactory(customer=CustomerFactory(owner=cast.owner))
    before = ConsentEntry.objects.values().get()
    done = delete_records(Customer.objects.all(), actor=cast.manager, title="x")
    everything_checked()
    assert not ConsentEntry.objects.exists()
    undo_operation(done, cast.manager)
    everything_checked()
    assert ConsentEntry.objects.values().get() == before
    assert entry.pk == before["id"]


def test_an_undo_lets_lines_stand(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    with operation(OperationKind.EDIT, actor=cast.owner, module="customers", title="x") as done:
        record_consent(customer, SAID, cast.owner)
        Customer.objects.filter(pk=customer.pk).update(industry="Tea")
    undo_operation(done, cast.owner)
    everything_checked()
    assert ConsentEntry.objects.get().state == "given"
    assert Customer.objects.get().industry == ""


def test_an_undo_takes_lines_along_with_the_customer_it_created(cast: Cast) -> None:
    with operation(OperationKind.EDIT, actor=cast.manager, module="customers", title="x") as done:
        record_consent(CustomerFactory(owner=cast.owner), SAID, cast.owner)
    undo_operation(done, cast.manager)
    everything_checked()
    assert not Customer.objects.exists()
    assert not ConsentEntry.objects.exists()


def test_a_made_up_company_is_cleared_line_by_line(db: None) -> None:
    ConsentEntryFactory()
    with transaction.atomic(), origin(silent=True):
        ConsentEntry.objects.all().delete()
    everything_checked()
    assert not ConsentEntry.objects.exists()


def test_a_colleague_who_leaves_takes_no_line_along(cast: Cast) -> None:
    entry = ConsentEntryFactory(recorded_by=cast.agent)
    cast.agent.delete()
    entry.refresh_from_db()
    assert entry.recorded_by is None


def test_a_ban_is_set_once_and_lifted(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    ContactPointFactory(customer=customer)
    ban = forbid_contact(customer, "  Asked on the phone ", cast.owner)
    assert (ban.reason, ban.channel, ban.set_by) == ("Asked on the phone", "", cast.owner)
    with pytest.raises(ValidationError, match="forbidden already"):
        forbid_contact(customer, "again", cast.owner)
    forbid_contact(customer, "by mail too", cast.owner, channel="email")
    lift_ban(ban, cast.owner)
    lift_ban(ban, cast.manager)
    ban.refresh_from_db()
    assert ban.lifted_by == cast.owner
    said = list(Activity.objects.order_by("pk").values_list("verb", "body"))
    assert said == [
        ("customer.forbidden", "Asked on the phone"),
        ("customer.forbidden", "by mail too"),
        ("customer.allowed", "Asked on the phone"),
    ]
    assert [one.channel for one in DoNotContact.objects.in_force(timezone.now())] == ["email"]


@pytest.mark.parametrize("facts", [{"reason": " "}, {"reason": "x", "until": timezone.now() - dt.timedelta(days=1)}])
def test_a_ban_needs_a_reason_and_an_end_to_come(cast: Cast, facts: dict[str, object]) -> None:
    reason, until = str(facts["reason"]), facts.get("until")
    with pytest.raises(ValidationError):
        forbid_contact(CustomerFactory(), reason, cast.owner, until=until)  # type: ignore[arg-type]  # a moment or None
    assert not DoNotContact.objects.exists()
