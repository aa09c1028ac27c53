"""Customers' needs: stated, confirmed, and in the end addressed or declined."""

from sales.services.needs.editing import change_need, change_needs, link_need, state_need
from sales.services.needs.ending import address_need, confirm_need, decline_need, reopen_need
from sales.services.needs.indexing import index_needs
from sales.services.needs.topics import find_topics

__all__ = [
    "address_need",
    "change_need",
    "change_needs",
    "confirm_need",
    "decline_need",
    "find_topics",
    "index_needs",
    "link_need",
    "reopen_need",
    "state_need",
]
