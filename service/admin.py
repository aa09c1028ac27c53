"""Administration of service."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from crm_site.staff.admin_records import RecordAdmin
from service.models import Survey, SurveyAnswer
from service.services import change_answer, change_survey, create_survey, record_answer


@admin.register(Survey)
class SurveyAdmin(RecordAdmin[Survey]):
    """Surveys."""

    record_fields = ("name", "kind", "question", "is_active")
    list_display = ("name", "kind", "is_active", "created_at")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)

    def create_record(self, facts: dict[str, Any], user: Any) -> Survey:
        """Set the survey up."""
        return create_survey(facts, user)

    def change_record(self, record: Survey, facts: dict[str, Any], user: Any) -> None:
        """Change the survey."""
        change_survey(record, record.version, facts, user)


@admin.register(SurveyAnswer)
class SurveyAnswerAdmin(RecordAdmin[SurveyAnswer]):
    """Answers."""

    record_fields = ("survey", "customer", "score", "comment", "answered_at")
    list_display = ("survey", "customer", "score", "answered_at")
    list_filter = ("kind",)
    list_select_related = ("survey", "customer")
    autocomplete_fields = ("survey", "customer")

    def create_record(self, facts: dict[str, Any], user: Any) -> SurveyAnswer:
        """Record the answer."""
        return record_answer(facts.pop("survey"), facts.pop("customer"), facts.pop("score"), user, **facts)

    def change_record(self, record: SurveyAnswer, facts: dict[str, Any], user: Any) -> None:
        """Correct the answer; survey and customer stay."""
        changed = {name: value for name, value in facts.items() if name not in ("survey", "customer")}
        change_answer(record, record.version, changed, user)
