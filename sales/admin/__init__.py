"""Administration of sales; its modules register the tables."""

from sales.admin import forecast, leads, needs, selling

__all__ = ["forecast", "leads", "needs", "selling"]
