"""What happens to orders, products and opportunities."""

from __future__ import annotations

from dataclasses import dataclass

from crm_site.events.base import BatchEvent, Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order or credit document was entered."""

    verb = "order.placed"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderChanged(Event):
    """An order's facts changed; `former_customer_id` is who had it before, 0 for nobody."""

    verb = "order.changed"
    order_id: int
    fields: str
    former_customer_id: int = 0
    former_day: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """An order was cancelled and counts nowhere from now on."""

    verb = "order.cancelled"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Event):
    """Money came in for an order."""

    verb = "payment.received"
    payment_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class ProductCreated(Event):
    """A product entered the catalogue."""

    verb = "product.created"
    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """A product's facts changed."""

    verb = "product.changed"
    product_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class OrdersImported(BatchEvent):
    """A file brought orders."""

    verb = "order.imported"


@dataclass(frozen=True, kw_only=True)
class ProductsImported(BatchEvent):
    """A file brought products."""

    verb = "product.imported"


@dataclass(frozen=True, kw_only=True)
class OrdersChanged(BatchEvent):
    """The same facts of many orders were changed at once; `fields` names them, separated by commas."""

    verb = "order.changed"
    fields: str = ""
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class ProductsChanged(BatchEvent):
    """The same facts of many products were changed at once; `fields` names them, separated by commas."""

    verb = "product.changed"
    fields: str = ""
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class OpportunitiesImported(BatchEvent):
    """A file brought opportunities."""

    verb = "opportunity.imported"


@dataclass(frozen=True, kw_only=True)
class OpportunityOpened(Event):
    """An opportunity was opened."""

    verb = "opportunity.opened"
    opportunity_id: int


@dataclass(frozen=True, kw_only=True)
class OpportunityChanged(Event):
    """Facts of an opportunity changed; `fields` names them, separated by commas."""

    verb = "opportunity.changed"
    opportunity_id: int
    fields: str
    former_owner_id: int = 0


@dataclass(frozen=True, kw_only=True)
class OpportunityMoved(Event):
    """An opportunity came to another stage."""

    verb = "opportunity.moved"
    opportunity_id: int
    stage_id: int
    former_stage_id: int


@dataclass(frozen=True, kw_only=True)
class OpportunityWon(Event):
    """A deal came about."""

    verb = "opportunity.won"
    opportunity_id: int


@dataclass(frozen=True, kw_only=True)
class OpportunityLost(Event):
    """A deal did not come about."""

    verb = "opportunity.lost"
    opportunity_id: int


@dataclass(frozen=True, kw_only=True)
class OpportunityReopened(Event):
    """An ended opportunity is worked on again."""

    verb = "opportunity.reopened"
    opportunity_id: int


@dataclass(frozen=True, kw_only=True)
class OpportunitiesChanged(BatchEvent):
    """The same facts of many opportunities were changed at once; `fields` names them, separated by commas."""

    verb = "opportunity.changed"
    fields: str = ""
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class OpportunitiesMoved(BatchEvent):
    """Many opportunities came to another stage at once."""

    verb = "opportunity.moved"
    stage_id: int
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class SellingSetUp(Event):
    """A pipeline, stage, reason, competitor or exchange rate was added or changed; `what` names the kind."""

    verb = "opportunity.set_up"
    what: str
    record_id: int
    fields: str = ""
