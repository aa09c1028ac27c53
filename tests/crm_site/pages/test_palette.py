"""The palette: what it finds, in which order, for whom, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from crm_site.lib.text import search_text, sort_key
from crm_site.pages import nav, palette
from crm_site.pages.palette import candidates
from crm_site.pages.palette.ranking import Rank
from crm_site.staff.models import User
from customers.models import Customer
from customers.services import create_customer
from sales.models import Order
from tests.conftest import Cast
from tests.factories import records, standing, tasks


@pytest.fixture
def own_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty registries that are forgotten after the test."""
    for registry in (nav.items, palette.sources, palette.commands):
        monkeypatch.setattr(registry, "_entries", {})
    yield


def named(name: str, **extra: Any) -> Customer:
    """Return a customer found by its name."""
    made: Customer = records.CustomerFactory(
        name=name, search_text=search_text([name, extra.get("reference", "")]), sort_key=sort_key(name), **extra
    )
    return made


def found(user: User, query: str, code: str = "") -> list[str]:
    """Return the labels of the hits, of one group or of all."""
    return [str(hit.label) for group in palette.find(user, query) for hit in group.hits if code in ("", group.code)]


def asked(user: User, query: str) -> palette.Asked:
    """Return a query of somebody who has opened nothing."""
    return palette.Asked(user, query)


def test_only_what_the_reader_may_see_is_found(cast: Cast) -> None:
    named("王伟国", owner=cast.owner)
    named("Wang Lei", owner=cast.outsider)
    assert found(cast.manager, "wang", "customers") == ["Wang Lei", "王伟国"]
    assert found(cast.owner, "wang", "customers") == ["王伟国"]
    assert found(cast.lead, "wang", "customers") == ["王伟国"]
    assert found(cast.outsider, "wang", "customers") == ["Wang Lei"]


@pytest.mark.parametrize("query", ["", "\x00", "...", "%", "_", "\\", "'", "x" * 500])
def test_nothing_sensible_finds_no_record(cast: Cast, query: str) -> None:
    named("Ada", owner=cast.owner)
    assert found(cast.manager, query, "customers") == []


def test_a_name_stands_before_words_of_it_and_those_before_parts(cast: Cast) -> None:
    for name in ("Annabel Anders", "Johanna Berg", "Anna", "Anna Weber"):
        named(name)
    assert found(cast.manager, "anna", "customers")[0] == "Anna"
    assert set(found(cast.manager, "anna", "customers")[1:3]) == {"Annabel Anders", "Anna Weber"}
    assert found(cast.manager, "anna", "customers")[3] == "Johanna Berg"


def test_what_was_opened_or_changed_last_stands_first_among_equals(cast: Cast) -> None:
    first, second, third = (named(f"Weber {letter}") for letter in "ABC")
    Customer.objects.filter(pk=second.pk).update(updated_at=timezone.now() + timedelta(minutes=1))
    assert found(cast.manager, "weber", "customers") == ["Weber B", "Weber C", "Weber A"]
    assert palette.remember_visit(cast.manager, "customers", str(first.pk))
    assert found(cast.manager, "weber", "customers") == ["Weber A", "Weber B", "Weber C"]
    assert found(cast.admin, "weber", "customers") == ["Weber B", "Weber C", "Weber A"]
    assert third.pk


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("张三", "张"),
        ("张三", "张三"),
        ("张三", "zhangsan"),
        ("张三", "zhang san"),
        ("张三", "zhangs"),
        ("张三", "zs"),
        ("张三丰", "zsf"),
        ("张三丰", "三丰"),
        ("单伟", "shanwei"),
        ("单伟", "danwei"),
        ("北京华为技术有限公司", "华为"),
        ("Müller", "muller"),
        ("O'Brien", "obrien"),
    ],
)
def test_names_are_found_as_people_type_them(cast: Cast, name: str, query: str) -> None:
    named("李四")
    named("Somebody Else")
    named(name)
    assert found(cast.manager, query, "customers") == [name]


def test_initials_that_are_the_whole_name_stand_before_longer_names(cast: Cast) -> None:
    for name in ("张三", "张思德", "赵诗雨"):
        named(name)
    assert found(cast.manager, "zs", "customers")[0] == "张三"


