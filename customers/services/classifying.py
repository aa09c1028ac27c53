"""Setting up classifications and their classes; every change that matters has all customers asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.jobs.starting import start_job
from crm_site.rules import parse_rule
from crm_site.rules.nodes import Condition, walk
from customers.events import ClassificationChanged
from customers.models import Classification, CustomerClass

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Asked after the classes of the same customer: a rule that spoke of them would run in a circle.
LATER = frozenset({"classes", "segments"})


def ask_classes_again(cause: str = "") -> None:
    """Have everybody's classes asked again; a run that works already may have passed by, so none is joined."""
    start_job("classes", {"cause": cause or timezone.now().isoformat()})


def create_classification(facts: Mapping[str, Any], user: User | None) -> Classification:
    """Make a classification behind the others; it has no classes yet."""
    with transaction.atomic():
        last = Classification.objects.aggregate(last=Max("position"))["last"] or 0
        made = Classification.objects.create(**facts, position=last + 1)
        publish(ClassificationChanged(classification_id=made.pk, fields="name"), user)
    return made


def change_classification(classification: Classification, facts: Mapping[str, Any], user: User | None) -> None:
    """Rename a classification, or put it in and out of use; its code stays."""
    with transaction.atomic():
        stored = Classification.objects.select_for_update().get(pk=classification.pk)
        changed = [name for name, value in facts.items() if getattr(stored, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(stored, name, facts[name])
        stored.save(update_fields=changed)
        publish(ClassificationChanged(classification_id=stored.pk, fields=",".join(changed)), user)
        if "is_active" in changed:
            ask_classes_again()


def create_class(classification: Classification, facts: Mapping[str, Any], user: User | None) -> CustomerClass:
    """Add a class behind the others of its classification; raises ValidationError and RuleError."""
    values = _checked(classification, None, facts)
    with transaction.atomic():
        Classification.objects.select_for_update().get(pk=classification.pk)
        last = classification.classes.aggregate(last=Max("position"))["last"] or 0
        made: CustomerClass = CustomerClass.objects.create(classification=classification, **values, position=last + 1)
        publish(ClassificationChanged(classification_id=classification.pk, fields="classes"), user)
        ask_classes_again()
    return made


def change_class(one: CustomerClass, facts: Mapping[str, Any], user: User | None) -> None:
    """Rename a class or give it another rule; raises ValidationError and RuleError."""
    values = _checked(one.classification, one, facts)
    with transaction.atomic():
        stored = CustomerClass.objects.select_for_update(of=("self",)).get(pk=one.pk)
        changed = [name for name, value in values.items() if getattr(stored, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(stored, name, values[name])
        stored.save(update_fields=changed)
        publish(ClassificationChanged(classification_id=stored.classification_id, fields=",".join(changed)), user)
        if "rule" in changed:
            ask_classes_again()


def move_classification(classification: Classification, by: int, user: User | None) -> None:
    """Put a classification one place up (-1) or down (1) among the others."""
    with transaction.atomic():
        rows = list(Classification.objects.select_for_update().order_by("position", "id"))
        if _move(rows, classification.pk, by):
            publish(ClassificationChanged(classification_id=classification.pk, fields="position"), user)


def move_class(one: CustomerClass, by: int, user: User | None) -> None:
    """Have a class asked one place earlier (-1) or later (1) in its classification."""
    with transaction.atomic():
        Classification.objects.select_for_update().get(pk=one.classification_id)
        rows = list(CustomerClass.objects.filter(classification=one.classification_id).order_by("position", "id"))
        if _move(rows, one.pk, by):
            publish(ClassificationChanged(classification_id=one.classification_id, fields="classes"), user)
            ask_classes_again()


def _move(rows: list[Any], key: int, by: int) -> bool:
    """Change the places of a row and its neighbour, and number all of them; tell whether there is a neighbour."""
    here = next((at for at, row in enumerate(rows) if row.pk == key), None)
    if here is None or not 0 <= here + by < len(rows):
        return False
    rows[here], rows[here + by] = rows[here + by], rows[here]
    for number, row in enumerate(rows, 1):
        row.position = number
    type(rows[0]).objects.bulk_update(rows, ["position"])
    return True


def _checked(classification: Classification, one: CustomerClass | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a class, or say beside which field something is wrong."""
    values = dict(facts)
    if "name" in values:
        others = classification.classes.filter(name=values["name"]).exclude(pk=one.pk if one else 0)
        if others.exists():
            raise ValidationError({"name": _("There is a class of this name already.")})
    if "rule" in values:
        rule = parse_rule("customer", values["rule"])
        if any(isinstance(node, Condition) and node.field.name in LATER for node in walk(rule.root)):
            raise ValidationError(
                {"rule": _("Classes are asked before segments: this rule may speak of neither classes nor segments.")}
            )
        values["rule"] = rule.to_json()
    return values
