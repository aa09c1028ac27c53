"""Tables of assignment."""

from crm_site.assignment.models.log import AssignmentDay, AssignmentLog, AssignmentTurn
from crm_site.assignment.models.people import Absence, Availability
from crm_site.assignment.models.rules import AssignmentMember, AssignmentRule

__all__ = [
    "Absence",
    "AssignmentDay",
    "AssignmentLog",
    "AssignmentMember",
    "AssignmentRule",
    "AssignmentTurn",
    "Availability",
]
