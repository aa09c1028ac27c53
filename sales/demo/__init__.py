"""The demo company's sales: what it sells and sold, its deals, its enquiries, and what its customers want."""

from sales.demo import buying, forecast, leads, needs, opportunities, web_form

__all__ = ["buying", "forecast", "leads", "needs", "opportunities", "web_form"]
