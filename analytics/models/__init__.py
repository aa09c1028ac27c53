"""Tables of analytics: facts keyed by owner and team, so that every figure obeys its reader's scope."""

from analytics.models.facts import FirstOrderDay, SalesDay, SurveyDay
from analytics.models.slices import RfmSlice, ValueDoubt, ValueSlice

__all__ = ["FirstOrderDay", "RfmSlice", "SalesDay", "SurveyDay", "ValueDoubt", "ValueSlice"]
