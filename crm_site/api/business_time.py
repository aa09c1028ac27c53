"""The API of business calendars: to read, with a question of its own: when is so much business time over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.calendars.models import BusinessCalendar, CalendarException, OpeningHours
from crm_site.calendars.reading import working_time_of
from crm_site.calendars.working_time import NeverOpensError
from crm_site.staff.fetching import fetch_visible

# A hundred years of minutes: what is asked for beyond is a slip.
MOST_MINUTES = 52_560_000


class OpeningHoursSerializer(serializers.ModelSerializer[OpeningHours]):
    """One open span; weekdays count from 0 for Monday, and closing at 00:00 is midnight at the end of the day."""

    class Meta:
        model = OpeningHours
        fields = ("weekday", "opens", "closes")


class CalendarExceptionSerializer(serializers.ModelSerializer[CalendarException]):
    """A day unlike the others."""

    class Meta:
        model = CalendarException
        fields = ("date", "kind", "name", "opens", "closes")


class BusinessCalendarSerializer(serializers.ModelSerializer[BusinessCalendar]):
    """A calendar with its week and exceptions."""

    hours = OpeningHoursSerializer(many=True, read_only=True)
    exceptions = CalendarExceptionSerializer(many=True, read_only=True)

    class Meta:
        model = BusinessCalendar
        fields = (
            "id", "name", "time_zone", "country", "subdivision", "is_always_open", "is_default", "hours", "exceptions",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class DueSerializer(serializers.Serializer[Any]):
    """When so much business time is over; null where the calendar never opens."""

    due_at = serializers.DateTimeField(allow_null=True)


class AskedSerializer(serializers.Serializer[Any]):
    """What is asked: a moment, and minutes of business time after it."""

    start = serializers.DateTimeField()
    minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES)


class CalendarListView(ListAPIView[BusinessCalendar]):
    """The business calendars."""

    module = "setup"
    serializer_class = BusinessCalendarSerializer
    queryset = BusinessCalendar.objects.none()

    def get_queryset(self) -> QuerySet[BusinessCalendar]:
        """Return the calendars that the reader sees."""
        user: Any = self.request.user
        return BusinessCalendar.objects.visible_to(user).prefetch_related("hours", "exceptions")


class DueView(APIView):
    """When so much business time is over."""

    module = "setup"

    @extend_schema(
        parameters=[
            OpenApiParameter("start", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("minutes", OpenApiTypes.INT, required=True),
        ],
        responses=DueSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the moment at which the minutes have passed since the start."""
        user: Any = request.user
        calendar = fetch_visible(BusinessCalendar.objects.all(), user, pk=pk)
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        start, minutes = asked.validated_data["start"], asked.validated_data["minutes"]
        try:
            due = working_time_of(calendar).add_business_time(start, dt.timedelta(minutes=minutes))
        except NeverOpensError:
            due = None
        except OverflowError as error:
            raise ValidationError({"start": ["out of range"]}) from error
        return Response(DueSerializer({"due_at": due}).data)


urlpatterns = [
    path("business-calendars/", CalendarListView.as_view(), name="business-calendars"),
    path("business-calendars/<int:pk>/due/", DueView.as_view(), name="business-calendar-due"),
]
