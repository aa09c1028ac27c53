"""The timeline of a customer: read a screen at a time, written on, and what one wrote changed or deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.urls import path, reverse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.api.fields import VisibleRecordField
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from customers import selectors
from customers.choices import TalkKind
from customers.models import Activity, Customer
from customers.selectors.streams import read_cursor
from customers.services import change_entry, delete_entry, log_interaction

FILTERS = ("show", "by", "with", "from", "until", "alone", "at", "id")


class EntrySerializer(serializers.ModelSerializer[Activity]):
    """One entry. `kind` is what people write by hand, empty for what the system wrote; `sentence` says all of them."""

    kind = serializers.ChoiceField(TalkKind.choices, required=False, default=TalkKind.NOTE)
    occurred_at = serializers.DateTimeField(required=False)
    attendees = serializers.PrimaryKeyRelatedField(
        many=True, required=False, queryset=User.objects.filter(is_active=True)
    )
    guests = VisibleRecordField(many=True, required=False, queryset=Customer.objects.all())
    sentence = serializers.CharField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = Activity
        fields = (
            "id", "customer", "kind", "sentence", "occurred_at", "actor", "body", "title", "direction", "outcome",
            "channel", "minutes", "place", "attendees", "guests", "thread", "edited_at", "version",
        )  # fmt: skip
        read_only_fields = ("customer", "actor", "thread", "edited_at")

    def to_representation(self, instance: Activity) -> dict[str, Any]:
        """Name of the guests only those whom the caller may see."""
        shown: dict[str, Any] = super().to_representation(instance)
        if shown["guests"]:
            found = Customer.objects.visible_to(self.context["request"].user).filter(pk__in=shown["guests"])
            shown["guests"] = sorted(found.values_list("pk", flat=True))
        return shown


class ScreenSerializer(serializers.Serializer[Any]):
    """A screen of a stream, and the address of the entries before it."""

    results = EntrySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class TimelineView(APIView):
    """A customer's stream, latest first; an organisation's with its people. `next` leads to the entries before."""

    module = "customers"

    @extend_schema(
        parameters=[OpenApiParameter(name, OpenApiTypes.STR) for name in FILTERS],
        responses=ScreenSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return a screen of the stream."""
        user: Any = request.user
        customer = fetch_visible(Customer.objects.all(), user, pk=pk)
        wanted = selectors.StreamFilter.read(request.query_params)
        screen = selectors.read_screen(customer, user, wanted, read_cursor(request.query_params))
        following = None
        if screen.has_more:
            last = screen.entries[-1]
            place = urlencode({**wanted.params(), "at": last.occurred_at.isoformat(), "id": last.pk})
            following = f"{reverse('api:timeline', args=[customer.pk])}?{place}"
        prefetch_related_objects(screen.entries, "attendees", "guests")
        shown = EntrySerializer(screen.entries, many=True, context={"request": request})
        return Response({"results": shown.data, "next": following})

    @extend_schema(request=EntrySerializer, responses={201: EntrySerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Write a note, a call, a meeting, a mail or a chat."""
        user: Any = request.user
        customer = fetch_visible(Customer.objects.all(), user, pk=pk)
        given = EntrySerializer(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        facts = dict(given.validated_data)
        entry = log_interaction(customer, facts.pop("kind"), facts, user)
        return Response(EntrySerializer(entry, context={"request": request}).data, status=201)


class EntryView(APIView):
    """One entry of a timeline."""

    module = "customers"

    @extend_schema(responses=EntrySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return an entry."""
        user: Any = request.user
        entry = fetch_visible(Activity.objects.all(), user, pk=pk)
        return Response(EntrySerializer(entry, context={"request": request}).data)

    @extend_schema(request=EntrySerializer, responses=EntrySerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change what the caller wrote, or anybody for those who may edit all customers."""
        entry = self._own(request, pk)
        given = EntrySerializer(entry, data=request.data, partial=True, context={"request": request})
        given.is_valid(raise_exception=True)
        facts = {name: value for name, value in given.validated_data.items() if name != "kind"}
        version = facts.pop("version", None)
        if version is None:
            raise ValidationError({"version": [gettext("Name the version you read.")]})
        user: Any = request.user
        change_entry(entry, version, facts, user)
        return Response(EntrySerializer(entry, context={"request": request}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Move what the caller wrote to the trash."""
        user: Any = request.user
        delete_entry(self._own(request, pk), user)
        return Response(status=204)

    def _own(self, request: Request, pk: int) -> Activity:
        user: Any = request.user
        return fetch_editable(Activity.objects.select_related("customer"), user, pk=pk)


urlpatterns = [
    path("timeline/<int:pk>/", TimelineView.as_view(), name="timeline"),
    path("timeline/entries/<int:pk>/", EntryView.as_view(), name="timeline-entry"),
]
