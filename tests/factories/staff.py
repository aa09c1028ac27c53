"""Factories of people and access."""

import datetime as dt
from typing import Any

import factory
from allauth.account.models import EmailAddress

from crm_site.api.models import ApiToken, token_digest
from crm_site.demo.models import DemoLoad, DemoRange
from crm_site.events.models import Delivery, EventRecord
from crm_site.imports.models import Import, StagedRow
from crm_site.imports.services import keep_upload
from crm_site.jobs.models import JobRun
from crm_site.pages.models import FirstSteps
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
    mapping = factory.LazyFunction(lambda: {"reference": 0, "name": 1})
    key = "reference"


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
