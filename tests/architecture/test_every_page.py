"""Every address of the site: who may open it, and what a foreign or malformed key gives."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm_site.staff.models import User
from tests.conftest import Cast
from tests.database_digest import database_digest
from tests.factories import (
    contacts,
    deals,
    forms,
    history,
    leads,
    needs,
    notifications,
    records,
    staff,
    tasks,
    worktime,
)

OURS = (
    "pages",
    "calendars",
    "assignment",
    "history",
    "demo",
    "imports",
    "files",
    "forms",
    "notifications",
    "rules",
    "customers",
    "sales",
    "service",
    "analytics",
)
# Opened without signing in: what watchers and browsers ask for.
PUBLIC = {"pages:healthz", "pages:readyz", "pages:manifest", "pages:language", "pages:theme", "pages:favicon"}
SIGN_IN = "/accounts/login/"


def our_patterns() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the converters of every address our apps declare."""

    def walk(patterns: list[Any], namespace: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.namespace in OURS or not pattern.namespace:
                    yield from walk(pattern.url_patterns, pattern.namespace or namespace)
            elif isinstance(pattern, URLPattern) and namespace and pattern.name:
                yield f"{namespace}:{pattern.name}", pattern.pattern.converters

    yield from walk(get_resolver().url_patterns, "")


ADDRESSES = sorted(our_patterns(), key=lambda pair: pair[0])
WITH_KEY = [name for name, converters in ADDRESSES if "pk" in converters]
WITHOUT_KEY = [name for name, converters in ADDRESSES if not converters]
WORDS = {
    "name": "name",
    "code": "customers",
    "subject": "customer",
    "label": "customers.customer",
    "column": "industry",
    "change": "1",
    "entry": "1",
    "stage": "loyal",
    "shelf": "contact",
    "way": "up",
    "customers:task-field": "title",
    "pages:list-shift": "tasks",
    "sales:order-field": "channel",
    "sales:lead-field": "source",
    "sales:need-field": "title",
    "sales:opportunity-field": "source",
    "service:answer-field": "comment",
}


def address(name: str, pk: Any) -> str:
    """Return the address with a key, and words where it takes them."""
    converters = dict(ADDRESSES)[name]
    kwargs = {key: pk if key == "pk" else WORDS.get(name, WORDS[key]) for key in converters}
    return reverse(name, kwargs=kwargs)


@pytest.fixture
def foreign(cast: Cast) -> dict[str, int]:
    """Records of the owner, by the prefix of their addresses; the outsider may see none of them."""
    customer = records.CustomerFactory(owner=cast.owner)
    order = records.OrderFactory(customer=customer)
    answer = records.SurveyAnswerFactory(customer=customer)
    run = staff.JobRunFactory(name="metrics", started_by=cast.owner)
    job = staff.ImportFactory(started_by=cast.owner, run=staff.JobRunFactory(name="import"))
    task = tasks.TaskFactory(customer=customer, kind="meeting")
    return {
        "customers:task": task.pk,
        "pages:list-shift": task.pk,
        "customers:customer-picture": records.CustomerFactory(owner=cast.owner, kind="organisation").pk,
        "customers:entry-": records.ActivityFactory(customer=customer, actor=cast.owner).pk,
        "customers:customer": customer.pk,
        "customers:contact-": records.ContactPointFactory(customer=customer).pk,
        "customers:address-": records.AddressFactory(customer=customer).pk,
        "customers:ban-": contacts.DoNotContactFactory(customer=customer).pk,
        "sales:customer": customer.pk,
        "sales:lead-": leads.LeadFactory(customer=customer, owner=cast.owner).pk,
        "sales:need-": needs.NeedFactory(customer=customer).pk,
        "sales:opportunity": deals.OpportunityFactory(customer=customer).pk,
        "service:customer": customer.pk,
        "analytics:customer": customer.pk,
        "sales:order": order.pk,
        "service:answer": answer.pk,
        "pages:job": run.pk,
        "imports:import": job.pk,
        "imports:move-in": staff.MoveInFactory(started_by=cast.owner).pk,
        "pages:list-view": staff.SavedViewFactory(owner=cast.owner).pk,
        "assignment:absence": worktime.AbsenceFactory(user=cast.owner).pk,
        "history:operation": history.OperationFactory(actor=cast.owner).pk,
        "history:trash": history.TrashedRecordFactory(owner=cast.owner, team=cast.owner.team).pk,
        "history:record": customer.pk,
        "files:attachment": notifications.AttachmentFactory(subject_id=customer.pk, uploaded_by=cast.owner).pk,
        "files:subject": customer.pk,
        "notifications:notification": notifications.NotificationFactory(recipient=cast.owner).pk,
        "notifications:follow": customer.pk,
        "notifications:people": customer.pk,
        "history:value": customer.pk,
        "forms:hook-edit": forms.FormHookFactory().pk,
        "forms:submission": forms.SubmissionFactory().pk,
        "forms:": forms.FormFactory().pk,
    }


SHARED = (
    "sales:product",
    "service:survey",
    "customers:segment",
    "customers:class",
    "calendars:",
    "assignment:",
    "sales:pipeline",
    "sales:stage",
    "sales:reason",
    "sales:needcategory",
    "sales:competitor",
    "sales:rate",
    "sales:score",
)
# Seen by its owner alone, whatever the others' roles.
PRIVATE = ("pages:list-view", "notifications:notification", "assignment:absence")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted({name for name, _ in ADDRESSES} - PUBLIC))
def test_a_stranger_is_asked_to_sign_in(name: str, client: Client) -> None:
    response = client.get(address(name, 1))
    assert response.status_code in (302, 405), name
    if response.status_code == 302:
        assert response["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("name", WITHOUT_KEY)
def test_pages_open_for_everybody_or_do_not_exist(name: str, cast: Cast, signed_in: Callable[[User], Client]) -> None:
    for user in cast:
        response = signed_in(user).get(reverse(name))
        assert response.status_code in (200, 302, 403, 404, 405), (name, user.name)


@pytest.mark.parametrize("name", WITH_KEY)
def test_a_foreign_record_is_not_found(
    name: str, cast: Cast, foreign: dict[str, int], signed_in: Callable[[User], Client]
) -> None:
    prefix = next((known for known in foreign if name.startswith(known)), "")
    if not prefix:
        assert name.startswith(SHARED), f"{name}: add its record to `foreign`, or say that it is shared"
        return
    outsider = signed_in(cast.outsider)
    url = address(name, foreign[prefix])
    before = database_digest()
    assert outsider.get(url).status_code in (404, 405), name
    assert outsider.post(url).status_code in (404, 405), name
    assert database_digest() == before
    reader = cast.owner if name.startswith(PRIVATE) else cast.manager
    assert signed_in(reader).get(url).status_code != 404, name


@pytest.mark.parametrize("name", WITH_KEY)
def test_a_key_that_cannot_be_one_is_not_found(name: str, cast: Cast, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(cast.admin)
    for pk in (0, 2**63, 10**30):
        assert client.get(address(name, pk)).status_code in (404, 405), (name, pk)
        assert client.post(address(name, pk)).status_code in (404, 405), (name, pk)
