"""Tables of analytics: facts keyed by owner and team, so that every figure obeys its reader's scope."""

from analytics.models.facts import SalesDay, SurveyDay
from analytics.models.slices import RfmSlice, ValueSlice

__all__ = ["RfmSlice", "SalesDay", "SurveyDay", "ValueSlice"]
