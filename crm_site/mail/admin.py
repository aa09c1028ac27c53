"""Administration of outgoing mail: what waits, what was refused, and what nobody can be sure of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.mail.choices import SendingState
from crm_site.mail.models import OutgoingMail


class OutgoingAdmin(admin.ModelAdmin[Any]):
    """Rows that go out are written by the site alone; a person decides about those that are unknown or refused."""

    list_filter: ClassVar[tuple[str, ...]] = ("state",)
    show_full_result_count = False
    actions = ("send_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes to what goes out; the action still asks for the right to change."""
        return obj is None and super().has_change_permission(request)

    @admin.action(description=_("Send again, though it may arrive twice"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Queue the chosen rows that are unknown or refused."""
        again = queryset.filter(state__in=(SendingState.UNKNOWN, SendingState.BOUNCED))
        again.update(state=SendingState.QUEUED, attempts=0, due_at=timezone.now(), settled_at=None)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OutgoingAdmin):
    """Outgoing mails."""

    list_display = ("subject", "recipient", "state", "attempts", "created_at", "settled_at", "error")
    search_fields = ("recipient", "source", "message_id")
