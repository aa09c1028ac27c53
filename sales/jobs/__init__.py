"""Jobs of sales, registered by importing their modules."""

from sales.jobs import forecast, leads, needs

__all__ = ["forecast", "leads", "needs"]