@pytest.mark.parametrize(
    "query",
    ["C-77", "c-77", "ada@example.com", "ADA@example.com", "+49 30 23180468", "030 23180468", "91350100M000100Y43"],
)
def test_an_exact_number_address_or_phone_stands_above_everything(cast: Cast, query: str) -> None:
    facts = {
        "name": "Ada Byron", "reference": "C-77", "email": "ada@example.com", "phone": "+49 30 23180468",
        "identifier": "91350100M000100Y43",
    }  # fmt: skip
    ada = create_customer(facts, cast.manager)
    create_customer({"name": "C-775", "reference": "C-771"}, cast.manager)
    group = palette.find(cast.manager, query)[0]
    assert (group.code, [hit.key for hit in group.hits]) == ("best", [str(ada.pk)])


def test_an_old_record_is_found_by_its_reference_however_many_newer_ones_match(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "WINDOW", 3)
    monkeypatch.setattr(candidates, "ENOUGH", 2)
    monkeypatch.setattr(candidates, "CANDIDATES", 2)
    named("Old", reference="1234")
    for number in range(6):
        named(f"New {number}", reference=f"12345{number}")
    group = palette.find(cast.manager, "1234")[0]
    assert (group.code, [str(hit.label) for hit in group.hits]) == ("best", ["Old"])


def test_older_records_are_searched_where_the_newest_have_too_few(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "WINDOW", 2)
    for person in (cast.owner, cast.outsider):
        named("Weber", owner=person)
        for number in range(3):
            named(f"Other {number}", owner=person)
    for person, count in ((cast.manager, 2), (cast.owner, 1), (cast.lead, 1)):
        assert found(person, "weber", "customers") == ["Weber"] * count, person.name


def test_better_hits_among_older_records_are_found_although_the_newest_match_somehow(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "WINDOW", 9)
    old = named("Anna")
    for number in range(9):
        named(f"Johanna {number}")
    assert found(cast.manager, "anna", "customers")[0] == old.name


def test_a_slip_of_the_finger_is_forgiven_where_little_else_is_found(cast: Cast) -> None:
    named("Johnson", owner=cast.owner)
    named("Jonas", owner=cast.owner)
    named("Johnson", owner=cast.outsider)
    assert found(cast.manager, "Jonhson", "customers") == ["Johnson", "Johnson"]
    assert found(cast.owner, "Jonhson", "customers") == ["Johnson"]
    for _number in range(3):
        named("Jonhson")
    assert found(cast.manager, "Jonhson", "customers") == ["Jonhson"] * 3


def test_orders_follow_the_customers_found(cast: Cast) -> None:
    weber = named("Weber", owner=cast.owner)
    mine = records.OrderFactory(customer=weber, number="T-1", owner=cast.owner)
    foreign = records.OrderFactory(customer=weber, number="T-2", owner=cast.outsider)
    Order.objects.update(search_text="")
    assert set(found(cast.manager, "weber", "orders")) == {mine.number, foreign.number}
    assert found(cast.owner, "weber", "orders") == [mine.number]


def test_a_number_in_part_finds_old_orders(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "WINDOW", 1)
    number = "SO-2024-000123"
    records.OrderFactory(number=number, search_text=search_text([number]))
    records.OrderFactory(number="SO-2026-000124", search_text=search_text(["SO-2026-000124"]))
    assert found(cast.manager, "2024-0001", "orders") == [number]
    assert palette.find(cast.manager, number)[0].code == "best"


def test_short_lists_are_found_by_name_and_pinyin(cast: Cast) -> None:
    standing.SegmentFactory(name="重点客户")
    records.SurveyFactory(name="After delivery")
    assert found(cast.manager, "zdkh", "segments") == ["重点客户"]
    assert found(cast.manager, "deliv", "surveys") == ["After delivery"]


def test_tasks_are_found_by_those_who_see_them(cast: Cast) -> None:
    task = tasks.TaskFactory(title="Weber call", search_text=search_text(["Weber call"]), owner=cast.outsider)
    assert found(cast.owner, "weber", "tasks") == []
    task.attendees.add(cast.owner)
    assert found(cast.owner, "weber", "tasks") == ["Weber call"]


