"""The demo company's customers: real-looking people and companies of several countries."""

from __future__ import annotations

import phonenumbers
import pytest
from django.db.models import Count, F, Q

from crm_site.lib.phones import to_e164
from crm_site.staff.models import User
from customers.choices import ContactKind, CustomerKind
from customers.demo.inventing import romanised
from customers.demo.places import COUNTRIES
from customers.lists import customer_list
from customers.models import Activity, ContactPoint, Customer
from customers.services import index_customer
from tests.demo_company import DAY, company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_there_are_people_and_companies_of_six_countries_in_both_scripts() -> None:
    assert Customer.objects.values("country").distinct().count() == len(COUNTRIES) == 6
    chinese = Customer.objects.filter(name__regex="[一-鿿]").count()
    assert 140 < chinese < 230
    assert Customer.objects.filter(kind=CustomerKind.ORGANISATION, name__endswith="有限公司").count() > 20
    assert Customer.objects.filter(kind=CustomerKind.ORGANISATION, name__endswith="GmbH").count() > 5


def test_telephone_numbers_are_valid_in_their_country() -> None:
    codes = {country.name: country.code for country in COUNTRIES}
    phones = ContactPoint.objects.filter(kind=ContactKind.PHONE).values_list("value", "normal", "customer__country")
    assert len(phones) > 250
    for value, normal, country in phones:
        number = phonenumbers.parse(value)
        assert phonenumbers.is_valid_number(number), value
        assert phonenumbers.region_code_for_number(number) == codes[country]
        assert to_e164(value) == normal


def test_mail_goes_nowhere() -> None:
    mails = ContactPoint.objects.filter(kind=ContactKind.EMAIL)
    assert mails.count() == 400
    assert mails.exclude(value__endswith=".example").count() == 0


def test_search_text_and_sort_key_are_what_the_service_derives() -> None:
    for customer in Customer.objects.order_by("pk")[:60]:
        before = (customer.search_text, customer.sort_key)
        index_customer(customer)
        customer.refresh_from_db()
        assert (customer.search_text, customer.sort_key) == before


def test_people_work_for_organisations_of_their_country_with_the_same_owner() -> None:
    members = Customer.objects.exclude(organisation=None)
    assert members.count() > 100
    assert members.filter(organisation__kind=CustomerKind.ORGANISATION).count() == members.count()
    assert members.exclude(country=F("organisation__country")).count() == 0
    assert members.exclude(Q(owner=F("organisation__owner")) | Q(owner=None, organisation__owner=None)).count() == 0
    assert members.filter(created_at__lt=F("organisation__created_at")).count() == 0


def test_the_team_is_the_owners() -> None:
    assert Customer.objects.exclude(owner=None).exclude(team=F("owner__team")).count() == 0
    assert Customer.objects.filter(owner=None).exclude(team=None).count() == 0
    assert 5 < Customer.objects.filter(owner=None).count() < 60


def test_every_timeline_begins_and_nothing_lies_after_the_day() -> None:
    begun = Activity.objects.filter(verb="customer.created").values("customer").annotate(count=Count("pk"))
    assert len(begun) == 400
    assert {row["count"] for row in begun} == {1}
    assert Activity.objects.filter(occurred_at__date__gte=DAY).count() == 0
    notes = Activity.objects.filter(verb="customer.note")
    assert notes.filter(actor=F("customer__owner")).count() > 150
    # Colleagues who mention the owner, or add a file, write a few more.
    assert notes.exclude(actor=F("customer__owner")).count() < 40
    assert notes.filter(actor=None).count() == 0


@pytest.mark.parametrize("query", ["hart", "wang", "李", "有限公司"])
def test_customers_are_found_in_every_script(query: str) -> None:
    manager = User.objects.get(email="manager@demo.example")
    assert customer_list.search(manager, query).count() > 0


def test_credit_codes_carry_the_right_check_character() -> None:
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = Customer.objects.exclude(identifier="").values_list("identifier", flat=True)
    assert len(codes) > 20
    for code in codes:
        total = sum(signs.index(sign) * 3**place for place, sign in enumerate(code[:17]))
        assert (total + signs.index(code[17])) % 31 == 0


def test_names_become_addresses() -> None:
    assert romanised("单伟国") == "shanweiguo"
    assert romanised("Großmann") == "grossmann"
    assert romanised("O'Brien") == "obrien"
