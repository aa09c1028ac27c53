"""How is sold, in the API: read by everybody in sales, written by administrators."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from crm_site.api.fields import VisibleRecordField
from crm_site.pages.querysets import sets_up
from crm_site.staff.fetching import fetch_visible
from sales.api.orders import check_currency
from sales.models import Competitor, ExchangeRate, Pipeline, Reason, Stage
from sales.services.requiring import requirable_fields
from sales.services.selling_setup import change_pipeline, change_stage, create_pipeline, create_stage, save_set_up


class SetUpSchema(AutoSchema):
    """Says that administrators alone may write."""

    def get_response_serializers(self) -> Any:
        """Return what is answered, with the refusal beside it where something is written."""
        answered = super().get_response_serializers()
        if self.method not in ("POST", "PATCH"):
            return answered
        refused = OpenApiResponse(description="Administrators alone set this up.")
        return {201 if self.method == "POST" else 200: answered, 403: refused}


class SetUpViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Any]
):
    """One kind of set-up. Subclasses set `model`, `serializer_class` and `order`."""

    schema = SetUpSchema()
    module = "sales"
    http_method_names = ("get", "post", "patch", "head", "options")
    model: ClassVar[type[Model]]
    order: ClassVar[tuple[str, ...]] = ("position", "id")

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the reader may see."""
        rows: Any = self.model._default_manager.all()
        if getattr(self, "swagger_fake_view", False):
            nothing: QuerySet[Any] = rows.none()
            return nothing
        found: QuerySet[Any] = rows.visible_to(self.request.user).order_by(*self.order)
        return found

    def get_object(self) -> Any:
        """Return one record; anything else is not found."""
        user: Any = self.request.user
        rows: Any = self.model._default_manager.all()
        return fetch_visible(rows, user, pk=self.kwargs["pk"])

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add one."""
        facts = self._facts(None)
        facts.pop("version", None)
        record = self.add(facts, self.request.user)
        return Response(self.get_serializer(self.get_queryset().get(pk=record.pk)).data, status=201)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change one."""
        record = self.get_object()
        facts = self._facts(record)
        if hasattr(record, "version") and "version" not in facts and self.needs_version:
            raise ValidationError({"version": [_("Name the version you read.")]})
        self.alter(record, facts.pop("version", 0), facts, self.request.user)
        return Response(self.get_serializer(self.get_queryset().get(pk=record.pk)).data)

    needs_version: ClassVar[bool] = False

    def add(self, facts: dict[str, Any], user: Any) -> Any:
        """Add the record through its service."""
        made: Any = self.model()
        save_set_up(made, facts, user)
        return made

    def alter(self, record: Any, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change the record through its service."""
        save_set_up(record, facts, user)

    def _facts(self, record: Any) -> dict[str, Any]:
        user: Any = self.request.user
        if not sets_up(user):
            raise PermissionDenied
        serializer = self.get_serializer(record, data=self.request.data, partial=record is not None)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class PipelineSerializer(serializers.ModelSerializer[Pipeline]):
    """A pipeline."""

    version = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = Pipeline
        fields = ("id", "name", "name_zh", "position", "is_default", "is_active", "version")
        read_only_fields = ("position",)


class PipelineViewSet(SetUpViewSet):
    """Pipelines."""

    model = Pipeline
    serializer_class = PipelineSerializer
    needs_version = True

    def add(self, facts: dict[str, Any], user: Any) -> Any:
        """Add a pipeline."""
        return create_pipeline(facts, user)

    def alter(self, record: Any, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a pipeline."""
        change_pipeline(record, version, facts, user)


class StageSerializer(serializers.ModelSerializer[Stage]):
    """A stage."""

    version = serializers.IntegerField(required=False, min_value=1)
    pipeline = VisibleRecordField(queryset=Pipeline.objects.all())
    required = serializers.ListField(  # type: ignore[assignment]  # a field of this name, gathered by its metaclass
        child=serializers.CharField(max_length=64), required=False
    )

    class Meta:
        model = Stage
        fields = (
            "id", "pipeline", "name", "name_zh", "position", "probability", "rot_days", "category", "required",
            "is_active", "version",
        )  # fmt: skip
        read_only_fields = ("position",)

    def validate_required(self, value: list[str]) -> list[str]:
        """Refuse what a stage cannot ask for."""
        known = dict(requirable_fields())
        unknown = [name for name in value if name not in known]
        if unknown:
            raise serializers.ValidationError(_("“%(field)s” cannot be asked for.") % {"field": unknown[0]})
        return value


class StageViewSet(SetUpViewSet):
    """Stages; one stays in its pipeline."""

    model = Stage
    serializer_class = StageSerializer
    order = ("pipeline__position", "pipeline_id", "position", "id")
    needs_version = True

    def add(self, facts: dict[str, Any], user: Any) -> Any:
        """Add a stage."""
        return create_stage(facts.pop("pipeline"), facts, user)

    def alter(self, record: Any, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a stage."""
        facts.pop("pipeline", None)
        change_stage(record, version, facts, user)


class ReasonSerializer(serializers.ModelSerializer[Reason]):
    """A reason."""

    class Meta:
        model = Reason
        fields = ("id", "kind", "name", "name_zh", "position", "is_active")
        read_only_fields = ("position",)


class ReasonViewSet(SetUpViewSet):
    """Reasons."""

    model = Reason
    serializer_class = ReasonSerializer
    order = ("kind", "position", "id")


class CompetitorSerializer(serializers.ModelSerializer[Competitor]):
    """A competitor."""

    class Meta:
        model = Competitor
        fields = ("id", "name", "website", "note")


class CompetitorViewSet(SetUpViewSet):
    """Competitors."""

    model = Competitor
    serializer_class = CompetitorSerializer
    order = ("name", "id")


class RateSerializer(serializers.ModelSerializer[ExchangeRate]):
    """What a currency was worth from a day on."""

    currency = serializers.CharField(max_length=3, validators=[check_currency])

    class Meta:
        model = ExchangeRate
        fields = ("id", "currency", "day", "rate")


class RateViewSet(SetUpViewSet):
    """Exchange rates."""

    model = ExchangeRate
    serializer_class = RateSerializer
    order = ("currency", "-day", "id")


router = SimpleRouter()
for prefix, viewset in (
    ("pipelines", PipelineViewSet),
    ("stages", StageViewSet),
    ("reasons", ReasonViewSet),
    ("competitors", CompetitorViewSet),
    ("exchange-rates", RateViewSet),
):
    router.register(prefix, viewset, basename=prefix)
urlpatterns = router.urls
