"""Access: scopes over the tree of teams, roles that add up, and records that are not there for others."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from crm_site.staff.choices import Scope
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import Role, Team, User
from customers.models import Customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.staff import RoleGrantFactory, TeamFactory, UserFactory


def names(user: User) -> list[str]:
    """Return the names of the customers the user sees."""
    return sorted(Customer.objects.visible_to(user).values_list("name", flat=True))


@pytest.fixture
def customers(cast: Cast) -> None:
    """A customer of the owner, of the teammate, of the outsider, and of nobody."""
    CustomerFactory(name="owner's", owner=cast.owner)
    CustomerFactory(name="teammate's", owner=cast.teammate)
    CustomerFactory(name="outsider's", owner=cast.outsider)
    CustomerFactory(name="nobody's")


def test_each_scope_sees_its_part(cast: Cast, customers: None) -> None:
    assert names(cast.owner) == ["owner's"]
    assert names(cast.lead) == ["owner's", "teammate's"]
    assert names(cast.outsider) == ["outsider's"]
    assert names(cast.manager) == ["nobody's", "outsider's", "owner's", "teammate's"]


def test_a_team_scope_keeps_own_records_of_another_team(cast: Cast) -> None:
    customer = CustomerFactory(name="moved", owner=cast.lead)
    Customer.objects.filter(pk=customer.pk).update(team=cast.outsider.team)
    assert names(cast.lead) == ["moved"]
    assert names(cast.outsider) == ["moved"]


def test_no_role_and_no_activity_see_nothing(cast: Cast, customers: None) -> None:
    assert names(UserFactory(team=cast.owner.team)) == []
    cast.manager.is_active = False
    assert names(cast.manager) == []


def test_a_second_role_never_takes_anything_away(cast: Cast) -> None:
    cast.owner.roles.add(Role.objects.get(code="agent"))
    access = User.objects.get(pk=cast.owner.pk).access
    assert access.view_scope("customers") is Scope.ALL
    assert access.can_export("customers")


def test_access_costs_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    user = User.objects.get(pk=cast.lead.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]  # the fixture is a context manager
        assert user.access.can_view("customers")
        assert user.access.can_edit("sales")
        assert cast.owner.team_id in user.access.team_ids


def test_seen_but_read_only_is_forbidden_and_unseen_is_not_found(cast: Cast, customers: None) -> None:
    RoleGrantFactory(role__code="reader", module="customers", view="all", edit="own")
    reader = UserFactory(role="reader", team=cast.owner.team)
    foreign = Customer.objects.get(name="outsider's")
    assert fetch_visible(Customer.objects.all(), reader, pk=foreign.pk) == foreign
    with pytest.raises(PermissionDenied):
        fetch_editable(Customer.objects.all(), reader, pk=foreign.pk)
    with pytest.raises(Http404):
        fetch_editable(Customer.objects.all(), cast.owner, pk=foreign.pk)


def test_a_moved_team_takes_its_subtree_along(cast: Cast, customers: None) -> None:
    sales, south = Team.objects.get(name="Sales"), Team.objects.get(name="South")
    sales.parent = south
    sales.save()
    assert Team.objects.get(name="North").path.startswith(Team.objects.get(name="South").path)
    assert names(User.objects.get(pk=cast.outsider.pk)) == ["outsider's", "owner's", "teammate's"]


def test_teams_with_keys_that_begin_alike_are_told_apart(db: None) -> None:
    first = TeamFactory()
    Team.objects.bulk_create([Team(pk=first.pk * 10, name="ten times", path=f"{first.pk * 10}/")])
    assert list(Team.objects.subtree_of(first.pk)) == [first]
