"""Tables of service."""

from service.models.survey import Survey, SurveyAnswer

__all__ = ["Survey", "SurveyAnswer"]
