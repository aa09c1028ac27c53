"""The kinds of records that can have custom fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Value

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class CustomisedModel(models.Model):
    """A record with custom fields. `custom` holds field name → stored value; empty fields have no key."""

    custom: models.JSONField[Any, Any] = models.JSONField(
        default=dict, db_default=Value({}, output_field=models.JSONField()), blank=True, editable=False
    )

    custom_host: ClassVar[str]

    class Meta:
        abstract = True


ChangeMany = Callable[[Any, dict[str, Any], Any], int]


@dataclass(frozen=True)
class Host:
    """One kind of record: its code, model, and the codes of its list, rule subject and import kind.

    `change_many(rows, {"custom": {name: stored value}}, actor)` is the app's service for many records.
    """

    code: str
    model: type[CustomisedModel]
    title: StrOrPromise
    list_code: str
    subject: str = ""
    import_kind: str = ""
    change_many: ChangeMany | None = None


_hosts: dict[str, Host] = {}


def register_host(host: Host) -> None:
    """Let the records of a model have custom fields; raise ValueError when the code is taken."""
    if _hosts.setdefault(host.code, host) != host:
        raise ValueError(f"the host {host.code!r} is registered already")


def hosts() -> list[Host]:
    """Return the hosts in the order of their registration."""
    return list(_hosts.values())


def get_host(code: str) -> Host:
    """Return the host of that code; raise KeyError otherwise."""
    return _hosts[code]
