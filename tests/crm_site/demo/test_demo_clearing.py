"""Clearing the demo company: exactly its records go, what is one's own stays, and nobody is locked out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from crm_site.demo.clearing import clear_demo, plan_clearing
from crm_site.demo.models import DemoLoad, DemoRange
from crm_site.demo.people import sign_ins
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.staff.models import Team, User
from customers.models import Activity, Address, ContactPoint, Customer, CustomerMetrics, Tag
from customers.services import add_note, create_customer
from sales.models import Order, OrderLine, Payment, Product
from sales.services import place_order
from service.models import Survey, SurveyAnswer
from tests.demo_company import company  # noqa: F401, a fixture
from tests.factories.staff import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

EMPTIED = (
    Activity, Address, ContactPoint, Customer, CustomerMetrics, DemoLoad, DemoRange, Order, OrderLine, Payment, Product,
    Survey, SurveyAnswer, Tag, Team, User,
)  # fmt: skip


@pytest.fixture
def admin() -> User:
    """The demo administrator."""
    return User.objects.get(email="admin@demo.example")


@pytest.fixture
def client_of(admin: User) -> Client:
    """A client signed in as the demo administrator."""
    client = Client()
    client.force_login(admin)
    return client


def test_clearing_removes_every_demo_record() -> None:
    clear_demo()
    assert {model.__name__: model._base_manager.count() for model in EMPTIED if model._base_manager.exists()} == {}
    assert sign_ins() == []


def test_own_records_stay_and_keep_what_they_need() -> None:
    me = UserFactory(name="Ines Own", role="manager")
    mine = create_customer({"name": "Own Customer", "email": "own@own.example"}, me)
    buyer = Customer.objects.filter(stage="loyal").earliest("pk")
    product = Product.objects.earliest("pk")
    lines = [{"product": product, "quantity": 2, "unit_price": Decimal("5.0000")}]
    order = place_order({"customer": buyer}, lines, me)
    add_note(Customer.objects.filter(stage="prospect").earliest("pk"), "a note of mine", me)

    plan = plan_clearing()
    assert {line.label: line.count for line in plan.kept} == {"Customers": 1, "Products": 1}
    assert {line.label: line.count for line in plan.attached} == {"Timeline entries": 2}
    clear_demo()

    assert set(Customer.objects.values_list("pk", flat=True)) == {mine.pk, buyer.pk}
    assert list(Order.objects.values_list("pk", "total")) == [(order.pk, Decimal("10.0000"))]
    assert list(Product.objects.values_list("pk", flat=True)) == [product.pk]
    assert list(User.objects.values_list("pk", flat=True)) == [me.pk]
    assert set(Activity.objects.values_list("customer_id", "verb")) == {
        (mine.pk, "customer.created"),
        (buyer.pk, "order.placed"),
    }


def test_kept_records_do_not_hinder_another_load_and_stay_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_site.demo.loading import load_demo

    monkeypatch.setattr("crm_site.demo.loading.FIGURES", [])
    me = UserFactory(name="Ines Own", role="manager")
    buyer = Customer.objects.filter(stage="loyal").earliest("pk")
    product = Product.objects.earliest("pk")
    place_order({"customer": buyer}, [{"product": product, "quantity": 1, "unit_price": Decimal(1)}], me)
    clear_demo()
    load_demo("S", say=lambda words: None)
    assert Customer.objects.count() == 401
    clear_demo()
    assert list(Customer.objects.values_list("pk", flat=True)) == [buyer.pk]
    assert list(Product.objects.values_list("pk", flat=True)) == [product.pk]


def test_the_job_keeps_whoever_asked_with_team_and_role(admin: User) -> None:
    run = run_job(start_job("demo_clear", user=admin, wake=False).pk)
    assert run is not None and run.state == "succeeded", run
    assert list(User.objects.values_list("email", flat=True)) == ["admin@demo.example"]
    assert list(Team.objects.values_list("name", flat=True)) == ["Company"]
    assert list(admin.roles.values_list("code", flat=True)) == ["admin"]
    assert run.started_by == admin
    assert run.counts["removed"] == run.result["removed"] > 10_000
    assert sign_ins() == []


def test_an_interrupted_clearing_goes_on_where_it_was() -> None:
    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise StopError

    with pytest.raises(StopError):
        clear_demo(before_block=stop)
    assert DemoLoad.objects.exists()
    assert 0 < sum(one.size for one in DemoRange.objects.all()) < 15_000
    clear_demo()
    assert not Customer.objects.exists()
    assert not DemoLoad.objects.exists()


def test_the_page_says_what_goes_and_starts_the_job(client_of: Client, admin: User) -> None:
    page = client_of.get("/demo/").content.decode()
    assert "<dt>Customers</dt><dd>400</dd>" in page
    assert "<dt>Users</dt><dd>13</dd>" in page
    assert "Your own account stays" in page
    response = client_of.post("/demo/")
    run = JobRun.objects.get(name="demo_clear")
    assert response["Location"] == f"/jobs/{run.pk}/"
    assert (run.started_by, run.state) == (admin, "queued")
    assert "is being cleared" in client_of.get("/demo/").content.decode()


@pytest.mark.parametrize("box", ["rep", "lead.north", "agent", "marketer", "manager"])
def test_the_page_does_not_exist_for_others(box: str) -> None:
    client = Client()
    client.force_login(User.objects.get(email=f"{box}@demo.example"))
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/").status_code == 404
    assert not JobRun.objects.filter(name="demo_clear").exists()


def test_the_page_without_demo_data_says_so(client_of: Client, admin: User) -> None:
    clear_demo(keep=admin)
    assert "There is no demo data here" in client_of.get("/demo/").content.decode()
    assert client_of.post("/demo/")["Location"] == "/demo/"
    assert not JobRun.objects.filter(name="demo_clear").exists()


def test_the_command_clears_once() -> None:
    call_command("demo", clear=True)
    assert not Customer.objects.exists()
    with pytest.raises(CommandError, match="no demo company"):
        call_command("demo", clear=True)
