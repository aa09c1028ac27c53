"""The jobs of analytics; importing this package registers them."""

from analytics.jobs import clv, health, metrics, rfm, surveys, tiers

__all__ = ["clv", "health", "metrics", "rfm", "surveys", "tiers"]
