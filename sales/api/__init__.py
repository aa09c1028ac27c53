"""The API of sales."""

from sales.api import forecast, leads, needs, opportunities, orders, selling_setup

endpoints = (*orders.endpoints, *leads.endpoints, *needs.endpoints, *opportunities.endpoints)

urlpatterns = [*forecast.urlpatterns, *selling_setup.urlpatterns]

__all__ = ["endpoints", "urlpatterns"]
