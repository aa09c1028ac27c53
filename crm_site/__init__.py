"""The platform floor: it knows no domain word."""

from crm_site.celery import app as celery_app

__all__ = ["celery_app"]
