"""The subjects that apps have declared, with what other apps and providers add to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.exceptions import ImproperlyConfigured

from crm_site.rules.declarations import RuleField, RuleRelation, RuleSubject
from crm_site.rules.errors import UnknownSubjectError

FieldProvider = Callable[[], Iterable[RuleField]]

_subjects: dict[str, RuleSubject] = {}
_fields: dict[str, dict[str, RuleField]] = {}
_relations: dict[str, dict[str, RuleRelation]] = {}
_providers: dict[str, list[FieldProvider]] = {}


def register_subject(subject: RuleSubject) -> None:
    """Make a subject known under its code."""
    if _subjects.setdefault(subject.code, subject) != subject:
        raise ImproperlyConfigured(f"Two different subjects of rules are called {subject.code!r}.")
    extend_subject(subject.code, fields=subject.fields, relations=subject.relations)


def extend_subject(code: str, *, fields: Iterable[RuleField] = (), relations: Iterable[RuleRelation] = ()) -> None:
    """Add fields and relations to a subject of an app further down, whichever is loaded first."""
    for field in fields:
        if _fields.setdefault(code, {}).setdefault(field.name, field) != field:
            raise ImproperlyConfigured(f"Two different fields of {code!r} are called {field.name!r}.")
    for relation in relations:
        if _relations.setdefault(code, {}).setdefault(relation.name, relation) != relation:
            raise ImproperlyConfigured(f"Two different relations of {code!r} are called {relation.name!r}.")


def register_field_provider(code: str, provider: FieldProvider) -> None:
    """Let `provider` add fields to a subject; it is asked anew each time, since its fields come and go."""
    _providers.setdefault(code, []).append(provider)


def unregister_field_provider(code: str, provider: FieldProvider) -> None:
    """Ask the provider no more."""
    _providers.get(code, []).remove(provider)


def subjects() -> list[RuleSubject]:
    """Return every subject, by code."""
    return [_subjects[code] for code in sorted(_subjects)]


def get_subject(code: str) -> RuleSubject:
    """Return the subject of that code; raise UnknownSubjectError otherwise."""
    try:
        return _subjects[code]
    except (KeyError, TypeError) as error:
        raise UnknownSubjectError(code) from error


def fields_of(code: str) -> dict[str, RuleField]:
    """Return the subject's fields by name; a declared field wins over a provided one."""
    provided = {field.name: field for provide in _providers.get(code, ()) for field in provide()}
    return provided | _fields.get(code, {})


def relations_of(code: str) -> dict[str, RuleRelation]:
    """Return the subject's relations by name."""
    return dict(_relations.get(code, {}))


def related_fields(relation: RuleRelation) -> dict[str, RuleField]:
    """Return the fields of the related rows by name."""
    borrowed = fields_of(relation.subject) if relation.subject else {}
    return borrowed | {field.name: field for field in relation.fields}
