"""The API of sales reports: the tables of the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
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

from analytics.api.figures import NARROWING, read_period_and_part
from analytics.choices import Dimension
from analytics.kpis.periods import DAY, Period, months_later
from analytics.selectors.ranges import LONGEST
from analytics.selectors.reports import REPORTS, Asked, Report, Table, reports_for
from analytics.selectors.reports.tables import Figure
from crm_site.lib.days import organisation_today


class ReportDefinitionSerializer(serializers.Serializer[Any]):
    """What a report tells."""

    code = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    periodic = serializers.BooleanField(help_text="false: stands as of now, whatever the period")


class ReportFigureSerializer(serializers.Serializer[Any]):
    """One figure of a line."""

    value = serializers.FloatField(source="now.value", allow_null=True)
    low = serializers.FloatField(source="now.low", allow_null=True)
    high = serializers.FloatField(source="now.high", allow_null=True)
    n = serializers.IntegerField(source="now.n")
    rows = serializers.SerializerMethodField(help_text="address of the list with these records; empty without one")

    def get_rows(self, figure: Figure) -> str:
        """Return the whole address."""
        return self.context["request"].build_absolute_uri(str(figure.url)) if figure.url else ""


class ReportLineSerializer(serializers.Serializer[Any]):
    """One line of a table."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    figures = serializers.DictField(child=ReportFigureSerializer(), help_text="by the code of their column")


class ReportColumnSerializer(serializers.Serializer[Any]):
    """One column of a table."""

    code = serializers.CharField()
    name = serializers.CharField(source="label")
    unit = serializers.CharField()
    definition = serializers.CharField()


class ReportTableSerializer(serializers.Serializer[Any]):
    """One table of a report."""

    code = serializers.CharField()
    title = serializers.CharField()
    head = serializers.CharField()
    columns = ReportColumnSerializer(many=True)
    lines = ReportLineSerializer(many=True)
    total = ReportLineSerializer(allow_null=True)
    note = serializers.CharField()


@dataclass(frozen=True)
class Shown:
    """A report with its tables, as the API hands it out."""

    report: Report
    period: Period
    tables: list[Table]


class ReportSerializer(serializers.Serializer[Any]):
    """A report with its tables; its days are none where it stands as of now."""

    code = serializers.CharField(source="report.code")
    title = serializers.CharField(source="report.title")
    to = serializers.SerializerMethodField()
    tables = ReportTableSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python keeps for itself."""
        return {**super().get_fields(), "from": serializers.SerializerMethodField(method_name="get_first")}

    def get_first(self, shown: Shown) -> dt.date | None:
        """Return the first day."""
        return shown.period.start if shown.report.periodic else None

    def get_to(self, shown: Shown) -> dt.date | None:
        """Return the day after the last."""
        return shown.period.end if shown.report.periodic else None


class ReportForm(serializers.Serializer[Any]):
    """What a report asks for beside period, owner and team."""

    pipeline = serializers.IntegerField(required=False, default=None, min_value=1, max_value=2**63 - 1)
    by = serializers.ChoiceField(Dimension.choices, required=False, default="")


class ReportListView(APIView):
    """The sales reports there are."""

    module = "analytics"

    @extend_schema(responses=ReportDefinitionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return the reports the reader may open."""
        user: Any = request.user
        return Response(ReportDefinitionSerializer(reports_for(user), many=True).data)


class ReportView(APIView):
    """A sales report within the reader's scope."""

    module = "analytics"

    @extend_schema(
        parameters=[
            *NARROWING,
            OpenApiParameter("pipeline", OpenApiTypes.INT, description="Key of a pipeline, where the report asks."),
            OpenApiParameter("by", OpenApiTypes.STR, enum=Dimension.values, description="What tells deals apart."),
        ],
        responses=ReportSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        """Return the tables of the days `from` (included) to `to` (not included); the last 12 months without them."""
        user: Any = request.user
        report = REPORTS.get(code)
        if report is None or not report.visible_to(user):
            raise Http404
        period, part = read_period_and_part(request)
        if period.start is None or period.end is None:
            end = period.end or organisation_today() + DAY
            period = Period(period.start or months_later(end, -12), end)
        if period.end is not None and period.end <= period.bounds[0]:
            raise serializers.ValidationError({"to": [_("The end must come after the beginning.")]})
        if period.days > LONGEST:
            raise serializers.ValidationError({"to": [_("Choose ten years at most.")]})
        chosen = ReportForm(data=request.query_params)
        chosen.is_valid(raise_exception=True)
        asked = Asked(user, period, None, part, **chosen.validated_data)
        return Response(ReportSerializer(Shown(report, period, report.build(asked)), context={"request": request}).data)


urlpatterns = [
    path("reports/", ReportListView.as_view(), name="report-list"),
    path("reports/<slug:code>/", ReportView.as_view(), name="report-detail"),
]
