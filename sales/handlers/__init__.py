"""Reactions of sales to what happens; its modules register them."""

from sales.handlers import forecast, leads, needs, selling

__all__ = ["forecast", "leads", "needs", "selling"]
