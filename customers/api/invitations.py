"""Invitations to a meeting: who was asked and what they said, asking them, and answers that came by mail."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.staff.fetching import fetch_editable, fetch_visible
from customers.choices import REPLY_PROBLEMS
from customers.models import Invitation, Task
from customers.services.tasking import ReplyError, TaskStateError, read_reply, send_invitations
from customers.services.tasking.replying import MOST_BYTES


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """Somebody who was asked to a meeting, under the address that was used."""

    class Meta:
        model = Invitation
        fields = ("id", "name", "email", "user", "guest", "answer", "answered_at", "sent_at", "withdrawn")


class ReplySerializer(serializers.Serializer[Any]):
    """The calendar file that a calendar program answers with (iTIP, METHOD:REPLY)."""

    calendar = serializers.CharField(max_length=MOST_BYTES, trim_whitespace=False)


class InvitationsView(APIView):
    """Who was asked to a meeting."""

    module = "customers"

    @extend_schema(responses=InvitationSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Return the invitations of a meeting."""
        user: Any = request.user
        return _shown(fetch_visible(Task.objects.meetings(), user, pk=pk))

    @extend_schema(request=None, responses=InvitationSerializer(many=True))
    def post(self, request: Request, pk: int) -> Response:
        """Ask everybody who takes part and was not told of the meeting as it stands."""
        user: Any = request.user
        task = fetch_editable(Task.objects.meetings(), user, pk=pk)
        try:
            send_invitations(task, user)
        except TaskStateError as error:
            closed = gettext("“%(record)s” is closed: nobody is asked any more.") % {"record": task}
            raise ValidationError({"non_field_errors": [closed]}) from error
        return _shown(task)


class ReplyView(APIView):
    """Where a mail gateway leaves the answers of calendar programs."""

    module = "customers"

    @extend_schema(request=ReplySerializer, responses=InvitationSerializer(many=True))
    def post(self, request: Request, pk: int) -> Response:
        """Write down what somebody answered to a meeting."""
        user: Any = request.user
        task = fetch_editable(Task.objects.meetings(), user, pk=pk)
        given = ReplySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            read_reply(given.validated_data["calendar"].encode(), task.pk)
        except ReplyError as error:
            raise ValidationError({"calendar": [str(REPLY_PROBLEMS[error.code])]}) from error
        return _shown(task)


def _shown(task: Task) -> Response:
    return Response(InvitationSerializer(task.invitations.order_by("name", "pk"), many=True).data)


urlpatterns = [
    path("tasks/<int:pk>/invitations/", InvitationsView.as_view(), name="task-invitations"),
    path("tasks/<int:pk>/reply/", ReplyView.as_view(), name="task-reply"),
]
