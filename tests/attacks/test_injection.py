"""SQL injection: nothing that stands in an address reaches the text of a statement, and the scanner would know."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django.fixtures import Settings

from crm_site.pages.lists import ListPage
from crm_site.pages.lists.registry import list_pages
from crm_site.rules.registry import fields_of, get_subject, related_fields, relations_of
from tests.attacks.canary import CANARIES
from tests.attacks.conftest import FULL, Target
from tests.attacks.scanner import BREAKING, PAIRS, SLEEPING, Aim, Scanner

assert get_resolver().url_patterns  # lists become known with their addresses
LISTS = {page.code: page for page in list_pages()}
ENDPOINTS = ("customers", "orders", "payments", "products", "surveys", "survey-answers", "kpis")
SUBJECTS = {"customer": "/customers/", "order": "/sales/orders/", "answer": "/service/answers/"}
CANARY_AIMS = {path: Aim(path, {name: {"stage": "new", "version": "1"}[name]}) for path, (name, _v) in CANARIES.items()}
# The plain run is a sample; the full one shoots everything at everything, one parameter at a time as well.
SHOTS = BREAKING if FULL else BREAKING[::3]
WAITS = SLEEPING if FULL else SLEEPING[:2]
CONDITIONS = PAIRS if FULL else PAIRS[:1]


@pytest.fixture
def scanner(target: Target, settings: Settings) -> Iterator[Scanner]:
    """Return a scanner that asks as the manager, with the canaries beside the site."""
    settings.ROOT_URLCONF = "tests.attacks.canary"
    made = Scanner(target.client, [target.mine["customers"].name, "Wang 王伟国"], thorough=FULL)
    yield made
    print(f"{made.sent} requests in search of injection")  # noqa: T201  # its figure


def values_of(page: ListPage[Any]) -> dict[str, str]:
    """Return every parameter the list reads, with a value that means something."""
    values = {key: "new" for item in page.filters for key in item.keys if key != "rule"}
    more = {"q": "Wang", "sort": "-name", "cols": "name,owner", "as": "board", "on": "2026-01", "view": "1",
            "lane": "new", "after": "1", "before": "1", "limit": "2", "cursor": "1"}  # fmt: skip
    return values | more


def every_sign(scanner: Scanner, aim: Aim) -> list[Any]:
    """Look for all the signs, and in the full run for each parameter alone."""
    aims = [aim, *(Aim(aim.path, {name: value}, aim.wrap) for name, value in aim.values.items())] if FULL else [aim]
    found = [finding for one in aims for finding in scanner.breaking(one, SHOTS)]
    return [*found, *scanner.differing(aim, CONDITIONS), *scanner.sleeping(aim, WAITS)]


def test_every_sign_finds_the_canary_that_only_it_can_see(scanner: Scanner) -> None:
    loud, quiet, mute = CANARY_AIMS.values()
    errors = [one.sign for one in scanner.breaking(loud, BREAKING, traced=False)]
    assert any("ProgrammingError" in sign for sign in errors)
    assert any("DataError" in sign for sign in errors)
    assert list(scanner.breaking(quiet, BREAKING, traced=False)) == []
    assert {one.name for one in scanner.differing(quiet)} == {"stage"}
    assert list(scanner.breaking(mute, BREAKING, traced=False)) == []
    assert list(scanner.differing(mute)) == []
    assert {one.name for one in scanner.sleeping(mute)} == {"version"}
    for aim in CANARY_AIMS.values():
        assert {one.name for one in scanner.breaking(aim, SHOTS)} == set(aim.values)


@pytest.mark.parametrize("path", sorted(CANARIES))
def test_the_scan_as_it_runs_finds_each_canary(path: str, scanner: Scanner) -> None:
    assert {one.name for one in every_sign(scanner, CANARY_AIMS[path])} == {CANARIES[path][0]}


@pytest.mark.parametrize("code", sorted(LISTS))
def test_no_parameter_of_a_list_is_injectable(code: str, scanner: Scanner) -> None:
    assert every_sign(scanner, Aim(LISTS[code].path, values_of(LISTS[code]))) == []
    picker = Aim(reverse("pages:pick", args=[code]), {"q": "Wang"})
    assert every_sign(scanner, picker) == []


@pytest.mark.parametrize("name", ENDPOINTS)
def test_no_parameter_of_the_api_is_injectable(name: str, target: Target, scanner: Scanner) -> None:
    api = Scanner(Client(raise_request_exception=False), scanner.names, target.headers, FULL)
    page = LISTS.get(name)
    values = values_of(page) if page else {"q": "Wang", "from": "2026-01-01", "to": "2026-02-01"}
    values |= {"changed_since": "2026-01-01", "stage": "new", "owner": "me", "total_min": "1", "format": "json"}
    assert every_sign(api, Aim(f"/api/v1/{name}/", values)) == []
    scanner.sent += api.sent


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("pages:palette", {"q": "Wang"}),
        ("analytics:overview", {"range": "year", "from": "2026-01-01", "to": "2026-02-01", "compare": "1"}),
        ("analytics:customer-value", {"range": "year", "from": "2026-01-01", "to": "2026-02-01"}),
    ],
)
def test_no_parameter_of_palette_and_dashboards_is_injectable(
    name: str, values: dict[str, str], scanner: Scanner
) -> None:
    assert every_sign(scanner, Aim(reverse(name), values)) == []


def coded(root: Any) -> str:
    """Return a rule as addresses carry it, whatever it holds."""
    text = json.dumps({"version": 1, "root": root})
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def places(subject: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """Yield every place of a rule that holds a text, as a function that puts a payload there."""

    def leaf(**facts: Any) -> Callable[[str], str]:
        def put(payload: str) -> str:
            def fill(value: Any) -> Any:
                return [payload] if value == ["!"] else payload if value == "!" else value

            return coded({"all": [{fill(key): fill(value) for key, value in facts.items()}]})

        return put

    def comparisons(fields: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        for at, field in enumerate(fields.values()):
            for operator in field.operators if FULL else field.operators[:1]:
                for value in ("!", ["!"]) if FULL else (("!", ["!"])[at % 2],):
                    yield f"{field.name} {operator.code}", {"field": field.name, "op": operator.code, "value": value}

    for label, facts in comparisons(fields_of(subject)):
        yield label, leaf(**facts)
    yield "a field", leaf(field="!", op="is", value="x")
    yield "an operator", leaf(field="name", op="!", value="x")
    yield "a key", leaf(**{"!": "x"}, field="name", op="is", value="x")
    yield "a join", lambda payload: coded({payload: [{"field": "name", "op": "is", "value": "x"}]})
    for relation in relations_of(subject).values():
        facts = {"relation": relation.name, "measure": "count", "op": "gte", "value": 1}
        for place in ("relation", "measure", "of", "within", "op", "value"):
            yield f"{relation.name}: {place}", leaf(**{**facts, place: "!"})
        for label, where in comparisons(related_fields(relation)):
            inner = {**facts, "where": [where]}
            yield (
                f"{relation.name} where {label}",
                lambda payload, inner=inner: coded(  # type: ignore[misc]  # bound now
                    {"all": [json.loads(json.dumps(inner).replace('"!"', json.dumps(payload)))]}
                ),
            )


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_no_place_of_a_rule_is_injectable(subject: str, scanner: Scanner) -> None:
    assert get_subject(subject)
    reached = 0
    for at, (label, put) in enumerate(places(subject)):
        paths = [SUBJECTS[subject], f"/rules/{subject}/count/", f"/rules/{subject}/try/"]
        for path in paths if FULL else [paths[at % 3 if at % 7 == 0 else 0]]:
            shots = BREAKING if FULL else BREAKING[at % 15 :: 15]
            aim = Aim(path, {"rule": "new"}, put)
            assert list(scanner.breaking(aim, shots)) == [], label
            if FULL:
                assert [*scanner.differing(aim), *scanner.sleeping(aim)] == [], label
        reached += 1
    assert reached >= len(fields_of(subject)) + 4
