"""The kinds of pages that are swept: how each is found, who opens it, and what is done on it first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from analytics.selectors.reports import REPORTS
from crm_site.assignment.models import Absence
from crm_site.calendars.models import BusinessCalendar, CalendarException
from crm_site.forms.models import Form, Submission
from crm_site.imports.models import Import, MoveIn
from crm_site.jobs.models import JobRun
from crm_site.pages.lists.registry import list_pages
from crm_site.staff.models import User
from customers.models import Customer, CustomerClass, DoNotContact, Invitation, Segment, Task
from customers.services import change_customer
from customers.services.tasking.inviting import token_of
from sales.models import Lead, Need, Opportunity, Order, Product, ScoreRule, Stage
from service.models import Survey, SurveyAnswer
from tests.factories.forms import FormHookFactory
from tests.factories.history import OperationFactory, TrashedRecordFactory

assert get_resolver().url_patterns  # lists become known with their addresses
PEOPLE = {"manager": "manager@demo.example", "admin": "admin@demo.example", "": ""}


@dataclass(frozen=True)
class Kind:
    """A kind of page: how its address is found, who opens it, and what is done on it first."""

    address: Any
    person: str = "manager"
    act: Any = None


def manager() -> User:
    """Return the manager of the demo company."""
    return User.objects.get(email=PEOPLE["manager"])


def changed() -> Customer:
    """Return a customer whose history tells of a change."""
    customer: Customer = first(Customer)
    change_customer(customer, customer.version, {"industry": f"Paper {customer.version}"}, manager())
    return customer


def talkative() -> Customer:
    """Return a customer with a ledger and a ban."""
    return DoNotContact.objects.filter(customer__consents__isnull=False).order_by("pk")[0].customer


def add_a_number(page: Page) -> None:
    """Open the form of another number; on a phone it stands on another tab."""
    tab = page.locator("[role=tab][data-tab=panels]")
    if tab.is_visible():
        tab.click()
    page.locator("#add-contact").click()
    expect(page.locator("#reach-form")).to_be_visible()


def open_palette(page: Page) -> None:
    """Open the palette and look for somebody."""
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("li")
    expect(page.locator("#palette [role=option]").first).to_be_visible()


def open_filters(page: Page) -> None:
    """Open the filters of a list."""
    page.locator("#add-filter").click()
    expect(page.locator("#filter-form")).to_be_visible()


def edit_a_fact(page: Page) -> None:
    """Open the form of one fact; on a phone it stands on another tab."""
    tab = page.locator("[role=tab][data-tab=facts]")
    if tab.is_visible():
        tab.click()
    page.locator(".fact-edit").first.click()
    expect(page.locator(".fact-form")).to_be_visible()


def submit(page: Page) -> None:
    """Send a form as it is, to see its errors."""
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()


def press_question_mark(page: Page) -> None:
    """Open the list of shortcuts."""
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def first(model: Any, **lookup: Any) -> Any:
    """Return the earliest record."""
    return model._default_manager.filter(**lookup).order_by("pk").first()


def web_form() -> Form:
    """Return the form of the demo company."""
    found: Form = first(Form)
    return found


def waiting_import(**facts: Any) -> Import:
    """Return an import that nobody has started."""
    return Import.objects.filter(run=None, move_in=None, **facts).latest("pk")


def tried_import() -> Import:
    """Return an import that was tried and not started."""
    return Import.objects.filter(run=None, move_in=None).exclude(staged_for="").latest("pk")


def refused_import() -> Import:
    """Return an import that is done and refused a row."""
    return Import.objects.filter(run__isnull=False).latest("pk")


KINDS: dict[str, Kind] = {
    "sign in": Kind(lambda: reverse("account_login"), ""),
    "reset the password": Kind(lambda: reverse("account_reset_password"), ""),
    "today": Kind(lambda: reverse("pages:today")),
    "palette": Kind(lambda: reverse("pages:today"), act=open_palette),
    "shortcuts": Kind(lambda: reverse("pages:today"), act=press_question_mark),
    "preferences": Kind(lambda: reverse("pages:preferences")),
    "change the password": Kind(lambda: reverse("account_change_password")),
    "signed-in devices": Kind(lambda: reverse("usersessions_list")),
    "sign out": Kind(lambda: reverse("account_logout")),
    "not found": Kind(lambda: "/no/such/page/"),
    **{
        f"list of {page.code}": Kind(lambda page=page: page.path, "admin" if page.module == "setup" else "manager")
        for page in list_pages()
    },
    "list with filters open": Kind(lambda: reverse("customers:customer-list"), act=open_filters),
    "list with chips": Kind(lambda: reverse("customers:customer-list") + "?owner=me&stage=customer&sort=-revenue"),
    "list without matches": Kind(lambda: reverse("customers:customer-list") + "?q=zzzzzz"),
    "customer": Kind(lambda: first(Customer, metrics__orders_count__gt=2).get_absolute_url()),
    "organisation": Kind(lambda: first(Customer, members__kind="person").get_absolute_url()),
    "customer, a fact in hand": Kind(lambda: first(Customer).get_absolute_url(), act=edit_a_fact),
    "customer, a number in hand": Kind(lambda: first(Customer).get_absolute_url(), act=add_a_number),
    "customer's form": Kind(lambda: reverse("customers:customer-edit", args=[first(Customer).pk])),
    "customer's form, refused": Kind(lambda: reverse("customers:customer-create"), act=submit),
    "consent of a customer": Kind(lambda: reverse("customers:customer-consents", args=[talkative().pk])),
    "record consent": Kind(lambda: reverse("customers:customer-consent-record", args=[talkative().pk])),
    "forbid contact": Kind(lambda: reverse("customers:customer-forbid", args=[talkative().pk])),
    "picture of a customer": Kind(lambda: reverse("customers:customer-portrait", args=[first(Customer).pk])),
    "segment": Kind(lambda: first(Segment).get_absolute_url()),
    "segment's form": Kind(lambda: reverse("customers:segment-edit", args=[first(Segment).pk])),
    "classes": Kind(lambda: reverse("customers:classification-list"), "admin"),
    "class form": Kind(lambda: reverse("customers:class-edit", args=[first(CustomerClass).pk]), "admin"),
    "lifecycle": Kind(lambda: reverse("customers:lifecycle")),
    "lifecycle rule": Kind(lambda: reverse("customers:lifecycle-rule", args=["loyal"]), "admin"),
    "decide a stage": Kind(lambda: reverse("customers:customer-stage", args=[first(Customer).pk])),
    "task": Kind(lambda: first(Task, state="open", series__isnull=False).get_absolute_url()),
    "meeting with answers": Kind(lambda: first(Task, invitations__isnull=False).get_absolute_url()),
    "answer to an invitation": Kind(lambda: reverse("calendar:answer", args=[token_of(first(Invitation))]), ""),
    "task's form": Kind(lambda: reverse("customers:task-edit", args=[first(Task, series__isnull=False).pk])),
    "task's form, refused": Kind(lambda: reverse("customers:task-create"), act=submit),
    "tasks of a month": Kind(lambda: reverse("customers:task-list") + "?as=calendar"),
    "tasks of a week": Kind(lambda: reverse("customers:task-list") + f"?as=calendar&on={timezone.localdate():%G-W%V}"),
    "tasks of a day": Kind(lambda: reverse("customers:task-list") + f"?as=calendar&on={timezone.localdate()}"),
    "move a task": Kind(lambda: reverse("pages:list-shift", args=["tasks", first(Task, state="open").pk])),
    "calendar in other programs": Kind(lambda: reverse("customers:task-calendar")),
    "board of leads": Kind(lambda: reverse("sales:lead-list") + "?as=board"),
    "lead": Kind(lambda: first(Lead, status="new", owner__isnull=False).get_absolute_url()),
    "lead that ended": Kind(lambda: first(Lead, status="disqualified").get_absolute_url()),
    "lead's form, refused": Kind(lambda: reverse("sales:lead-create"), act=submit),
    "convert a lead": Kind(lambda: reverse("sales:lead-convert", args=[first(Lead, status="contacted").pk])),
    "give a lead up": Kind(lambda: reverse("sales:lead-disqualify", args=[first(Lead, status="contacted").pk])),
    "board of needs": Kind(lambda: reverse("sales:need-list") + "?as=board"),
    "need": Kind(lambda: first(Need, status="confirmed", opportunity__isnull=False).get_absolute_url()),
    "need that ended": Kind(lambda: first(Need, status="declined").get_absolute_url()),
    "need's form, refused": Kind(lambda: reverse("sales:need-create"), act=submit),
    "address a need": Kind(lambda: reverse("sales:need-address", args=[first(Need, status="confirmed").pk])),
    "decline a need": Kind(lambda: reverse("sales:need-decline", args=[first(Need, status="stated").pk]), act=submit),
    "categories of needs": Kind(lambda: reverse("sales:needcategory-list"), "admin"),
    "category of needs": Kind(lambda: reverse("sales:needcategory-create"), "admin"),
    "voice of the customer": Kind(lambda: reverse("sales:voice")),
    "scoring": Kind(lambda: reverse("sales:scoring"), "admin"),
    "scoring rule": Kind(lambda: reverse("sales:score-rule-edit", args=[first(ScoreRule).pk]), "admin"),
    "handling of leads": Kind(lambda: reverse("sales:lead-policy"), "admin"),
    "board of opportunities": Kind(lambda: reverse("sales:opportunity-list") + "?as=board"),
    "opportunity": Kind(lambda: first(Opportunity, status="open").get_absolute_url()),
    "opportunity that ended": Kind(lambda: first(Opportunity, status="lost").get_absolute_url()),
    "opportunity's form": Kind(lambda: reverse("sales:opportunity-create")),
    "opportunity's form, refused": Kind(lambda: reverse("sales:opportunity-create"), act=submit),
    "products of an opportunity": Kind(
        lambda: reverse("sales:opportunity-lines", args=[first(Opportunity, amount_from_lines=True).pk])
    ),
    "win an opportunity": Kind(
        lambda: reverse("sales:opportunity-win", args=[first(Opportunity, status="open").pk]), act=submit
    ),
    "lose an opportunity": Kind(
        lambda: reverse("sales:opportunity-lose", args=[first(Opportunity, status="open").pk]), act=submit
    ),
    "move an opportunity": Kind(lambda: reverse("sales:opportunity-move", args=[first(Opportunity, status="open").pk])),
    "forecast": Kind(lambda: reverse("sales:forecast")),
    "adjust a forecast, refused": Kind(lambda: reverse("sales:forecast-adjust"), act=submit),
    "how a forecast moved": Kind(lambda: reverse("sales:forecast-course")),
    "sales targets": Kind(lambda: reverse("sales:target-grid")),
    "monday": Kind(lambda: reverse("sales:monday")),
    "pipelines": Kind(lambda: reverse("sales:pipeline-list"), "admin"),
    "pipeline's form": Kind(lambda: reverse("sales:pipeline-create"), "admin", submit),
    "stage form": Kind(lambda: reverse("sales:stage-edit", args=[first(Stage).pk]), "admin"),
    "retire a stage": Kind(lambda: reverse("sales:stage-retire", args=[first(Stage).pk]), "admin"),
    "reasons": Kind(lambda: reverse("sales:reason-list"), "admin"),
    "reason's form": Kind(lambda: reverse("sales:reason-create"), "admin", submit),
    "exchange rate's form": Kind(lambda: reverse("sales:rate-create"), "admin", submit),
    "exchange rates": Kind(lambda: reverse("sales:rate-list"), "admin"),
    "competitor form": Kind(lambda: reverse("sales:competitor-create"), "admin"),
    "order": Kind(lambda: first(Order, customer__isnull=False).get_absolute_url()),
    "order's form": Kind(lambda: reverse("sales:order-edit", args=[first(Order).pk])),
    "product": Kind(lambda: first(Product).get_absolute_url()),
    "product's form": Kind(lambda: reverse("sales:product-create")),
    "survey": Kind(lambda: first(Survey).get_absolute_url()),
    "survey's form": Kind(lambda: reverse("service:survey-create")),
    "answer": Kind(lambda: first(SurveyAnswer).get_absolute_url()),
    "answer's form": Kind(lambda: reverse("service:answer-create")),
    "history of a customer": Kind(lambda: reverse("history:record", args=["customers.customer", changed().pk])),
    "delete a customer": Kind(lambda: reverse("customers:customer-delete", args=[first(Customer).pk])),
    "operation": Kind(lambda: OperationFactory(actor=manager()).get_absolute_url()),
    "deleted record": Kind(lambda: reverse("history:trashed", args=[TrashedRecordFactory().pk])),
    "business calendars": Kind(lambda: reverse("calendars:calendar-list"), "admin"),
    "business calendar": Kind(lambda: first(BusinessCalendar, country="CN").get_absolute_url(), "admin"),
    "business calendar, refused": Kind(lambda: reverse("calendars:calendar-create"), "admin", submit),
    "exception of a calendar": Kind(
        lambda: reverse("calendars:exception-edit", args=[first(CalendarException).pk]), "admin"
    ),
    "assignment": Kind(lambda: reverse("assignment:rule-list"), "admin"),
    "rule of assignment": Kind(lambda: reverse("assignment:rule-create", args=["lead"]), "admin"),
    "people and absences": Kind(lambda: reverse("assignment:person-list"), "admin"),
    "what somebody takes": Kind(lambda: reverse("assignment:person-edit", args=[first(Absence).user_id]), "admin"),
    "my absences": Kind(lambda: reverse("assignment:absence-list")),
    "new absence": Kind(lambda: reverse("assignment:absence-create")),
    "custom fields": Kind(lambda: reverse("fields:field-list"), "admin"),
    "custom field's form": Kind(lambda: reverse("fields:field-add", args=["customer"]), "admin"),
    "notifications": Kind(lambda: reverse("notifications:notification-list")),
    "what to be told of": Kind(lambda: reverse("notifications:preferences")),
    "try a rule": Kind(lambda: reverse("rules:try", args=["customer"])),
    "build a form": Kind(lambda: web_form().get_absolute_url()),
    "new form": Kind(lambda: reverse("forms:form-create")),
    "delete a form": Kind(lambda: reverse("forms:form-delete", args=[web_form().pk]), "admin"),
    "test a form": Kind(lambda: reverse("forms:form-test", args=[web_form().pk])),
    "webhook of a form": Kind(lambda: FormHookFactory(form=web_form()).get_absolute_url()),
    "what a form brought": Kind(lambda: first(Submission, state="confirmed").get_absolute_url()),
    "spam of a form": Kind(lambda: first(Submission, state="spam").get_absolute_url()),
    "fill in a form": Kind(lambda: reverse("web:hosted", args=[web_form().token]), ""),
    "fill in a form, wrongly": Kind(lambda: reverse("web:hosted", args=[web_form().token]), "", submit),
    "overview": Kind(lambda: reverse("analytics:overview")),
    "customer value": Kind(lambda: reverse("analytics:customer-value")),
    "sales figures": Kind(lambda: reverse("analytics:sales")),
    **{f"report: {code}": Kind(lambda code=code: reverse("analytics:sales-report", args=[code])) for code in REPORTS},
    "upload": Kind(lambda: reverse("imports:import-create")),
    "map": Kind(lambda: reverse("imports:import-columns", args=[waiting_import(staged_for="").pk])),
    "read a file differently": Kind(lambda: reverse("imports:import-file", args=[waiting_import(staged_for="").pk])),
    "check a file": Kind(lambda: reverse("imports:import-check", args=[tried_import().pk])),
    "move in, upload": Kind(lambda: reverse("imports:move-in-create")),
    "move in": Kind(lambda: MoveIn.objects.latest("pk").get_absolute_url()),
    "watch": Kind(lambda: refused_import().get_absolute_url()),
    "job": Kind(lambda: reverse("pages:job-detail", args=[JobRun.objects.filter(name="clv").latest("pk").pk])),
    "start a job": Kind(lambda: reverse("pages:job-new")),
    "clear demo data": Kind(lambda: reverse("demo:clear"), "admin"),
}
