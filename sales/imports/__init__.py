"""Importing colleagues, products, leads, opportunities and their stages, needs, orders, and order lines."""

from crm_site.imports.kinds import register_kind
from sales.imports.leads import LeadImport
from sales.imports.needs import NeedImport
from sales.imports.opportunities import OpportunityImport
from sales.imports.order_lines import OrderLineImport
from sales.imports.orders import OrderImport
from sales.imports.products import ProductImport
from sales.imports.stage_moves import StageMoveImport
from sales.imports.teams import SalesTeamImport

__all__ = [
    "LeadImport",
    "NeedImport",
    "OpportunityImport",
    "OrderImport",
    "OrderLineImport",
    "ProductImport",
    "SalesTeamImport",
    "StageMoveImport",
]

for kind in (
    SalesTeamImport(),
    ProductImport(),
    LeadImport(),
    OpportunityImport(),
    StageMoveImport(),
    NeedImport(),
    OrderImport(),
    OrderLineImport(),
):
    register_kind(kind)
