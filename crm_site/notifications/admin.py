"""Administration of notifications: what people were told, for finding out why somebody was not."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.mail.admin import OutgoingAdmin
from crm_site.mail.outcomes import SendingError
from crm_site.notifications.models import ChannelChoice, Digest, DigestHour, Follow, Notification, Robot, RobotPost
from crm_site.notifications.robots.addresses import read_target
from crm_site.notifications.robots.calling import post


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin[Notification]):
    """Notifications are history: readable, never editable."""

    list_display = ("kind", "recipient", "created_at", "seen_at", "read_at")
    list_filter = ("kind",)
    list_select_related = ("recipient",)
    search_fields = ("key", "recipient__email")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made notifications."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        """Refuse changes to what people were told."""
        return False


@admin.register(ChannelChoice)
class ChannelChoiceAdmin(admin.ModelAdmin[ChannelChoice]):
    """What people chose."""

    list_display = ("user", "kind", "channel", "wanted")
    list_filter = ("channel", "kind")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)


@admin.register(Follow)
class FollowAdmin(admin.ModelAdmin[Follow]):
    """Who follows what."""

    list_display = ("user", "subject_kind", "subject_id", "since_at")
    list_filter = ("subject_kind",)
    list_select_related = ("user",)
    autocomplete_fields = ("user",)


@admin.register(DigestHour)
class DigestHourAdmin(admin.ModelAdmin[DigestHour]):
    """When the daily mail comes."""

    list_display = ("user", "hour")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin[Digest]):
    """Daily mails that were made."""

    list_display = ("user", "day", "count", "made_at")
    list_select_related = ("user",)
    date_hierarchy = "day"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Digest | None = None) -> bool:
        """Refuse changes to what was sent."""
        return False


@admin.register(Robot)
class RobotAdmin(admin.ModelAdmin[Robot]):
    """Robots of teams and people."""

    list_display = ("name", "kind", "host", "team", "user", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("team", "user")
    autocomplete_fields = ("user",)
    actions = ("try_out",)

    @admin.display(description=_("host"))
    def host(self, robot: Robot) -> str:
        """Name the host alone: the rest of the address is a secret."""
        try:
            return read_target(robot.url).host
        except ValidationError:
            return "–"

    @admin.action(description=_("Post a test message"), permissions=["change"])
    def try_out(self, request: HttpRequest, queryset: QuerySet[Robot]) -> None:
        """Post a line to the chosen robots, and say what they answered."""
        for robot in queryset:
            try:
                post(robot.kind, robot.url, robot.secret, gettext("This is a test message of the CRM."))
            except SendingError as error:
                messages.error(request, f"{robot}: {error}")
            else:
                messages.success(request, gettext("“%(robot)s” took the message.") % {"robot": robot})


@admin.register(RobotPost)
class RobotPostAdmin(OutgoingAdmin):
    """Posts of robots."""

    list_display = ("robot", "key", "state", "attempts", "created_at", "settled_at", "error")
    list_filter: ClassVar[tuple[str, ...]] = ("state", "robot")
    list_select_related = ("robot",)
