"""The API of attachments: what hangs on a record, and its bytes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from crm_site.api.permissions import ModulePermission
from crm_site.files.models import Attachment
from crm_site.files.views import attachment_download
from crm_site.staff.subjects import fetch_visible_subject, find_subject


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """One file; `url` gives its bytes, null while it cannot be downloaded."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ("id", "name", "size", "content_type", "sha256", "scan", "uploaded_by", "created_at", "url")
        read_only_fields = fields

    def get_url(self, attachment: Attachment) -> str | None:
        """Return where the bytes come from."""
        return reverse("api:attachment-content", args=[attachment.pk]) if attachment.is_downloadable else None


class OfSubject(BasePermission):
    """Asks for the module of the record that files hang on, by role and by token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check sign-in, and the module named by the kind of the record; an unknown kind does not exist."""
        if not request.user or not request.user.is_authenticated:
            return False
        subject = find_subject(view.subject_kind())
        if subject is None:
            raise Http404
        view.module = getattr(subject.model, "access_module", "setup")
        return ModulePermission().has_permission(request, view)


@extend_schema(
    parameters=[OpenApiParameter("subject", OpenApiTypes.STR, OpenApiParameter.PATH, description="customer")]
)
class AttachmentListView(ListAPIView[Attachment]):
    """The files of one record, newest first."""

    permission_classes = (OfSubject,)
    serializer_class = AttachmentSerializer
    queryset = Attachment.objects.none()

    def subject_kind(self) -> str:
        """Return the kind of the record."""
        return str(self.kwargs["subject"])

    def get_queryset(self) -> QuerySet[Attachment]:
        """Return the files of a record that the reader sees."""
        if getattr(self, "swagger_fake_view", False):
            return Attachment.objects.none()
        user: Any = self.request.user
        fetch_visible_subject(self.kwargs["subject"], self.kwargs["pk"], user)
        return Attachment.objects.of(self.kwargs["subject"], self.kwargs["pk"])


class AttachmentContentView(APIView):
    """The bytes of a file."""

    permission_classes = (OfSubject,)

    def subject_kind(self) -> str:
        """Return the kind of the record that the file hangs on."""
        try:
            return Attachment.objects.present().get(pk=self.kwargs["pk"]).subject_kind
        except (Attachment.DoesNotExist, OverflowError) as error:
            raise Http404 from error

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> Any:
        """Return them as a download, through the same gate as the page."""
        plain = request._request
        plain.user = request.user  # whom the token names
        return attachment_download(plain, pk)


urlpatterns = [
    path("attachments/<slug:subject>/<int:pk>/", AttachmentListView.as_view(), name="attachment-list"),
    path("attachments/<int:pk>/content/", AttachmentContentView.as_view(), name="attachment-content"),
]
