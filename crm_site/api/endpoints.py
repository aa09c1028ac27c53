"""Endpoints over list pages: list with the list's own filters, read, create, update. No delete: records are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from crm_site.api.custom import require_custom
from crm_site.pages.lists import ListPage
from crm_site.staff.fetching import fetch_editable, fetch_visible


class RecordViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Any]
):
    """One entity. Subclasses set `list_page` and `serializer_class`, and write `create_record`/`change_record`.

    `GET /` takes the filters of the list page and `changed_since` (ISO moment, for synchronising).
    An update names the `version` it was made on; a stale one answers 409.
    """

    list_page: ClassVar[ListPage[Any]]
    http_method_names: Sequence[str] = ("get", "post", "patch", "head", "options")
    related: ClassVar[tuple[str, ...]] = ()
    prefetched: ClassVar[tuple[str, ...]] = ()

    @property
    def module(self) -> str:
        """The module whose roles open the endpoint."""
        return self.list_page.module

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the reader may see, narrowed by the filters of the list page."""
        model: Any = self.list_page.model
        if getattr(self, "swagger_fake_view", False):
            nothing: QuerySet[Any] = model._default_manager.none()
            return nothing
        if self.action == "list":
            found = self.list_page.queryset(self.user, self.request.GET)
            return self._changed(found).select_related(*self.related).prefetch_related(*self.prefetched)
        records: QuerySet[Any] = model._default_manager.all()
        return records.select_related(*self.related).prefetch_related(*self.prefetched)

    @property
    def user(self) -> Any:
        """Who asks."""
        return self.request.user

    def get_object(self) -> Any:
        """Return one visible record; anything else is not found."""
        found: Any = self.get_queryset()
        return fetch_visible(found, self.user, pk=self.kwargs["pk"])

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a record through its service."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        facts = dict(serializer.validated_data)
        facts.pop("version", None)
        self._require(facts, None)
        record = _saved(lambda: self.create_record(facts, self.user))
        return Response(self._shown(record), status=201)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a record through its service, if it still has the version named."""
        found: Any = self.get_queryset()
        record: Any = fetch_editable(found, self.user, pk=self.kwargs["pk"])
        serializer = self.get_serializer(record, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        facts = dict(serializer.validated_data)
        version = facts.pop("version", None)
        if version is None:
            raise ValidationError({"version": [_("Name the version you read.")]})
        self._require(facts, record)
        _saved(lambda: self.change_record(record, version, facts, self.user))
        return Response(self._shown(record))

    def create_record(self, facts: dict[str, Any], user: Any) -> Any:
        """Create the record and return it."""
        raise NotImplementedError

    def change_record(self, record: Any, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change the record that was read at `version`."""
        raise NotImplementedError

    def _require(self, facts: dict[str, Any], record: Any) -> None:
        host = getattr(self.list_page.model, "custom_host", "")
        if host:
            require_custom(host, facts, self.user, None if record is None else record.custom)

    def _shown(self, record: Any) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=record.pk)).data

    def _changed(self, found: QuerySet[Any]) -> QuerySet[Any]:
        since = self.request.query_params.get("changed_since")
        if not since:
            return found
        moment = serializers.DateTimeField().run_validation(since)
        return found.filter(updated_at__gte=moment)


def _saved(write: Any) -> Any:
    """Run a service; a key that is taken is a problem of the input, not of the server."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        raise ValidationError({"non_field_errors": [_("A record with this key exists already.")]}) from error
