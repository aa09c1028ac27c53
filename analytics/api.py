"""The API of key figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

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
from analytics.kpis.periods import Period
from analytics.selectors.reading import read_kpi


class KpiDefinitionSerializer(serializers.Serializer[Any]):
    """What a figure means."""

    code = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(help_text="money (base currency), count, percent, points or score")
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
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="First day; everything earlier counts without it."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="Day after the last; no end without it."),
        ],
        responses=KpiSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        """Return the figure of the days `from` (included) to `to` (not included) of the organisation's time zone."""
        user: Any = request.user
        kpi = KPIS.get(code)
        if kpi is None or not kpi.visible_to(user):
            raise Http404
        given = {name: value for name, value in request.query_params.items() if name in ("from", "to") and value}
        form = PeriodForm(data=given)
        form.is_valid(raise_exception=True)
        ends = form.validated_data
        period = Period(ends["from"], ends["to"])
        reading = read_kpi(kpi, user, period)
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
                "rows": request.build_absolute_uri(kpi.rows(period)),
            }
        )


urlpatterns = [
    path("kpis/", KpiListView.as_view(), name="kpi-list"),
    path("kpis/<slug:code>/", KpiView.as_view(), name="kpi-detail"),
]
