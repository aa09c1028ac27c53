"""Moving opportunities from stage to stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sales.models import Opportunity, Stage
from sales.services.deal_parts import Facts
from sales.services.dealing import change_opportunity

if TYPE_CHECKING:
    from crm_site.staff.models import User


def move_opportunity(
    opportunity: Opportunity, version: int, stage: Stage, user: User | None, facts: Facts | None = None
) -> None:
    """Put an open deal that was read at `version` into a stage, with what the stage asks for in the same transaction.

    `facts` may bring facts of the deal, `contacts` and `next_step`. Raises MissingFieldsError with what is still
    missing, StaleVersionError, DealStateError for an ended deal, and ValidationError; then nothing has changed.
    """
    given: dict[str, Any] = dict(facts or {})
    contacts = given.pop("contacts", None)
    if contacts is not None:
        # What is given with a move comes to the people whom the deal has.
        known = [
            {"person": one.person, "role": one.role, "is_primary": one.is_primary}
            for one in opportunity.contact_roles.select_related("person")
        ]
        contacts = [*known, *contacts]
    change_opportunity(opportunity, version, {**given, "stage": stage}, user, contacts=contacts)
