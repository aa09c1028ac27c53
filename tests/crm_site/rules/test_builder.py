"""The builder: every change re-renders the form on the server, and a finished rule goes back to the list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.pages.lists.rule_filter import RuleFilter, Unreadable
from crm_site.rules import decode_rule, encode_rule, load_rule, parse_rule
from crm_site.rules.drafts import DraftGroup, DraftLeaf, Vocabulary, act, draft_of, read_draft, whole
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.crm_site.rules.conftest import Company
from tests.crm_site.rules.trees import rules
from tests.factories import records

SignIn = Callable[[User], Client]
STAGE = {"node": ["0", "0.0"], "0.join": "all", "0.0.what": "field:stage", "0.0.op": "in", "0.0.value": ["new"]}
BUILDER = "/rules/customer/builder/"


@pytest.fixture
def reader(cast: Cast, signed_in: SignIn) -> Client:
    """Return a client of the owner, who has one new customer."""
    records.CustomerFactory(name="Ada", stage="new", owner=cast.owner)
    records.CustomerFactory(name="Bob", stage="loyal", owner=cast.owner)
    return signed_in(cast.owner)


def posted(client: Client, form: dict[str, Any], **more: Any) -> str:
    """Return what the builder answers."""
    answer = client.post(BUILDER, form | more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_builder_asks_for_a_first_condition(reader: Client) -> None:
    page = reader.get("/rules/customer/try/").content.decode()
    assert page.count('class="rule-condition"') == 1
    assert "Fill in every condition to see how many meet the rule." in page
    dialog = reader.get(BUILDER, headers={"HX-Request": "true"}).content.decode()
    assert "data-rule-dialog" in dialog
    assert "<html" not in dialog
    assert "<html" in reader.get(BUILDER).content.decode()


def test_choosing_a_field_brings_its_comparisons_and_control(reader: Client) -> None:
    form = {"node": ["0", "0.0"], "0.join": "all", "0.0.what": "field:created", "0.0.op": "", "do": "refresh"}
    answer = posted(reader, form)
    assert 'id="rule-tree"' in answer
    assert "is in the last … days".capitalize() in answer
    assert 'aria-label="Number of days"' in answer
    assert 'id="rule-outcome" class="rule-outcome" hx-swap-oob="true"' in answer


def test_values_are_dropped_when_they_were_typed_for_something_else(reader: Client) -> None:
    was = {"0.0.for": "field:stage  codes", "0.0.value": ["new"]}
    kept = posted(reader, STAGE | was | {"0.0.op": "not_in"}, do="refresh")
    assert 'value="new" checked' in kept
    dropped = posted(reader, STAGE | was | {"0.0.what": "field:name"}, do="refresh")
    assert 'value="new"' not in dropped


def test_typing_brings_the_sentence_the_count_and_the_errors_only(reader: Client) -> None:
    answer = posted(reader, STAGE)
    assert "Customers whose stage is New" in answer
    assert '<b class="figure">1</b> meets the rule' in answer
    assert "Ada</a>" in answer
    assert 'id="rule-tree"' not in answer
    wrong = posted(reader, STAGE | {"0.0.what": "field:revenue", "0.0.op": "gte", "0.0.value": "ten"})
    beside = wrong.partition('<div class="rule-errors" id="rule-0-0-errors" hx-swap-oob="true">')[2]
    assert "This is no number." in beside.partition("</div>")[0]


def test_what_is_not_filled_in_is_no_error_until_the_rule_is_used(reader: Client) -> None:
    unfinished = STAGE | {"0.0.value": []}
    assert "Fill in what to compare with." not in posted(reader, unfinished)
    assert "Fill in what to compare with." in posted(reader, unfinished, do="apply")


def test_a_finished_rule_is_handed_to_the_page_below(reader: Client) -> None:
    answer = reader.post(BUILDER, STAGE | {"do": "apply"})
    assert answer["HX-Reswap"] == "none"
    code = json.loads(answer["HX-Trigger"])["rule:apply"]["rule"]
    assert decode_rule("customer", code).sentence() == "Customers whose stage is New"
    shown = reader.get(f"/customers/?rule={code}").content.decode()
    assert "stage is New" in shown
    assert ("Ada" in shown, "Bob" in shown) == (True, False)


def test_buttons_add_nest_and_remove(company: Company) -> None:
    vocabulary = Vocabulary("customer")
    root = DraftGroup(children=[DraftLeaf("field:stage", "in", ["new"])])
    assert act(root, "add:0") == "0.1"
    assert act(root, "nest:0") == "0.2.0"
    assert act(root, "add:0.2") == "0.2.2"
    assert act(root, "remove:0.1") == "0"
    assert act(root, "remove:0.1.2") == "0.1"
    assert whole(vocabulary, root)["root"] == {
        "all": [{"field": "stage", "op": "in", "value": ["new"]}, {"any": [{"field": "", "op": ""}] * 2}]
    }
    root.children.append(DraftLeaf("relation:orders", "gte", ["2"], "count"))
    assert act(root, "where:0.2") == "0.2.0"
    assert act(root, "remove:0.2.0") == "0.2"
    for path in ("0.2", "0.1", "0.0"):
        act(root, f"remove:{path}")
    assert root.children == [DraftLeaf()]
    for nonsense in (
        "",
        "remove",
        "remove:",
        "remove:9",
        "add:0.9",
        "nest:0.0.1",
        "where:0.0",
        "add:0." + "9." * 50,
        "boom:0",
    ):
        act(root, nonsense)
    assert root.children == [DraftLeaf()]


def test_any_rule_survives_the_way_through_the_form(company: Company) -> None:
    @settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=rules(company.keys))
    def survives(data: dict[str, Any]) -> None:
        rule = parse_rule("customer", data)
        vocabulary = Vocabulary("customer")
        again = load_rule("customer", whole(vocabulary, read_draft(form_of(draft_of(rule)), vocabulary)))
        assert again.to_json() == rule.to_json()

    survives()


def form_of(root: DraftGroup) -> QueryDict:
    """Return the form that a browser would send of a draft."""
    data = QueryDict(mutable=True)

    def write(draft: DraftGroup | DraftLeaf, path: str) -> None:
        data.appendlist("node", path)
        if isinstance(draft, DraftGroup):
            data[f"{path}.join"] = draft.join
            children: list[Any] = draft.children
        else:
            for name in ("what", "op", "measure", "within"):
                data[f"{path}.{name}"] = getattr(draft, name)
            data.setlist(f"{path}.value", draft.values)
            children = draft.where
        for at, child in enumerate(children):
            write(child, f"{path}.{at}")

    write(root, "0")
    return data


def test_any_form_is_survived(reader: Client) -> None:
    names = st.sampled_from(
        [
            f"{path}.{name}"
            for path in ("0", "0.0", "0.1", "0.1.0")
            for name in ("join", "what", "op", "value", "measure", "within", "for")
        ]
        + ["node", "do", "record"]
    )
    words = st.one_of(
        st.sampled_from(["0", "0.0", "0.1", "0.1.0", "all", "not", "in", "gte", "count", "sum:total", "new", "٣"]),
        st.sampled_from(["field:stage", "field:tags", "relation:orders", "field:gone", "field:", "relation:"]),
        st.sampled_from(["add:0", "remove:0", "apply", "refresh", "0" + ".0" * 90]),
        st.sampled_from(["\x00", "\ud800", "9" * 400, "<script>alert(1)</script>"]),
        st.text(max_size=12),
    )  # fmt: skip

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(pairs=st.lists(st.tuples(names, words), max_size=14), view=st.sampled_from(["builder", "explain"]))
    def attack(pairs: list[tuple[str, str]], view: str) -> None:
        data = QueryDict(mutable=True)
        data.setlist("node", ["0", "0.0", "0.1", "0.1.0"])
        for name, word in pairs:
            data.appendlist(name, word)
        body = "&".join(_pairs(data))
        answer = reader.post(f"/rules/customer/{view}/", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 404)
        assert b"<script>alert(1)</script>" not in answer.content

    attack()


def _pairs(data: QueryDict) -> list[str]:
    from urllib.parse import quote

    return [f"{name}={quote(value, errors='surrogatepass')}" for name, values in data.lists() for value in values]


@pytest.mark.parametrize("code", ["x", "e" * 5000, "eNpVjs", "\x00x", "%", "王", "AAAA", "-_-_"])
def test_a_rule_that_cannot_be_read_counts_as_not_given_and_says_so(code: str, reader: Client) -> None:
    answer = reader.get("/customers/", {"rule": code})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "no longer valid, so all are shown" in shown
    assert ("Ada" in shown, "Bob" in shown) == (True, True)
    assert reader.get(f"/rules/customer/count/?rule={code[:3000]}").status_code == 404
    assert reader.get("/rules/customer/try/", {"rule": code}).status_code == 200


def test_a_rule_whose_condition_is_gone_shows_nobody_and_says_why(reader: Client) -> None:
    stored = {"version": 1, "root": {"not": [{"field": "gone", "op": "is", "value": "x"}]}}
    code = encode_rule(load_rule("customer", stored))
    shown = reader.get("/customers/", {"rule": code}).content.decode()
    assert "no longer valid: “gone” no longer exists" in shown
    assert ("Ada" in shown, "Bob" in shown) == (False, False)
    opened = reader.get("/rules/customer/try/", {"rule": code}).content.decode()
    assert '<option value="field:gone" selected>gone</option>' in opened
    assert "“gone” no longer exists, so this condition means nothing." in opened


def test_the_filter_reads_narrows_and_writes_back(company: Company) -> None:
    rule = parse_rule("customer", {"version": 1, "root": {"all": [{"field": "owner", "op": "in", "value": ["me"]}]}})
    item, owner = RuleFilter(subject="customer"), company.cast.owner
    value = item.read({"rule": [encode_rule(rule)]})
    assert item.write(value) == {"rule": [encode_rule(rule)]}
    assert item.words(value, owner) == "owner is me"
    assert item.narrow(Customer.objects.all(), value, owner).count() == 3
    assert item.read({}) is None
    assert item.read({"rule": [""]}) is None
    assert item.read({"rule": ["?"]}) == Unreadable("?")
    assert item.write(Unreadable("?")) == {}


@pytest.mark.parametrize(
    ("path", "subject", "leaf"),
    [
        ("/customers/organisations/", "customer", {"field": "stage", "op": "in", "value": ["new"]}),
        ("/sales/orders/", "order", {"field": "total", "op": "gte", "value": 1}),
        ("/service/answers/", "answer", {"field": "score", "op": "lt", "value": 7}),
    ],
)
def test_every_list_of_a_subject_takes_its_rules(path: str, subject: str, leaf: dict[str, Any], reader: Client) -> None:
    code = encode_rule(parse_rule(subject, {"version": 1, "root": {"all": [leaf]}}))
    assert "no longer valid" not in reader.get(path, {"rule": code}).content.decode()


def test_counting_exactly_answers_the_second_request(reader: Client) -> None:
    code = encode_rule(
        parse_rule("customer", {"version": 1, "root": {"all": [{"field": "stage", "op": "in", "value": ["new"]}]}})
    )
    alone = reader.get(f"/rules/customer/count/?rule={code}").content.decode()
    assert '<b class="figure">1</b>' in alone
    assert "rule-rows" not in alone
    with_rows = reader.get(f"/rules/customer/count/?rule={code}&rows=1").content.decode()
    assert 'class="rule-rows"' in with_rows
    assert "Ada</a>" in with_rows


def test_an_explanation_marks_the_branch_that_failed(reader: Client) -> None:
    bob = Customer.objects.get(name="Bob")
    answer = reader.post("/rules/customer/explain/", STAGE | {"record": bob.pk}).content.decode()
    assert "Bob does not meet the rule" in answer
    assert answer.count("rule-decisive") == 2
    assert "here: Loyal" in answer
    unfinished = reader.post("/rules/customer/explain/", STAGE | {"0.0.value": [], "record": bob.pk})
    assert "The rule is not finished yet." in unfinished.content.decode()
