"""Custom fields as something rules can compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from crm_site.fields.choices import FieldKind
from crm_site.fields.definitions import fields_of
from crm_site.fields.hosts import Host
from crm_site.fields.models import CustomField
from crm_site.fields.values import expression
from crm_site.rules.declarations import RuleField

GROUP = _("Custom fields")


def rule_fields(host: Host) -> Iterator[RuleField]:
    """Yield what rules can compare of the host's custom fields now.

    A field with any of several choices is one yes or no for each choice.
    """
    for field in fields_of(host.code):
        if field.kind == FieldKind.CHOICES:
            for code, words in field.options():
                name, label = f"{field.key}.{code}", f"{field.label}: {words}"
                yield RuleField(
                    name=name, label=label, kind="yes_no", expression=partial(_holds, field.name, code), group=GROUP
                )
        else:
            yield _rule_field(field)


def _rule_field(field: CustomField) -> RuleField:
    facts: dict[str, Any] = {"name": field.key, "label": field.label, "help": field.help, "group": GROUP}
    if field.kind == FieldKind.NUMBER:
        return RuleField(kind="number", expression=partial(expression, field), **facts)
    if field.kind == FieldKind.DATE:
        return RuleField(kind="date", expression=_typed(field.name, models.DateField()), **facts)
    if field.kind == FieldKind.YES_NO:
        return RuleField(kind="yes_no", expression=_typed(field.name, models.BooleanField()), **facts)
    if field.kind == FieldKind.CHOICE:
        return RuleField(kind="choice", choices=field.options(), expression=partial(expression, field), **facts)
    return RuleField(kind="text", expression=partial(expression, field), **facts)


def _typed(name: str, kind: models.Field[Any, Any]) -> Callable[[], Combinable]:
    return lambda: Cast(KeyTextTransform(name, "custom"), kind)


def _holds(name: str, code: str) -> Combinable:
    return ExpressionWrapper(Q(custom__contains={name: [code]}), output_field=models.BooleanField())
