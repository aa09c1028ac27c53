"""The API of web forms: read them and what came in, and hand in what another page has gathered."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.api.permissions import token_allows
from crm_site.forms.asking import read_values
from crm_site.forms.choices import SubmissionState, Via
from crm_site.forms.models import UTM, Form, FormField, Submission
from crm_site.forms.querysets import open_targets
from crm_site.forms.receiving import Arrival, take_in, wording_at
from crm_site.forms.targets import find_target
from crm_site.staff.fetching import fetch_visible

LONGEST_KEY = 140


class FormFieldSerializer(serializers.ModelSerializer[FormField]):
    """What a form asks for."""

    class Meta:
        model = FormField
        fields = ("name", "label_en", "label_zh", "required", "is_hidden")
        read_only_fields = fields


class FormSerializer(serializers.ModelSerializer[Form]):
    """A form with its fields."""

    fields_asked = FormFieldSerializer(source="fields", many=True, read_only=True)

    class Meta:
        model = Form
        fields = ("id", "name", "target", "is_published", "title_en", "title_zh", "token", "updated_at", "fields_asked")
        read_only_fields = fields


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """What came in, and what became of it."""

    class Meta:
        model = Submission
        fields = (
            "id", "form", "state", "reason", "via", "received_at", "values", "language", *UTM, "referrer", "page",
            "consent_text", "confirmed_at", "handled_at", "subject_kind", "subject_id", "error",
        )  # fmt: skip
        read_only_fields = fields


class HandedInSerializer(serializers.Serializer[Any]):
    """What another page has gathered: values by the names of the form's fields, and whether consent was ticked."""

    values = serializers.DictField(child=serializers.JSONField(allow_null=True))
    consent = serializers.BooleanField(default=False)
    language = serializers.ChoiceField(choices=("en", "zh-hans"), default="en")
    origin = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=500), default=dict)


class FormAccess(BasePermission):
    """Lets in people who look after the forms of some target, and tokens whose modules it lies in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check sign-in; where nothing is open to the caller the endpoint does not exist."""
        if not request.user or not request.user.is_authenticated:
            return False
        if not codes_open(request):
            raise Http404
        return True


def codes_open(request: Request) -> list[str]:
    """Return the targets whose forms the caller may see, or write to: by role, and by what a token names."""
    user: Any = request.user
    writes = request.method not in SAFE_METHODS
    found = [(code, find_target(code)) for code in open_targets(user)]
    return [code for code, target in found if target and token_allows(request.auth, target.module, writes=writes)]


def _forms(request: Request) -> Any:
    user: Any = request.user
    return Form.objects.visible_to(user).filter(target__in=codes_open(request))


class FormListView(ListAPIView[Form]):
    """The forms, newest first."""

    permission_classes = (FormAccess,)
    serializer_class = FormSerializer
    queryset = Form.objects.none()

    def get_queryset(self) -> QuerySet[Form]:
        """Return the forms that the caller may see."""
        found: QuerySet[Form] = _forms(self.request)
        return found.prefetch_related("fields")


class FormDetailView(RetrieveAPIView[Form]):
    """One form."""

    permission_classes = (FormAccess,)
    serializer_class = FormSerializer
    queryset = Form.objects.none()

    def get_object(self) -> Form:
        """Return the form; what the caller may not see does not exist."""
        user: Any = self.request.user
        found: Form = fetch_visible(_forms(self.request).prefetch_related("fields"), user, pk=self.kwargs["pk"])
        return found


@extend_schema(
    parameters=[
        OpenApiParameter("form", OpenApiTypes.INT, description="Only what came in through this form"),
        OpenApiParameter("state", OpenApiTypes.STR, enum=SubmissionState.values, description="Only in this state"),
    ]
)
class SubmissionListView(ListAPIView[Submission]):
    """What came in, newest first."""

    permission_classes = (FormAccess,)
    serializer_class = SubmissionSerializer
    queryset = Submission.objects.none()

    def get_queryset(self) -> QuerySet[Submission]:
        """Return what the caller may see, of one form or in one state where that is asked for."""
        found: QuerySet[Submission] = Submission.objects.filter(form__in=_forms(self.request))
        form, state = (self.request.query_params.get(name, "") for name in ("form", "state"))
        if form:
            known = form.isascii() and form.isdigit() and len(form) < 18
            found = found.filter(form_id=int(form)) if known else found.none()
        if state:
            found = found.filter(state=state) if state in SubmissionState.values else found.none()
        return found


class HandInView(APIView):
    """Takes what another page has gathered."""

    permission_classes = (FormAccess,)

    @extend_schema(
        operation_id="forms_hand_in",
        request=HandedInSerializer,
        responses={201: SubmissionSerializer, 200: SubmissionSerializer},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                required=True,
                description="Of your choice, one for each submission: a repeat answers 200 and makes nothing new",
            )
        ],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Store it and answer 201, or 200 with the first one when its key has come before."""
        user: Any = request.user
        form = fetch_visible(_forms(request), user, pk=pk)
        key = request.headers.get("Idempotency-Key", "").strip()
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise ValidationError({"Idempotency-Key": [_("Name a key of at most 140 characters for this submission.")]})
        given = HandedInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        facts = given.validated_data
        arrival = Arrival(
            form=form,
            key=f"api:{key}",
            via=Via.API,
            values=read_values(form, facts["values"]),
            language=facts["language"],
            origin=facts["origin"],
            wording=wording_at(form, form.consent_version) if facts["consent"] else None,
        )
        submission, is_new = take_in(arrival)
        return Response(SubmissionSerializer(submission).data, status=201 if is_new else 200)


urlpatterns = [
    path("forms/", FormListView.as_view(), name="form-list"),
    path("forms/<int:pk>/", FormDetailView.as_view(), name="form-detail"),
    path("forms/<int:pk>/submissions/", HandInView.as_view(), name="form-hand-in"),
    path("submissions/", SubmissionListView.as_view(), name="submission-list"),
]
