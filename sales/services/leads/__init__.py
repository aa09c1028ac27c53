"""Working on leads: from the enquiry to the opportunity, or to the reason why not."""

from sales.services.leads.answering import record_response
from sales.services.leads.capturing import Captured, Enquirer, capture_lead, find_enquirer
from sales.services.leads.converting import Conversion, convert_lead
from sales.services.leads.deadlines import change_policy, lead_policy
from sales.services.leads.editing import change_lead, change_leads, create_lead
from sales.services.leads.ending import disqualify_lead, merge_leads, revive_due_leads, revive_lead
from sales.services.leads.pooling import (
    ClaimLimitError,
    ClaimLostError,
    claim_lead,
    give_lead,
    release_lead,
    return_silent_leads,
)

__all__ = [
    "Captured",
    "ClaimLimitError",
    "ClaimLostError",
    "Conversion",
    "Enquirer",
    "capture_lead",
    "change_lead",
    "change_leads",
    "change_policy",
    "claim_lead",
    "convert_lead",
    "create_lead",
    "disqualify_lead",
    "find_enquirer",
    "give_lead",
    "lead_policy",
    "merge_leads",
    "record_response",
    "release_lead",
    "return_silent_leads",
    "revive_due_leads",
    "revive_lead",
]
