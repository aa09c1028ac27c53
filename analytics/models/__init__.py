"""Tables of analytics: facts keyed by owner and team, so that every figure obeys its reader's scope."""

from analytics.models.facts import DealDay, FirstOrderDay, SalesDay, SurveyDay
from analytics.models.reports import DealSlice, LeadDay, StageDay
from analytics.models.slices import RfmSlice, ValueDoubt, ValueSlice

__all__ = [
    "DealDay",
    "DealSlice",
    "FirstOrderDay",
    "LeadDay",
    "RfmSlice",
    "SalesDay",
    "StageDay",
    "SurveyDay",
    "ValueDoubt",
    "ValueSlice",
]
