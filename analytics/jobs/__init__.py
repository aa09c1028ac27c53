"""The jobs of analytics; importing this package registers them."""

from analytics.jobs import clv, metrics, rfm, surveys, tiers

__all__ = ["clv", "metrics", "rfm", "surveys", "tiers"]
