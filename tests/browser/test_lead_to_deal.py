"""From the first touch to the won deal, as a rep does it: each step one click, nothing typed twice; both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from crm_site.staff.models import User
from customers.models import Customer
from sales.models import Lead, Opportunity
from tests.browser.conftest import Visit
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories.leads import LeadFactory
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.browser
RUNS = [("en", DESKTOP), ("en", PHONE), ("zh-hans", DESKTOP), ("zh-hans", PHONE)]


@pytest.mark.parametrize(("language", "size"), RUNS, ids=["en-desktop", "en-phone", "zh-desktop", "zh-phone"])
def test_from_the_enquiry_to_the_won_deal(language: str, size: dict[str, int], cast: Cast, page_of: Visit) -> None:
    User.objects.filter(pk=cast.owner.pk).update(language=language)
    page = page_of(cast.owner, "/sales/leads/new/", **size)
    page.fill("#id_name", "Ada Lovelace")
    page.fill("#id_company", "Acme GmbH")
    page.fill("#id_email", "ada@acme.example")
    page.fill("#id_title", "Pumps")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    lead = Lead.objects.get()

    # A call stops the clock of the first answer.
    page.locator('#composer input[value="call"]').check(force=True)
    page.locator('#composer select[name="outcome"]').select_option("reached")
    page.locator('#composer [name="body"]').fill("She wants 20 pumps.")
    page.locator("#composer .composer-foot button[type=submit]").click()
    expect(page.locator("#about-timeline")).to_contain_text("She wants 20 pumps.")
    lead.refresh_from_db()
    assert (lead.status, lead.first_response_at is not None) == ("contacted", True)

    # One dialog, with everything that is known filled in.
    page.locator("#convert-lead").click()
    dialog = page.locator("#list-dialog")
    expect(dialog.locator("#id_name")).to_have_value("Pumps")
    dialog.locator("#id_amount").fill("5000")
    dialog.locator("button[type=submit]").click()
    page.wait_for_url("**/sales/opportunities/**")
    deal = Opportunity.objects.get()
    assert (deal.name, deal.customer.name if deal.customer else "", deal.amount) == (
        "Pumps",
        "Acme GmbH",
        Decimal(5000),
    )
    assert Customer.objects.count() == 2

    page.locator("#win-deal").click()
    expect(dialog).to_be_visible()
    dialog.locator("#id_reason").select_option(index=1)
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_be_hidden()
    deal.refresh_from_db()
    lead.refresh_from_db()
    assert (deal.status, lead.status, lead.opportunity) == ("won", "converted", deal)
    assert axe_problems(page) == []


def test_a_lead_is_claimed_from_the_pool_and_given_up_on_the_board(cast: Cast, page_of: Visit) -> None:
    lead = LeadFactory(customer=CustomerFactory(name="Ada"))
    page = page_of(cast.owner, "/sales/leads/pool/", **DESKTOP)
    page.get_by_role("link", name="Ada").first.click()
    page.locator("#claim-lead").click()
    expect(page.locator(".toast")).to_contain_text("is yours now")
    page.goto(page.url.split("/sales/")[0] + "/sales/leads/?as=board")
    card = page.locator(".board-card")
    card.hover()
    card.locator("[data-card-menu]").click()
    page.locator("#lane-menu").get_by_role("button", name="Give up").click()
    dialog = page.locator("#list-dialog")
    dialog.locator("#id_reason").select_option(index=1)
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".board-card")).to_have_count(0)
    lead.refresh_from_db()
    assert (lead.owner, lead.status) == (cast.owner, "disqualified")
