"""The API of a person's own notifications: read them, and mark them as read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.api.models import ApiToken
from crm_site.notifications.models import Notification


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """One notification, its sentence in the reader's language."""

    sentence = serializers.CharField(read_only=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "sentence", "url", "created_at", "seen_at", "read_at")
        read_only_fields = fields


class MarkedSerializer(serializers.Serializer[Any]):
    """How many notifications were marked."""

    marked = serializers.IntegerField()


class WholePerson(BasePermission):
    """Lets in people, and tokens that may do all their person may: notifications tell of every module."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check sign-in; for a token that opens some modules only, the endpoint does not exist."""
        if not request.user or not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiToken) and request.auth.scopes:
            raise Http404
        return True


def _own(request: Request) -> Any:
    user: Any = request.user
    return Notification.objects.visible_to(user)


@extend_schema(
    parameters=[OpenApiParameter("unread", OpenApiTypes.BOOL, description="true: only those nobody has opened yet")]
)
class NotificationListView(ListAPIView[Notification]):
    """The person's own notifications, newest first."""

    permission_classes = (WholePerson,)
    serializer_class = NotificationSerializer
    queryset = Notification.objects.none()

    def get_queryset(self) -> QuerySet[Notification]:
        """Return what stands in the bell."""
        found: QuerySet[Notification] = _own(self.request)
        return found.filter(read_at=None) if self.request.query_params.get("unread") == "true" else found


class NotificationReadView(APIView):
    """Marks one notification as read."""

    permission_classes = (WholePerson,)

    @extend_schema(request=None, responses=NotificationSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Mark it; what is somebody else's does not exist."""
        try:
            found = _own(request).get(pk=pk)
        except (Notification.DoesNotExist, OverflowError) as error:
            raise Http404 from error
        Notification.objects.filter(pk=found.pk).mark_read()
        found.refresh_from_db()
        return Response(NotificationSerializer(found).data)


class NotificationReadAllView(APIView):
    """Marks every notification as read."""

    permission_classes = (WholePerson,)

    @extend_schema(operation_id="notifications_read_all", request=None, responses=MarkedSerializer)
    def post(self, request: Request) -> Response:
        """Mark them, and return how many were not read before."""
        return Response({"marked": _own(request).mark_read()})


urlpatterns = [
    path("notifications/", NotificationListView.as_view(), name="notification-list"),
    path("notifications/read/", NotificationReadAllView.as_view(), name="notification-read-all"),
    path("notifications/<int:pk>/read/", NotificationReadView.as_view(), name="notification-read"),
]
