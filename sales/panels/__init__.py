"""What sales adds to the shell and to the pages of customers; its modules register it."""

from sales.panels import forecast, leads, needs, opportunities, orders

__all__ = ["forecast", "leads", "needs", "opportunities", "orders"]
