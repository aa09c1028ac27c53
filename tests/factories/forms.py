"""Factories of web forms, and a target for them: what comes in becomes a customer."""

import factory

from crm_site.forms.choices import InputKind
from crm_site.forms.models import Form, FormField, FormHook, FormWording, Submission
from crm_site.forms.targets import FormTarget, Received, TargetField, register_target
from customers.models import Customer
from customers.services import create_customer


def make_customer(received: Received) -> Customer | None:
    """Make a customer of what came in; some names go wrong on purpose."""
    name = str(received.values["name"])
    if name == "Nobody":
        return None
    if name == "Broken":
        raise RuntimeError("it broke")
    return create_customer({"name": name, "custom": dict(received.custom)}, None)


ENQUIRY = register_target(
    FormTarget(
        code="enquiry",
        label="Enquiry",
        module="customers",
        subject_kind="customer",
        host="customer",
        receive=make_customer,
        fields=(
            TargetField(name="name", label="Name", required=True, autocomplete="name"),
            TargetField(name="email", label="E-mail", kind=InputKind.EMAIL),
            TargetField(name="phone", label="Phone", kind=InputKind.PHONE),
            TargetField(name="message", label="Message", kind=InputKind.LONG_TEXT, max_length=500),
            TargetField(name="size", label="Size", kind=InputKind.CHOICE, choices=(("s", "Small"), ("l", "Large"))),
            TargetField(name="budget", label="Budget", kind=InputKind.NUMBER),
            TargetField(name="source", label="Source"),
        ),
        channels=(("email", "Mail"), ("phone", "Calls")),
        purposes=(("newsletter", "Newsletter"),),
        begins_with=("email",),
    )
)


class FormFactory(factory.django.DjangoModelFactory):
    """A published form without fields, for a target that a test registers."""

    class Meta:
        model = Form

    name = factory.Sequence(lambda number: f"Form {number}")
    target = "enquiry"
    is_published = True
    title_en = "Write to us"
    title_zh = "联系我们"
    min_seconds = 0


class FormFieldFactory(factory.django.DjangoModelFactory):
    """A field that asks for the name."""

    class Meta:
        model = FormField

    form = factory.SubFactory(FormFactory)
    name = factory.Sequence(lambda number: f"name{number}")


class FormWordingFactory(factory.django.DjangoModelFactory):
    """Words that ask for consent to a newsletter."""

    class Meta:
        model = FormWording

    form = factory.SubFactory(FormFactory)
    version = factory.Sequence(lambda number: number + 1)
    channel = "email"
    purpose = "newsletter"
    text_en = "I want the newsletter."


class FormHookFactory(factory.django.DjangoModelFactory):
    """A webhook that takes a name and a mail address."""

    class Meta:
        model = FormHook

    form = factory.SubFactory(FormFactory)
    name = "Ads"
    mapping = factory.LazyFunction(lambda: {"name": "lead.name", "email": "lead.email"})
    event_path = "id"


class SubmissionFactory(factory.django.DjangoModelFactory):
    """Something that came in through the page."""

    class Meta:
        model = Submission

    form = factory.SubFactory(FormFactory)
    key = factory.Sequence(lambda number: f"page:{number}")
    values = factory.LazyFunction(lambda: {"name": "Ada", "email": "ada@example.com"})
    language = "en"
