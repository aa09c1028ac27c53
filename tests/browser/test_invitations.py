"""A guest answers an invitation from the mail, on a phone and without an account."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import Invitation
from customers.services.tasking import send_invitations
from customers.services.tasking.inviting import token_of
from tests.browser.conftest import Visit
from tests.chromium import PHONE
from tests.conftest import Cast
from tests.factories.records import ContactPointFactory, CustomerFactory
from tests.factories.tasks import TaskFactory

pytestmark = pytest.mark.browser


def test_a_guest_says_yes_and_the_owner_reads_it(
    cast: Cast, context: BrowserContext, live_server: LiveServer, page_of: Visit
) -> None:
    guest = CustomerFactory(owner=cast.owner, name="Ada")
    ContactPointFactory(customer=guest, value="ada@customer.example", is_primary=True)
    meeting = TaskFactory(
        owner=cast.owner, kind="meeting", title="Visit", due_at=timezone.now() + dt.timedelta(days=2), place="Suzhou"
    )
    meeting.guests.add(guest)
    send_invitations(meeting, cast.owner)
    page = context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict
    page.goto(f"{live_server.url}/calendar/answer/{token_of(Invitation.objects.get())}/")
    expect(page.locator("h1")).to_have_text("Visit")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="I come").click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer: Comes")
    page.get_by_role("button", name="Perhaps").click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer: Perhaps")
    page.close()
    page = page_of(cast.owner, meeting.get_absolute_url())
    expect(page.locator("#task-invitations")).to_contain_text("Perhaps")
