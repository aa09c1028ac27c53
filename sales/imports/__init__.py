"""Importing colleagues, products, leads, opportunities, needs, orders, and order lines."""

from crm_site.imports.kinds import register_kind
from sales.imports.leads import LeadImport
from sales.imports.needs import NeedImport
from sales.imports.opportunities import OpportunityImport
from sales.imports.order_lines import OrderLineImport
from sales.imports.orders import OrderImport
from sales.imports.products import ProductImport
from sales.imports.teams import SalesTeamImport

__all__ = [
    "LeadImport",
    "NeedImport",
    "OpportunityImport",
    "OrderImport",
    "OrderLineImport",
    "ProductImport",
    "SalesTeamImport",
]

for kind in (
    SalesTeamImport(),
    ProductImport(),
    LeadImport(),
    OpportunityImport(),
    NeedImport(),
    OrderImport(),
    OrderLineImport(),
):
    register_kind(kind)
