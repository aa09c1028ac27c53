"""What happens in service."""

from __future__ import annotations

from dataclasses import dataclass

from crm_site.events.base import BatchEvent, Event


@dataclass(frozen=True, kw_only=True)
class SurveyCreated(Event):
    """A survey was set up."""

    verb = "survey.created"
    survey_id: int


@dataclass(frozen=True, kw_only=True)
class SurveyChanged(Event):
    """A survey's facts changed."""

    verb = "survey.changed"
    survey_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """A customer answered a survey."""

    verb = "survey.answered"
    answer_id: int


@dataclass(frozen=True, kw_only=True)
class SurveyAnswerChanged(Event):
    """An answer was corrected; `former_day` is the day it counted on before."""

    verb = "survey.answer_changed"
    answer_id: int
    fields: str
    former_day: str = ""
    former_customer_id: int = 0


@dataclass(frozen=True, kw_only=True)
class AnswersImported(BatchEvent):
    """A file brought answers."""

    verb = "survey.imported"


@dataclass(frozen=True, kw_only=True)
class SurveysChanged(BatchEvent):
    """The same facts of many surveys were changed at once; `fields` names them, separated by commas."""

    verb = "survey.changed"
    fields: str = ""
    operation_id: int = 0
