"""Deals in a browser: cards moved by mouse, keys and menu, what a stage asks for, won with a reason; two languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from sales.models import Opportunity, Stage
from tests.browser.conftest import Visit, carry_by_finger
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.browser
TABLET = {"width": 820, "height": 1100}
BOARD = "/sales/opportunities/?as=board"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def deal(cast: Cast) -> Opportunity:
    """A deal of the owner's in the first stage."""
    made: Opportunity = OpportunityFactory(name="Pumps", customer=CustomerFactory(owner=cast.owner, name="Acme"))
    return made


def lane(page: Page, name: str) -> str:
    """Return the selector of a lane."""
    return f'.lane[data-lane="{Stage.objects.get(name=name).pk}"]'


def stage_of(deal: Opportunity) -> str:
    """Return where the deal stands now."""
    return Opportunity.objects.select_related("stage").get(pk=deal.pk).stage.name


def test_a_card_is_dragged_and_the_sums_follow(cast: Cast, deal: Opportunity, page_of: Visit) -> None:
    page = page_of(cast.owner, BOARD, **DESKTOP)
    page.wait_for_timeout(400)  # the library that drags is loaded when it is needed
    page.locator(".board-card").drag_to(page.locator(f"{lane(page, 'Needs')} .lane-cards"))
    expect(page.locator(f"{lane(page, 'Needs')} .lane-sums")).to_contain_text("€250.00")
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert stage_of(deal) == "Needs"


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_card_is_carried_by_a_finger_that_rests_on_it_first(
    size: dict[str, int], cast: Cast, deal: Opportunity, page_of: Visit
) -> None:
    page = page_of(cast.owner, BOARD, **size)
    card, there = page.locator(".board-card").bounding_box(), page.locator(f"{lane(page, 'Needs')}").bounding_box()
    assert card is not None
    assert there is not None
    end = min(there["x"] + 40, size["width"] - 8), card["y"] + 20
    carry_by_finger(page, (card["x"] + card["width"] - 12, card["y"] + card["height"] - 8), end)
    expect(page.locator(f"{lane(page, 'Needs')} .board-card")).to_have_count(1)
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert stage_of(deal) == "Needs"


def test_a_card_is_moved_by_keyboard(cast: Cast, deal: Opportunity, page_of: Visit) -> None:
    page = page_of(cast.owner, BOARD, **DESKTOP)
    page.locator(".board-card a").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f"{lane(page, 'Needs')} .board-card")).to_have_count(1)
    expect(page.locator("#list-said")).to_have_text("Pumps: moved to Needs")
    assert stage_of(deal) == "Needs"


@SIZES
def test_what_a_stage_asks_for_is_asked_in_place(
    size: dict[str, int], cast: Cast, deal: Opportunity, page_of: Visit
) -> None:
    page = page_of(cast.owner, BOARD, **size)
    card = page.locator(".board-card")
    card.hover()
    card.locator("[data-card-menu]").click()
    page.locator("#lane-menu").get_by_role("button", name="Negotiation").click()
    dialog = page.locator("#list-dialog")
    expect(dialog).to_be_visible()
    expect(page.locator(f"{lane(page, 'Qualification')} .board-card")).to_have_count(1)
    assert stage_of(deal) == "Qualification"
    assert axe_problems(page) == []
    dialog.locator("[name=next_step]").fill("Send the contract")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(f"{lane(page, 'Negotiation')} .board-card")).to_have_count(1)
    expect(dialog).to_be_hidden()
    now = Opportunity.objects.get(pk=deal.pk)
    assert (stage_of(deal), now.next_step, now.contact_roles.count()) == ("Negotiation", "Send the contract", 1)


def test_a_refused_card_goes_back_and_says_why(cast: Cast, deal: Opportunity, page_of: Visit) -> None:
    page = page_of(cast.owner, BOARD, **DESKTOP)
    Opportunity.objects.filter(pk=deal.pk).update(version=7)
    page.locator(".board-card a").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".toast")).to_contain_text("Somebody else changed “Pumps”")
    expect(page.locator(f"{lane(page, 'Qualification')} .board-card")).to_have_count(1)
    assert stage_of(deal) == "Qualification"


@SIZES
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_deal_is_won_with_a_reason(
    language: str, size: dict[str, int], cast: Cast, deal: Opportunity, page_of: Visit
) -> None:
    cast.owner.language = language
    cast.owner.save()
    page = page_of(cast.owner, BOARD, **size)
    card = page.locator(".board-card")
    card.hover()
    card.locator("[data-card-menu]").click()
    page.locator("#lane-menu [data-drop*='/win/']").click()
    dialog = page.locator("#list-dialog")
    expect(dialog).to_be_visible()
    dialog.locator("#deal-do").click()
    expect(dialog.locator(".error").first).to_be_visible()
    assert Opportunity.objects.get(pk=deal.pk).is_open
    reason = "方案最优" if language != "en" else "Best solution"
    dialog.locator("[name=reason]").select_option(label=reason)
    dialog.locator("#deal-do").click()
    expect(page.locator(".board-card")).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("Pumps")
    assert Opportunity.objects.get(pk=deal.pk).status == "won"


@SIZES
def test_the_page_of_a_deal_moves_it_and_plans_what_is_next(
    size: dict[str, int], cast: Cast, deal: Opportunity, page_of: Visit
) -> None:
    page = page_of(cast.owner, deal.get_absolute_url(), **size)
    head = page.locator("#deal-head")
    head.locator("[name=title]").fill("Call them")
    head.locator("[name=day]").fill((timezone.localdate() + dt.timedelta(days=3)).isoformat())
    head.get_by_role("button", name="Plan").click()
    expect(head.locator(".summary-next")).to_contain_text("Call them")
    head.get_by_role("button", name="Needs").click()
    expect(page.locator(".deal-path .here")).to_contain_text("Needs")
    assert stage_of(deal) == "Needs"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert axe_problems(page) == []
