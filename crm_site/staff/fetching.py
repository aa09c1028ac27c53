"""The one way a page, fragment or API call fetches a record: what is not visible does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import Http404

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm_site.staff.models import User

_M = TypeVar("_M", bound=Model, covariant=True)


class Scoped(Protocol[_M]):
    """A queryset that knows who may see and change its rows."""

    def visible_to(self, user: User) -> QuerySet[_M]:
        """Keep the rows that the user may see."""
        ...

    def editable_by(self, user: User) -> QuerySet[_M]:
        """Keep the rows that the user may change."""
        ...


def fetch_visible(queryset: Scoped[_M], user: User, **lookup: Any) -> _M:
    """Return the one record that matches and that the user may see; raise Http404 otherwise."""
    return _only(queryset.visible_to(user), lookup)


def fetch_editable(queryset: Scoped[_M], user: User, **lookup: Any) -> _M:
    """Return the record for changing; raise Http404 when unseen, PermissionDenied when seen but read-only."""
    try:
        return _only(queryset.editable_by(user), lookup)
    except Http404:
        fetch_visible(queryset, user, **lookup)
        raise PermissionDenied from None


def _only(queryset: QuerySet[_M], lookup: dict[str, Any]) -> _M:
    try:
        return queryset.get(**lookup)
    except (ObjectDoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error
