"""The API of key figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.kpis import KPIS, kpis_for
from analytics.kpis.parts import Part
from analytics.kpis.periods import Period
from analytics.selectors.reading import read_kpi
from crm_site.staff.models import Team, User


class KpiDefinitionSerializer(serializers.Serializer[Any]):
    """What a figure means."""

    code = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(help_text="money (base currency), count, percent, points, score, days or hours")
    definition = serializers.CharField()
    periodic = serializers.BooleanField(source="source.periodic", help_text="false: stands as of its last run")


class KpiSerializer(KpiDefinitionSerializer):
    """A figure, its 95 % interval where it is an estimate, and what it counts."""

    value = serializers.FloatField(allow_null=True, help_text="null when there is nothing to count")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    as_of = serializers.DateTimeField(allow_null=True)
    rows = serializers.CharField(help_text="address of the list with exactly these records")


class PeriodForm(serializers.Serializer[Any]):
    """The days asked for."""

    to = serializers.DateField(required=False, allow_null=True, default=None)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python keeps for itself."""
        return {"from": serializers.DateField(required=False, allow_null=True, default=None), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Demand that the period holds at least a day, and days that calendars know."""
        first, after = attrs["from"], attrs["to"]
        if first and after and after <= first:
            raise serializers.ValidationError({"to": [_("The end must come after the beginning.")]})
        for name, day in attrs.items():
            if day is not None and not dt.date(1900, 1, 1) <= day <= dt.date(2200, 1, 1):
                raise serializers.ValidationError({name: [_("Choose a day between 1900 and 2200.")]})
        return attrs


class PartField(serializers.Field[Any, Any, Any, Any]):
    """A colleague or a team, by key or by what people call it."""

    def __init__(self, rows: QuerySet[Any], name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows, self.name = rows, name

    def to_internal_value(self, data: Any) -> int:
        """Return the key of the one that is meant."""
        key = {"pk": int(data)} if str(data).isascii() and str(data).isdigit() else {f"{self.name}__iexact": data}
        found: list[int] = list(self.rows.filter(**key).values_list("pk", flat=True)[:2])
        if len(found) != 1:
            raise serializers.ValidationError(_("There is no one of this name, or there are several."))
        return found[0]


class PartForm(serializers.Serializer[Any]):
    """Whose records are asked for."""

    owner = PartField(User.objects.all(), "email", required=False)
    team = PartField(Team.objects.all(), "name", required=False)


NARROWING = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day; everything earlier counts without it."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Day after the last; no end without it."),
    OpenApiParameter("owner", OpenApiTypes.STR, description="Only what this colleague owns: key or e-mail."),
    OpenApiParameter("team", OpenApiTypes.STR, description="Only this team and those below: key or name."),
]


def read_period_and_part(request: Request) -> tuple[Period, Part]:
    """Return the days asked for, and whose records; raise ValidationError for nonsense."""
    given = {name: value for name, value in request.query_params.items() if name in ("from", "to") and value}
    form = PeriodForm(data=given)
    form.is_valid(raise_exception=True)
    ends = form.validated_data
    asked = {name: value for name, value in request.query_params.items() if name in ("owner", "team") and value}
    whose = PartForm(data=asked)
    whose.is_valid(raise_exception=True)
    return Period(ends["from"], ends["to"]), Part(**whose.validated_data)


class KpiListView(APIView):
    """The figures there are."""

    module = "analytics"

    @extend_schema(responses=KpiDefinitionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return the definitions of all figures the reader may see."""
        user: Any = request.user
        return Response(KpiDefinitionSerializer(kpis_for(user), many=True).data)


class KpiView(APIView):
    """One figure within the reader's scope."""

    module = "analytics"

    @extend_schema(
        parameters=NARROWING,
        responses=KpiSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        """Return the figure of the days `from` (included) to `to` (not included) of the organisation's time zone."""
        user: Any = request.user
        kpi = KPIS.get(code)
        if kpi is None or not kpi.visible_to(user):
            raise Http404
        period, part = read_period_and_part(request)
        reading = read_kpi(kpi, user, period, part)
        estimate = reading.estimate
        return Response(
            {
                **KpiDefinitionSerializer(kpi).data,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "n": estimate.n,
                "as_of": reading.as_of,
                "from": period.start if kpi.source.periodic else None,
                "to": period.end if kpi.source.periodic else None,
                "rows": request.build_absolute_uri(part.within(kpi.rows(period))),
            }
        )


urlpatterns = [
    path("kpis/", KpiListView.as_view(), name="kpi-list"),
    path("kpis/<slug:code>/", KpiView.as_view(), name="kpi-detail"),
]
