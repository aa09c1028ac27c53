"""Tables of sales."""

from sales.models.forecast import ForecastAdjustment, ForecastSnapshot, MondayMail, SalesTarget
from sales.models.lead import Lead, LeadPolicy, LearnedLeadScore, ScoreRule
from sales.models.market import Competitor, ExchangeRate
from sales.models.need import Need, NeedCategory, NeedTopic
from sales.models.opportunity import Opportunity
from sales.models.opportunity_parts import ContactRole, OpportunityChange, OpportunityLine
from sales.models.order import Order, OrderLine, Payment
from sales.models.pipeline import Pipeline, Reason, Stage
from sales.models.product import Product

__all__ = [
    "Competitor",
    "ContactRole",
    "ExchangeRate",
    "ForecastAdjustment",
    "ForecastSnapshot",
    "Lead",
    "LeadPolicy",
    "LearnedLeadScore",
    "MondayMail",
    "Need",
    "NeedCategory",
    "NeedTopic",
    "Opportunity",
    "OpportunityChange",
    "OpportunityLine",
    "Order",
    "OrderLine",
    "Payment",
    "Pipeline",
    "Product",
    "Reason",
    "SalesTarget",
    "ScoreRule",
    "Stage",
]
