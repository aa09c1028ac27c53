"""Saved views: kept, shared, opened by default, and harmless when the list or the reader is another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm_site.pages.lists.saved_views import Shelf, left_out, state_of
from crm_site.pages.models import ListPreference, SavedView
from crm_site.staff.models import User
from customers.lists import customer_list
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.staff import SavedViewFactory

SAVE = "/lists/customers/views/"
SignIn = Callable[[User], Client]


def labels(user: User) -> list[str]:
    """Return the names of the views that the person sees on the list of customers."""
    return [view.name for view in Shelf(customer_list, user).views]


def test_a_state_is_kept_whole(cast: Cast, signed_in: SignIn) -> None:
    state = "owner=me&cols=name,revenue&sort=-revenue&q=wang&after=abc"
    response = signed_in(cast.owner).post(SAVE, {"name": "  My  best ", "sharing": "nobody", "state": state})
    view = SavedView.objects.get()
    assert (view.name, view.owner, view.list_code) == ("My best", cast.owner, "customers")
    assert view.params == {"q": ["wang"], "owner": ["me"], "cols": ["name,revenue"], "sort": ["-revenue"]}
    assert response["Location"] == f"/customers/?q=wang&owner=me&sort=-revenue&cols=name%2Crevenue&view={view.pk}"


def test_a_dialog_asks_and_closes_by_itself(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    dialog = client.get(SAVE, {"state": "owner=me"}, headers={"HX-Request": "true"}).content.decode()
    assert '<input type="hidden" name="state" value="owner=me">' in dialog
    assert 'name="default_for"' not in dialog
    done = client.post(SAVE, {"name": "A", "sharing": "nobody", "state": ""}, headers={"HX-Request": "true"})
    assert done.status_code == 204
    assert done["HX-Trigger"] == "dialog-done"
    assert f"view={SavedView.objects.get().pk}" in done["HX-Location"]


def test_the_same_name_takes_the_new_state_and_a_blank_one_is_refused(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    for state in ("owner=me", "owner=none"):
        client.post(SAVE, {"name": "A", "sharing": "nobody", "state": state})
    assert SavedView.objects.get().params == {"owner": ["none"]}
    assert client.post(SAVE, {"name": " ", "sharing": "nobody", "state": ""}).status_code == 422
    assert SavedView.objects.count() == 1


def test_a_view_is_seen_by_those_it_is_shared_with(cast: Cast) -> None:
    SavedViewFactory(owner=cast.owner, name="own")
    SavedViewFactory(owner=cast.lead, name="of the lead's team", sharing="team", team=cast.lead.team)
    SavedViewFactory(owner=cast.owner, name="of the owner's team", sharing="team", team=cast.owner.team)
    SavedViewFactory(owner=cast.manager, name="everybody's", sharing="everybody")
    SavedViewFactory(owner=cast.manager, name="nobody's", sharing="team", team=None)
    assert labels(cast.owner) == ["own", "of the owner's team", "of the lead's team", "everybody's"]
    assert labels(cast.teammate) == ["of the lead's team", "of the owner's team", "everybody's"]
    assert labels(cast.lead) == ["of the lead's team", "everybody's"]
    assert labels(cast.outsider) == ["everybody's"]


def test_only_the_owner_and_who_sets_up_may_change_a_view(cast: Cast, signed_in: SignIn) -> None:
    view = SavedViewFactory(owner=cast.owner, sharing="everybody", name="A")
    for name, data in (
        ("pages:list-view-edit", {"name": "B", "sharing": "nobody"}),
        ("pages:list-view-update", {"state": ""}),
        ("pages:list-view-delete", {}),
    ):
        assert signed_in(cast.manager).post(reverse(name, args=[view.pk]), data).status_code == 403
    view.refresh_from_db()
    assert (view.name, view.sharing, view.params) == ("A", "everybody", {"owner": ["me"]})
    edit = reverse("pages:list-view-edit", args=[view.pk])
    assert signed_in(cast.admin).post(edit, {"name": "B", "sharing": "everybody"}).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.owner) == ("B", cast.owner)


def test_a_private_view_of_somebody_else_does_not_exist(cast: Cast, signed_in: SignIn) -> None:
    view = SavedViewFactory(owner=cast.owner)
    for name in ("pages:list-view-edit", "pages:list-view-update", "pages:list-view-delete"):
        assert signed_in(cast.admin).post(reverse(name, args=[view.pk]), {}).status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_list_opens_with_ones_own_default_then_the_roles_then_its_own(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    assert client.get("/customers/").status_code == 200
    for_reps = SavedViewFactory(owner=cast.admin, sharing="everybody", default_for=["rep"], params={"owner": ["none"]})
    assert client.get("/customers/")["Location"] == f"/customers/?owner=none&view={for_reps.pk}"
    assert signed_in(cast.manager).get("/customers/").status_code == 200
    own = SavedViewFactory(owner=cast.owner, params={"owner": ["me"]})
    edit = reverse("pages:list-view-edit", args=[own.pk])
    client.post(edit, {"name": own.name, "sharing": "nobody", "mine": "on"})
    assert client.get("/customers/")["Location"] == f"/customers/?owner=me&view={own.pk}"
    client.post(edit, {"name": own.name, "sharing": "nobody"})
    assert client.get("/customers/")["Location"] == f"/customers/?owner=none&view={for_reps.pk}"
    assert client.get(customer_list.url()).status_code == 200


def test_only_who_sets_up_makes_defaults_of_roles(cast: Cast, signed_in: SignIn) -> None:
    data = {"name": "A", "sharing": "everybody", "state": "", "default_for": ["rep"]}
    signed_in(cast.manager).post(SAVE, data)
    assert SavedView.objects.get(owner=cast.manager).default_for == []
    signed_in(cast.admin).post(SAVE, data)
    assert SavedView.objects.get(owner=cast.admin).default_for == ["rep"]


def test_a_view_by_its_key_alone_opens_its_whole_address(cast: Cast, signed_in: SignIn) -> None:
    view = SavedViewFactory(owner=cast.owner, params={"owner": ["me"], "sort": ["-revenue"]})
    response = signed_in(cast.owner).get(f"/customers/?view={view.pk}")
    assert response["Location"] == f"/customers/?owner=me&sort=-revenue&view={view.pk}"
    assert signed_in(cast.outsider).get(f"/customers/?view={view.pk}").status_code == 200


def test_a_view_that_names_what_is_gone_opens_and_says_so(cast: Cast, signed_in: SignIn) -> None:
    params = {
        "cols": ["name,shoe_size,revenue"],
        "shoe_min": ["4"],
        "stage": ["frozen"],
        "sort": ["-shoe_size"],
        "q": ["a"],
    }
    view = SavedViewFactory(owner=cast.owner, params=params)
    state = state_of(customer_list, view)
    assert left_out(customer_list, view, state) == ["shoe_size", "shoe_min", "stage"]
    assert [column.name for column in state.columns] == ["name", "revenue"]
    page = signed_in(cast.owner).get(state.address(customer_list)).content.decode()
    assert "it was left out: shoe_size, shoe_min, stage" in page


@pytest.mark.parametrize("params", [[], "text", {"q": "a"}, {"sort": [3]}, {"cols": [None]}, None])
def test_whatever_stands_in_the_column_opens(params: Any, cast: Cast, signed_in: SignIn) -> None:
    view = SavedViewFactory(owner=cast.owner, params=params or {})
    assert signed_in(cast.owner).get(f"/customers/?view={view.pk}", follow=True).status_code == 200


def test_a_shared_view_shows_everybody_only_their_own_rows(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(owner=cast.owner, name="Olgas Kunde")
    CustomerFactory(owner=cast.outsider, name="Oskars Kunde")
    view = SavedViewFactory(owner=cast.manager, sharing="everybody", params={"cols": ["name"]})
    page = signed_in(cast.owner).get(f"/customers/?view={view.pk}", follow=True).content.decode()
    assert "Olgas Kunde" in page
    assert "Oskars Kunde" not in page


def test_a_chip_names_nothing_its_reader_may_not_see(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.owner).get("/customers/?owner=987654321&tag=987654321").content.decode()
    assert page.count("<b>unknown</b>") == 2


def test_a_deleted_view_comes_back(cast: Cast, signed_in: SignIn) -> None:
    view = SavedViewFactory(owner=cast.owner, name="A", sharing="everybody", default_for=["rep"])
    client = signed_in(cast.owner)
    client.post(reverse("pages:list-view-delete", args=[view.pk]))
    assert not SavedView.objects.exists()
    page = client.get("/customers/?view=all")
    (message,) = page.context["messages"]
    assert signed_in(cast.owner).post("/lists/customers/views/restore/?kept=forged").status_code == 404
    client.post(message.extra_tags)
    back = SavedView.objects.get()
    assert (back.name, back.owner, back.sharing, back.default_for) == ("A", cast.owner, "everybody", ["rep"])


def test_the_open_view_offers_to_keep_what_was_changed(cast: Cast, signed_in: SignIn) -> None:
    view = SavedViewFactory(owner=cast.owner, name="Mine", params={"owner": ["me"]})
    client = signed_in(cast.owner)
    same = client.get(f"/customers/?owner=me&view={view.pk}").content.decode()
    assert 'id="view-update"' not in same
    assert 'id="view-save"' not in same
    changed = client.get(f"/customers/?owner=me&sort=-revenue&view={view.pk}").content.decode()
    assert 'id="view-update"' in changed
    assert 'id="view-save"' in changed
    client.post(reverse("pages:list-view-update", args=[view.pk]), {"state": "owner=me&sort=-revenue"})
    view.refresh_from_db()
    assert view.params == {"owner": ["me"], "sort": ["-revenue"]}


def test_widths_are_kept_for_the_person_and_known_columns_only(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    widths = {"name": "333", "nose": "20", "stage": "-4", "orders": "9"}
    assert client.post("/lists/customers/widths/", widths).status_code == 204
    assert ListPreference.objects.get().widths == {"name": 333, "orders": 48}
    CustomerFactory(owner=cast.owner)
    assert '<col data-column="name" width="333">' in client.get("/customers/").content.decode()
    assert '<col data-column="name">' in signed_in(cast.manager).get("/customers/").content.decode()
