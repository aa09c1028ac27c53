"""Records that others can point at by kind and key: what is followed, mentioned on, or has files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404

from crm_site.staff.fetching import fetch_editable, fetch_visible

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from crm_site.staff.models import User


@dataclass(frozen=True)
class Subject:
    """A kind of record under the name that rows elsewhere keep; `url_name` takes the record's key."""

    kind: str
    model: type[Model]
    url_name: str

    def rows(self) -> Any:
        """Return all records of the kind, to be narrowed."""
        return self.model._default_manager.all()


_subjects: dict[str, Subject] = {}


def register_subject(kind: str, model: type[Model], url_name: str) -> Subject:
    """Let other rows point at records of a model; an equal declaration may come again."""
    subject = Subject(kind, model, url_name)
    if _subjects.setdefault(kind, subject) != subject:
        raise ImproperlyConfigured(f"Two different records are called {kind!r}.")
    return subject


def find_subject(kind: str) -> Subject | None:
    """Return what is known of that kind, None when its app is gone."""
    return _subjects.get(kind)


def visible_subjects(kind: str, user: User) -> QuerySet[Any]:
    """Return the records of that kind that the user may see; raise Http404 for a kind that nobody declares."""
    found: QuerySet[Any] = _known(kind).rows().visible_to(user)
    return found


def fetch_visible_subject(kind: str, pk: int, user: User) -> Any:
    """Return the record; raise Http404 when the kind, the record or the sight of it is missing."""
    return fetch_visible(_known(kind).rows(), user, pk=pk)


def fetch_editable_subject(kind: str, pk: int, user: User) -> Any:
    """Return the record for changing; raise Http404 when unseen, PermissionDenied when seen but read-only."""
    return fetch_editable(_known(kind).rows(), user, pk=pk)


def may_edit_subject(kind: str, pk: int, user: User) -> bool:
    """Tell whether the user may change the record."""
    return bool(_known(kind).rows().editable_by(user).filter(pk=pk).exists())


def _known(kind: str) -> Subject:
    subject = _subjects.get(kind)
    if subject is None:
        raise Http404
    return subject
