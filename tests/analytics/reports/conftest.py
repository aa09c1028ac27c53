"""A small company whose deals and leads have ended, leaked and waited."""

from typing import Any

import pytest

from sales.models import OpportunityChange
from tests.analytics.selling import make_deals, make_leads
from tests.conftest import Cast


@pytest.fixture
def company(cast: Cast, work: Any) -> Cast:
    """Give the owner, the teammate, the outsider and nobody deals and leads."""
    for owner, size in ((cast.owner, 2), (cast.teammate, 3), (cast.outsider, 1), (None, 1)):
        make_deals(owner, size)
        make_leads(owner, size)
    OpportunityChange.objects.filter(kind="moved").update(seconds=7 * 3600)
    work("metrics")
    return cast
