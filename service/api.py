"""The API of service."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from crm_site.api.custom import CustomFieldsField
from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from customers.models import Customer
from service.lists import answer_list, survey_list
from service.models import Survey, SurveyAnswer
from service.services import change_answer, change_survey, create_survey, record_answer


class SurveySerializer(serializers.ModelSerializer[Survey]):
    """A survey."""

    version = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = Survey
        fields = ("id", "name", "kind", "question", "is_active", "created_at", "updated_at", "version")
        read_only_fields = ("created_at", "updated_at")


class SurveyViewSet(RecordViewSet):
    """Surveys."""

    list_page = survey_list
    serializer_class = SurveySerializer

    def create_record(self, facts: dict[str, Any], user: Any) -> Survey:
        """Set a survey up."""
        return create_survey(facts, user)

    def change_record(self, record: Survey, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a survey."""
        change_survey(record, version, facts, user)


class AnswerSerializer(serializers.ModelSerializer[SurveyAnswer]):
    """An answer; the same `occasion` of a survey replaces the earlier answer."""

    survey = VisibleRecordField(queryset=Survey.objects.all())
    customer = VisibleRecordField(queryset=Customer.objects.all(), required=False, allow_null=True)
    score = serializers.IntegerField(min_value=0, max_value=10)
    occasion = serializers.CharField(max_length=100, required=False, allow_blank=True)
    version = serializers.IntegerField(required=False, min_value=1)
    custom = CustomFieldsField("answer")

    class Meta:
        model = SurveyAnswer
        fields = (
            "id", "survey", "kind", "customer", "score", "comment", "answered_at", "occasion", "owner", "team",
            "created_at", "updated_at", "custom", "version",
        )  # fmt: skip
        read_only_fields = ("kind", "owner", "team", "created_at", "updated_at")
        validators: tuple[Any, ...] = ()  # a repeated occasion is a correction, not an error


class AnswerViewSet(RecordViewSet):
    """Survey answers."""

    list_page = answer_list
    serializer_class = AnswerSerializer

    def create_record(self, facts: dict[str, Any], user: Any) -> SurveyAnswer:
        """Record an answer."""
        return record_answer(facts.pop("survey"), facts.pop("customer", None), facts.pop("score"), user, **facts)

    def change_record(self, record: SurveyAnswer, version: int, facts: dict[str, Any], user: Any) -> None:
        """Correct an answer; survey, customer and occasion stay."""
        changed = {name: value for name, value in facts.items() if name not in ("survey", "customer", "occasion")}
        change_answer(record, version, changed, user)


endpoints = (("surveys", SurveyViewSet), ("survey-answers", AnswerViewSet))
