"""A few kinds of pages under axe in every run; `make a11y` takes all of them in every theme, size and language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.chromium import DESKTOP, PHONE, axe_problems
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["dark", "phone"])
def test_the_main_kinds_of_pages_have_no_barrier(size: dict[str, int], theme: str, cast: Cast, page_of: Visit) -> None:
    cast.manager.theme = theme
    cast.manager.save()
    customer = records.CustomerFactory(owner=cast.owner, name="王伟国")
    records.ActivityFactory(customer=customer, data={"by": "Olga"})
    order = records.OrderLineFactory(order=records.OrderFactory(customer=customer)).order
    for path in ("/", "/customers/", customer.get_absolute_url(), order.get_absolute_url(), "/sales/orders/new/"):
        page = page_of(cast.manager, path, **size)
        expect(page.locator(".skeleton:visible")).to_have_count(0)
        assert axe_problems(page) == [], path
    page.goto(page.url.replace("/sales/orders/new/", "/no/such/page/"))
    assert axe_problems(page) == []


def test_axe_sees_a_planted_barrier(cast: Cast, page_of: Visit) -> None:
    page = page_of(cast.manager, "/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [problem.split(" ")[0] for problem in axe_problems(page)] == ["label"]
