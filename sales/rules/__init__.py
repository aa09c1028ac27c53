"""What rules can say about sales; its modules register it."""

from sales.rules import leads, needs, opportunities, orders

__all__ = ["leads", "needs", "opportunities", "orders"]
