"""The demo people: they can sign in, each sees what the role allows, and the sign-in page offers them."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from crm_site.demo import DEMO_PASSWORD
from crm_site.demo.people import sign_ins
from crm_site.staff.models import Team, User
from customers.models import Customer
from tests.demo_company import company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
MAIN = ("rep", "agent", "marketer", "manager", "admin")


@pytest.mark.parametrize("box", MAIN)
def test_a_demo_person_signs_in_with_the_published_password(box: str) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": f"{box}@demo.example", "password": DEMO_PASSWORD})
    assert client.session["_auth_user_id"] == str(User.objects.get(email=f"{box}@demo.example").pk)
    assert EmailAddress.objects.filter(email=f"{box}@demo.example", verified=True, primary=True).count() == 1


def test_the_sign_in_page_offers_the_main_people_by_role() -> None:
    offered = {guest["email"]: guest["role"] for guest in sign_ins()}
    assert {f"{box}@demo.example" for box in MAIN} <= set(offered)
    assert offered["rep@demo.example"] == "Sales representative"
    page = Client().get("/accounts/login/").content.decode()
    assert 'data-sign-in="manager@demo.example"' in page


def test_everybody_has_a_teammate_and_sales_has_two_teams() -> None:
    people = User.objects.filter(email__endswith="@demo.example")
    assert people.count() == 14
    for code in ("rep", "team-lead", "agent", "marketer", "manager", "admin"):
        assert people.filter(roles__code=code).count() >= 2
    sales = Team.objects.get(name="Sales")
    assert sorted(sales.children.values_list("name", flat=True)) == ["Sales North", "Sales South"]


def test_scopes_show_a_rep_less_than_the_lead_and_the_lead_less_than_the_manager() -> None:
    seen = [
        Customer.objects.visible_to(User.objects.get(email=f"{box}@demo.example")).count()
        for box in ("rep", "lead.north", "manager")
    ]
    assert 40 < seen[0] < seen[1] < seen[2] == 400


def test_only_the_first_administrator_may_do_everything() -> None:
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == ["admin@demo.example"]
