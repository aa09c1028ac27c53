"""Every meaningful write to sales: one verb, one transaction."""

from sales.services.bulk import change_orders, change_products
from sales.services.cataloguing import change_product, create_product
from sales.services.closing import lose_opportunity, reopen_opportunity, win_opportunity
from sales.services.deal_bulk import change_opportunities
from sales.services.deal_parts import set_competitors, set_contacts, set_lines
from sales.services.dealing import change_opportunity, clone_opportunity, index_opportunities, open_opportunity
from sales.services.ordering import cancel_order, change_order, place_order
from sales.services.paying import record_payment
from sales.services.requiring import DealStateError, MissingFieldsError
from sales.services.staging import move_opportunity
from sales.services.touching import refresh_next_steps, refresh_rotting, touch_opportunities

__all__ = [
    "DealStateError",
    "MissingFieldsError",
    "cancel_order",
    "change_opportunities",
    "change_opportunity",
    "change_order",
    "change_orders",
    "change_product",
    "change_products",
    "clone_opportunity",
    "create_product",
    "index_opportunities",
    "lose_opportunity",
    "move_opportunity",
    "open_opportunity",
    "place_order",
    "record_payment",
    "refresh_next_steps",
    "refresh_rotting",
    "reopen_opportunity",
    "set_competitors",
    "set_contacts",
    "set_lines",
    "touch_opportunities",
    "win_opportunity",
]
