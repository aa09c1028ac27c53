"""The API of customers."""

from customers.api import consents, invitations, records, timeline

endpoints = (*records.endpoints, *consents.endpoints)
urlpatterns = [*timeline.urlpatterns, *invitations.urlpatterns]

__all__ = ["endpoints", "urlpatterns"]
