"""The forecast, the movement since a Monday, and targets, in the API."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_site.lib.days import organisation_today
from sales.choices import ForecastLevel
from sales.selectors.forecast import Line, read_forecast
from sales.selectors.monday import Movement, Week, read_monday
from sales.selectors.periods import ForecastPeriod, Reach
from sales.selectors.targets import months_of, read_targets
from sales.services.forecasting import ADJUSTABLE, set_targets

PERIOD = OpenApiParameter("period", OpenApiTypes.STR, description="2026-Q4 or 2026-11; the present quarter without it.")
TEAM = OpenApiParameter("team", OpenApiTypes.INT, description="Only this team and those below.")
WEEK = OpenApiParameter("week", OpenApiTypes.DATE, description="A day of the week; since last Monday without it.")
YEAR = OpenApiParameter("year", OpenApiTypes.INT, description="This year without it.")
MOST = 2000


class ForecastLineSerializer(serializers.Serializer[Any]):
    """A line of the grid; money in the base currency, each figure with those before it."""

    kind = serializers.CharField(help_text="all, team or person")
    team = serializers.IntegerField(allow_null=True)
    owner = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    won = serializers.DecimalField(max_digits=20, decimal_places=4)
    commit = serializers.DecimalField(max_digits=20, decimal_places=4)
    best_case = serializers.DecimalField(max_digits=20, decimal_places=4)
    pipeline = serializers.DecimalField(max_digits=20, decimal_places=4)
    weighted = serializers.DecimalField(max_digits=20, decimal_places=4)
    target = serializers.DecimalField(max_digits=20, decimal_places=4, allow_null=True)
    gap = serializers.DecimalField(max_digits=20, decimal_places=4, allow_null=True)
    coverage = serializers.FloatField(allow_null=True)
    adjusted = serializers.DictField(child=serializers.DecimalField(max_digits=20, decimal_places=4, allow_null=True))


class ForecastSerializer(serializers.Serializer[Any]):
    """The forecast of a period."""

    period = serializers.CharField()
    lines = ForecastLineSerializer(many=True)


class MovementSerializer(serializers.Serializer[Any]):
    """How the open sum of somebody moved: `before` and the `steps` make `after`."""

    owner = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    before = serializers.DecimalField(max_digits=20, decimal_places=4)
    after = serializers.DecimalField(max_digits=20, decimal_places=4)
    steps = serializers.DictField(child=serializers.DecimalField(max_digits=20, decimal_places=4))
    deals = serializers.DictField(child=serializers.IntegerField(), help_text="how many deals, by kind of change")
    without_next_step = serializers.IntegerField()


class MondaySerializer(serializers.Serializer[Any]):
    """How the deals moved in a week; `end` is null while it lasts."""

    start = serializers.DateField()
    end = serializers.DateField(allow_null=True)
    total = MovementSerializer()
    people = MovementSerializer(many=True)


class TargetSerializer(serializers.Serializer[Any]):
    """The target of a person, or of a team as a whole (without `owner`), for a month; null takes it away."""

    owner = serializers.IntegerField(allow_null=True, required=False, default=None, min_value=1)
    team = serializers.IntegerField(allow_null=True, required=False, default=None, min_value=1)
    month = serializers.DateField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, min_value=Decimal(0), allow_null=True)

    def validate_month(self, value: dt.date) -> dt.date:
        """Take the first day of the month."""
        return value.replace(day=1)


class TargetsSerializer(serializers.Serializer[Any]):
    """Targets."""

    targets = TargetSerializer(many=True)

    def validate_targets(self, value: list[Any]) -> list[Any]:
        """Refuse more than a company has."""
        if len(value) > MOST:
            raise serializers.ValidationError(_("At most %(count)s at a time.") % {"count": MOST})
        return value


class SalesView(APIView):
    """A page of sales that is no list of records."""

    module = "sales"

    def reach(self, request: Request) -> Reach:
        """Return whose deals are told of; not found without sales or for a foreign team."""
        user: Any = request.user
        if not user.access.can_view("sales"):
            raise Http404
        return Reach.read(user, request.query_params.dict())


class ForecastView(SalesView):
    """The forecast of a month or quarter."""

    @extend_schema(parameters=[PERIOD, TEAM], responses=ForecastSerializer)
    def get(self, request: Request) -> Response:
        """Return the lines of the grid."""
        period = ForecastPeriod.read(request.query_params.get("period", ""))
        lines = [_line(one) for one in read_forecast(self.reach(request), period)]
        return Response(ForecastSerializer({"period": period.code, "lines": lines}).data)


class MondayView(SalesView):
    """How the deals moved since a Monday."""

    @extend_schema(parameters=[WEEK, TEAM], responses=MondaySerializer)
    def get(self, request: Request) -> Response:
        """Return the movement of all and by person."""
        week = Week.read(request.query_params.get("week", ""))
        told = read_monday(self.reach(request), week, touched=0)
        body = {
            "start": week.start,
            "end": week.end,
            "total": _movement(told.total),
            "people": [_movement(one) for one in told.people],
        }
        return Response(MondaySerializer(body).data)


class TargetsView(SalesView):
    """The targets of a year."""

    @extend_schema(parameters=[YEAR, TEAM], responses=TargetsSerializer)
    def get(self, request: Request) -> Response:
        """Return the targets that the caller may see."""
        year = request.query_params.get("year", "")
        known = year.isascii() and year.isdigit() and len(year) == 4 and "2000" <= year < "2200"
        asked = int(year) if known else organisation_today().year
        rows = read_targets(self.reach(request), asked)
        found = [
            {"owner": row.owner.pk if row.owner else None, "team": row.team_id, "month": month, "amount": amount}
            for row in rows
            for month in months_of(asked)
            if (amount := row.amounts.get(month)) is not None
        ]
        return Response(TargetsSerializer({"targets": found}).data)

    @extend_schema(
        request=TargetsSerializer,
        responses={200: OpenApiTypes.OBJECT, 403: OpenApiResponse(description="Not led by the caller.")},
    )
    def post(self, request: Request) -> Response:
        """Set targets, all of them or none; 403 for people and teams that the caller does not lead."""
        user = self.reach(request).user
        sent = TargetsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        targets = sent.validated_data["targets"]
        wanted = {((one["owner"], one["team"]), one["month"]): one["amount"] for one in targets}
        return Response({"changed": set_targets(wanted, user)})


def _line(line: Line) -> dict[str, Any]:
    team, owner = line.key
    return {
        "kind": line.kind,
        "team": team,
        "owner": owner,
        "name": line.label,
        **{level.value: line.sums.upto(level) for level in ForecastLevel},
        "weighted": line.sums.expected,
        "target": line.target,
        "gap": line.gap,
        "coverage": line.coverage,
        "adjusted": {level.value: line.adjusted(level) for level in ADJUSTABLE},
    }


def _movement(moved: Movement) -> dict[str, Any]:
    return {
        "owner": moved.owner.pk if moved.owner else None,
        "name": str(moved.owner or ""),
        "before": moved.before,
        "after": moved.after,
        "steps": moved.steps,
        "deals": {kind: told.deals for kind, told in moved.told.items()},
        "without_next_step": moved.stepless,
    }


urlpatterns = [
    path("forecast/", ForecastView.as_view(), name="forecast"),
    path("forecast/monday/", MondayView.as_view(), name="forecast-monday"),
    path("sales-targets/", TargetsView.as_view(), name="sales-targets"),
]
