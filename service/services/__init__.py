"""Every meaningful write to service: one verb, one transaction."""

from service.services.bulk import change_surveys
from service.services.surveying import change_answer, change_survey, create_survey, record_answer

__all__ = ["change_answer", "change_survey", "change_surveys", "create_survey", "record_answer"]