def test_the_kind_with_the_best_hit_stands_first(cast: Cast) -> None:
    named("Johanna Orders")
    assert [group.code for group in palette.find(cast.manager, "orders")][:2] == ["pages", "customers"]
    assert [group.code for group in palette.find(cast.manager, "johanna o")] == ["customers"]


def test_pages_and_commands_are_found_by_word_slip_and_pinyin(own_registries: None, rep: User) -> None:
    nav.register_nav(nav.NavItem(code="customers", label="Customers", icon="sun", url_name="customers:customer-list"))
    nav.register_nav(nav.NavItem(code="tasks", label="待办任务", icon="sun", url_name="customers:task-list"))
    palette.register_command(palette.Command(code="new", label="New customer", icon="plus", url_name="pages:today"))
    palette.register_command(
        palette.Command(code="roles", label="New role", icon="plus", url_name="pages:today", module="setup")
    )

    def pages(query: str) -> list[str]:
        return [str(hit.label) for hit in palette.find_pages(asked(rep, query), 5)]

    assert pages("CUST") == pages("Cutsomers") == ["Customers"]
    assert pages("daiban") == pages("dbrw") == pages("任务") == pages("renwu") == ["待办任务"]
    assert pages("nothing") == []
    assert [hit.label for hit in palette.find_commands(asked(rep, "new cust"), 5)] == ["New customer"]
    assert [hit.label for hit in palette.find_commands(asked(rep, "new"), 5)] == ["New customer"]


def test_a_chinese_page_is_found_by_its_english_name_too(cast: Cast) -> None:
    with translation.override("zh-hans"):
        assert "/sales/orders/" in [hit.url for hit in palette.find_pages(asked(cast.manager, "orders"), 5)]


@pytest.mark.parametrize(
    ("name", "query", "marks"),
    [
        ("Anna Müller", "mull", ["Müll"]),
        ("张三丰", "zsf", ["张三丰"]),
        ("张三丰", "zhangs", ["张三"]),
        ("李张三", "三", ["三"]),
        ("Straße", "strass", ["Straß"]),
        ("Anna Banana", "an", ["An"]),
    ],
)
def test_the_matched_part_is_marked(cast: Cast, name: str, query: str, marks: list[str]) -> None:
    named(name)
    (hit,) = next(group.hits for group in palette.find(cast.manager, query) if group.code == "customers")
    assert [part for part, is_match in hit.label_parts if is_match] == marks
    assert "".join(part for part, _match in hit.label_parts) == name


def test_a_hit_tells_by_what_it_was_found(cast: Cast) -> None:
    create_customer({"name": "Ada Byron", "email": "engine@example.com"}, cast.manager)
    (hit,) = palette.find(cast.manager, "engine")[0].hits
    assert hit.context_parts == [("engine", True), ("@example.com", False)]
    assert hit.rank is Rank.WORD


def test_names_that_are_markup_stay_text(cast: Cast, client: Client) -> None:
    named("<script>Weber</script>")
    client.force_login(cast.manager)
    text = client.get("/palette/", {"q": "weber"}).content.decode()
    assert "&lt;script&gt;<mark>Weber</mark>" in text
    assert "<script>" not in text


def test_a_search_asks_each_kind_once(cast: Cast) -> None:
    for number in range(30):
        weber = named(f"Weber {number}", owner=cast.owner)
        records.OrderFactory(customer=weber, owner=cast.owner)
    assert cast.owner.access
    with CaptureQueriesContext(connection) as queries:
        assert len(found(cast.owner, "weber")) >= 16
    assert len(queries) <= 10


def test_the_fragment_tells_how_many_were_found(cast: Cast, client: Client) -> None:
    named("Weber")
    client.force_login(cast.manager)
    text = client.get("/palette/", {"q": "weber"}).content.decode()
    assert 'data-count="1 found"' in text
    assert "<dialog" not in text
    assert "Nothing found for “&lt;b&gt;”" in client.get("/palette/", {"q": "<b>"}).content.decode()


def test_candidates_are_gathered_once_whatever_the_planner_believes_of_an_owner(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        palette.find(cast.owner, "weber")
    (asked_for,) = [one["sql"] for one in queries if 'FROM "customers_customer" LEFT' in one["sql"]]
    assert '"customers_customer"."id" = ANY(ARRAY(WITH near AS MATERIALIZED' in asked_for
