"""Tasks in a browser: carried about the calendar by mouse, touch, keys and form; ticked off; worked as a queue."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm_site.staff.models import User
from customers.models import Task
from tests.browser.conftest import Visit, carry_by_finger
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.tasks import TaskFactory

pytestmark = pytest.mark.browser
# A Wednesday of next month, so that there are days on both sides of it.
BASE = (timezone.now().replace(day=1) + dt.timedelta(days=32)).replace(
    day=10, hour=9, minute=30, second=0, microsecond=0
)
WEDNESDAY = BASE + dt.timedelta(days=(2 - BASE.weekday()) % 7)


@pytest.fixture
def task(cast: Cast) -> Task:
    """Return a call at half past nine."""
    User.objects.update(time_zone="UTC")
    cast.owner.refresh_from_db()
    made: Task = TaskFactory(
        owner=cast.owner, title="Call Ada", due_at=WEDNESDAY, customer=CustomerFactory(owner=cast.owner, name="Ada")
    )
    return made


def due(task: Task) -> dt.datetime:
    """Return when the task is due now."""
    return Task.objects.get(pk=task.pk).due_at


def slot(day: dt.datetime, hour: int | str = "") -> str:
    """Return the selector of a place in the calendar."""
    return f'[data-drop="{day:%Y-%m-%d}"]' + (f'[data-hour="{hour}"]' if hour != "" else "")


def carry(page: Page, selector: str, to: str) -> None:
    """Drag by mouse, in steps as a hand does."""
    page.locator("[data-movable]").wait_for()
    page.wait_for_timeout(400)  # the library that drags is loaded when it is needed
    page.locator(selector).drag_to(page.locator(to))


def test_an_entry_is_dragged_in_the_month_and_in_the_week(cast: Cast, task: Task, page_of: Visit) -> None:
    page = page_of(cast.owner, f"/customers/tasks/all/?as=calendar&on={WEDNESDAY:%Y-%m}", **DESKTOP)
    assert axe_problems(page) == []
    friday = WEDNESDAY + dt.timedelta(days=2)
    carry(page, f"#entry-{task.pk}", slot(friday))
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert due(task) == friday
    page.locator("#calendar-week").click()
    page.goto(page.url.partition("?")[0] + f"?as=calendar&on={WEDNESDAY:%G-W%V}")
    assert axe_problems(page) == []
    thursday = WEDNESDAY + dt.timedelta(days=1)
    carry(page, f"#entry-{task.pk}", slot(thursday, 14))
    expect(page.locator(f"{slot(thursday, 14)} #entry-{task.pk}")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert due(task) == thursday.replace(hour=14, minute=0)
    page.locator(".toast").get_by_role("button", name="Undo").last.click()
    expect(page.locator(".toast").last).to_contain_text("Undone")
    assert due(task) == friday


def test_an_entry_is_carried_by_a_finger_that_rests_on_it_first(cast: Cast, task: Task, page_of: Visit) -> None:
    page = page_of(cast.owner, f"/customers/tasks/all/?as=calendar&on={WEDNESDAY:%Y-%m-%d}", **PHONE)
    page.locator("[data-movable]").wait_for()
    start, end = page.locator(f"#entry-{task.pk}").bounding_box(), page.locator(slot(WEDNESDAY, 11)).bounding_box()
    assert start is not None
    assert end is not None
    x = start["x"] + 60
    carry_by_finger(page, (x, start["y"] + 12), (x, end["y"] + 16))
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert due(task) == WEDNESDAY.replace(hour=11, minute=0)


def test_an_entry_goes_by_keyboard_and_through_the_form(cast: Cast, task: Task, page_of: Visit) -> None:
    page = page_of(cast.owner, f"/customers/tasks/all/?as=calendar&on={WEDNESDAY:%G-W%V}", **DESKTOP)
    link = page.locator(f"#entry-{task.pk} a")
    link.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f"{slot(WEDNESDAY + dt.timedelta(days=1), 9)} #entry-{task.pk} a")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(f"{slot(WEDNESDAY + dt.timedelta(days=1), 10)} #entry-{task.pk} a")).to_be_focused()
    assert due(task) == (WEDNESDAY + dt.timedelta(days=1)).replace(hour=10, minute=0)
    page.keyboard.press("m")
    expect(page.locator("#list-dialog")).to_be_visible()
    assert axe_problems(page) == []
    page.locator("#list-dialog [name=day]").fill(f"{WEDNESDAY:%Y-%m-%d}")
    page.locator("#list-dialog [name=clock]").fill("")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#list-dialog")).to_be_hidden()
    expect(page.locator(f"{slot(WEDNESDAY)} #entry-{task.pk}").first).to_be_visible()
    assert Task.objects.get().all_day


def test_a_day_fits_a_phone_and_an_entry_is_moved_by_its_button(cast: Cast, task: Task, page_of: Visit) -> None:
    page = page_of(cast.owner, f"/customers/tasks/all/?as=calendar&on={WEDNESDAY:%Y-%m-%d}", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert axe_problems(page) == []
    page.locator(f"#entry-{task.pk} [data-shift-menu]").click()
    page.locator("#list-dialog [name=clock]").fill("11:15")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(f"{slot(WEDNESDAY, 11)} #entry-{task.pk}")).to_contain_text("11:15")


def test_a_tick_on_the_customers_page_offers_the_next_step(cast: Cast, task: Task, page_of: Visit) -> None:
    page = page_of(cast.owner, f"/customers/{task.customer_id}/", **DESKTOP)
    page.locator(f"#tick-{task.pk}").click()
    expect(page.locator("#task-panel [name=title]")).to_be_focused()
    expect(page.locator("#task-panel")).to_contain_text("“Call Ada” is done. What is next?")
    page.keyboard.type("Send the offer")
    page.keyboard.press("Enter")
    expect(page.locator("#task-panel .task-line")).to_contain_text("Send the offer")
    assert axe_problems(page) == []
    assert set(Task.objects.values_list("title", "state")) == {("Call Ada", "done"), ("Send the offer", "open")}


def test_a_queue_is_worked_by_keyboard_alone(cast: Cast, task: Task, page_of: Visit) -> None:
    TaskFactory(owner=cast.owner, title="Call Bob", due_at=WEDNESDAY + dt.timedelta(hours=1), customer=task.customer)
    page = page_of(cast.owner, "/customers/tasks/all/?owner=me&state=open", **DESKTOP)
    page.locator("#list-more").click()
    page.get_by_role("button", name="Work through").click()
    expect(page.locator("h1")).to_have_text("Call Ada")
    expect(page.locator("[name=outcome]")).to_be_focused()
    page.keyboard.type("Reached her")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Call Bob")
    expect(page.locator("[name=outcome]")).to_be_focused()
    assert axe_problems(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You have worked through all of it.")
    assert set(Task.objects.values_list("title", "state", "outcome")) == {
        ("Call Ada", "done", "Reached her"),
        ("Call Bob", "done", ""),
    }
