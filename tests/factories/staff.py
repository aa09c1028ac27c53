"""Factories of people and access."""

import datetime as dt
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone

from crm_site.api.models import ApiToken, token_digest
from crm_site.demo.models import DemoLoad, DemoRange
from crm_site.events.models import Delivery, EventRecord
from crm_site.imports.models import ExternalId, Import, LearnedMapping, MoveIn, StagedRow
from crm_site.imports.services import keep_upload
from crm_site.jobs.models import JobRun
from crm_site.pages.models import BulkChange, FirstSteps, ListExport, ListPreference, SavedView, Visit
from crm_site.rules.models import RuleFiring
from crm_site.staff.models import Role, RoleGrant, Team, User

PASSWORD = "a long enough password"


class TeamFactory(factory.django.DjangoModelFactory):
    """A team without a parent."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")


class RoleFactory(factory.django.DjangoModelFactory):
    """A role without grants."""

    class Meta:
        model = Role

    code = factory.Sequence(lambda number: f"role-{number}")
    name = factory.Sequence(lambda number: f"Role {number}")


class RoleGrantFactory(factory.django.DjangoModelFactory):
    """Sight of one's own customers."""

    class Meta:
        model = RoleGrant

    role = factory.SubFactory(RoleFactory)
    module = "customers"


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a password and a verified address, holding the named `role` if any."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@crm.example")
    name = factory.Sequence(lambda number: f"Person {number}")
    # Hashing with Argon2 for every user of every test would be most of the run; sign-in tests set a real one.
    password = "!"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        role = kwargs.pop("role", None)
        user = super()._create(model_class, *args, **kwargs)
        if role is not None:
            user.roles.add(Role.objects.get(code=role))
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class ApiTokenFactory(factory.django.DjangoModelFactory):
    """A token whose secret is `gx_secret<number>`."""

    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory)
    digest = factory.Sequence(lambda number: token_digest(f"gx_secret{number}"))


class EventRecordFactory(factory.django.DjangoModelFactory):
    """A published event."""

    class Meta:
        model = EventRecord

    name = "customers.CustomerCreated"
    payload = factory.LazyFunction(lambda: {"customer_id": 1})


class DeliveryFactory(factory.django.DjangoModelFactory):
    """An event owed to a handler."""

    class Meta:
        model = Delivery

    event = factory.SubFactory(EventRecordFactory)
    handler = "nobody.handles"


class JobRunFactory(factory.django.DjangoModelFactory):
    """A queued run."""

    class Meta:
        model = JobRun

    name = "metrics"
    key = factory.Sequence(str)


class ImportFactory(factory.django.DjangoModelFactory):
    """An uploaded file of customers."""

    class Meta:
        model = Import

    kind = "customers"
    file_name = "customers.csv"
    path = factory.LazyFunction(lambda: str(keep_upload("customers.csv", [b"reference,name\n1,Ada\n"])))
    header = factory.LazyFunction(lambda: ["reference", "name"])
    mapping = factory.LazyFunction(lambda: {"reference": [0], "name": [1]})
    key = "reference"


class MoveInFactory(factory.django.DjangoModelFactory):
    """A move-in without files."""

    class Meta:
        model = MoveIn

    source = "HubSpot"


class LearnedMappingFactory(factory.django.DjangoModelFactory):
    """What somebody said of files with two columns."""

    class Meta:
        model = LearnedMapping

    kind = "customers"
    header_digest = factory.Sequence(str)
    header = factory.LazyFunction(lambda: ["reference", "name"])
    columns = factory.LazyFunction(lambda: {"reference": "reference", "name": "name"})


class ExternalIdFactory(factory.django.DjangoModelFactory):
    """An id in another system."""

    class Meta:
        model = ExternalId

    source = "HubSpot"
    kind = "people"
    old_id = factory.Sequence(str)
    record_id = 1


class StagedRowFactory(factory.django.DjangoModelFactory):
    """A row that waits."""

    class Meta:
        model = StagedRow

    job = factory.SubFactory(ImportFactory)
    line = factory.Sequence(lambda number: number + 2)
    group = factory.Sequence(str)
    cells = factory.LazyFunction(list)


class FirstStepsFactory(factory.django.DjangoModelFactory):
    """A checklist with one tick."""

    class Meta:
        model = FirstSteps

    user = factory.SubFactory(UserFactory)
    ticked = factory.LazyFunction(lambda: ["add-customer"])


class DemoLoadFactory(factory.django.DjangoModelFactory):
    """A small demo company."""

    class Meta:
        model = DemoLoad

    size = "S"
    seed = 2026
    day = dt.date(2026, 1, 1)


class DemoRangeFactory(factory.django.DjangoModelFactory):
    """Ten demo customers that are gone."""

    class Meta:
        model = DemoRange

    table = "customers.customer"
    low = 1
    high = 10


class SavedViewFactory(factory.django.DjangoModelFactory):
    """A view of customers that shows the owner's own."""

    class Meta:
        model = SavedView

    list_code = "customers"
    name = factory.Sequence(lambda number: f"View {number}")
    params = factory.LazyFunction(lambda: {"owner": ["me"]})
    owner = factory.SubFactory(UserFactory)


class VisitFactory(factory.django.DjangoModelFactory):
    """A page of the rail that somebody opened."""

    class Meta:
        model = Visit

    user = factory.SubFactory(UserFactory)
    kind = "pages"
    key = "today"
    seen_at = factory.LazyFunction(timezone.now)


class ListPreferenceFactory(factory.django.DjangoModelFactory):
    """A wide column of names."""

    class Meta:
        model = ListPreference

    user = factory.SubFactory(UserFactory)
    list_code = "customers"
    widths = factory.LazyFunction(lambda: {"name": 300})


class BulkChangeFactory(factory.django.DjangoModelFactory):
    """A new industry for every customer."""

    class Meta:
        model = BulkChange

    list_code = "customers"
    action = "industry"
    selection = factory.LazyFunction(lambda: {"all": True, "state": "view=all"})
    data = factory.LazyFunction(lambda: {"value": ["Retail"]})
    actor = factory.SubFactory(UserFactory)


class ListExportFactory(factory.django.DjangoModelFactory):
    """A workbook of customers that is still to be written."""

    class Meta:
        model = ListExport

    code = factory.Sequence(lambda number: f"export-{number}")
    list_code = "customers"
    selection = factory.LazyFunction(lambda: {"all": True, "state": "view=all"})
    kind = "xlsx"
    language = "en"
    owner = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=7))


class RuleFiringFactory(factory.django.DjangoModelFactory):
    """A rule that gave five points to a customer."""

    class Meta:
        model = RuleFiring

    owner_kind = "score"
    owner_id = 1
    rule = "big-order"
    record_kind = "customer"
    record_id = factory.Sequence(lambda number: number + 1)
    outcome = factory.LazyFunction(lambda: {"points": 5})
