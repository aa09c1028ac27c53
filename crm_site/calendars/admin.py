"""Administration of business calendars: to read; they are set up on their own pages, which keep one default."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.calendars.models import BusinessCalendar, CalendarException, OpeningHours


class ReadOnly:
    """What is changed on a page of its own."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse new rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal."""
        return False


class HoursInline(ReadOnly, admin.TabularInline[OpeningHours, BusinessCalendar]):
    """The hours of the week."""

    model = OpeningHours


class ExceptionInline(ReadOnly, admin.TabularInline[CalendarException, BusinessCalendar]):
    """The days unlike the others."""

    model = CalendarException


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(ReadOnly, admin.ModelAdmin[BusinessCalendar]):
    """Calendars with their hours and exceptions."""

    list_display = ("name", "time_zone", "country", "is_always_open", "is_default")
    search_fields = ("name",)
    inlines = (HoursInline, ExceptionInline)
