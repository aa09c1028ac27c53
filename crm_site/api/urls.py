"""Addresses of the API. Apps bring a `router_entries` list in their `api` module; settings of the site name them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from crm_site.api import assignment, attachments, business_time, forms, notifications, search

app_name = "api"

# Swagger UI sets styles of its own; they are allowed on its page and nowhere else.
docs = SpectacularSwaggerSplitView.as_view(url_name="api:schema")

router = SimpleRouter()
extra: list[Any] = [
    *notifications.urlpatterns,
    *attachments.urlpatterns,
    *search.urlpatterns,
    *forms.urlpatterns,
    *business_time.urlpatterns,
    *assignment.urlpatterns,
]
for config in apps.get_app_configs():
    if config.module is not None and "." not in config.name and module_has_submodule(config.module, "api"):
        module = import_module(f"{config.name}.api")
        for prefix, viewset in getattr(module, "endpoints", ()):
            router.register(prefix, viewset, basename=prefix)
        extra += getattr(module, "urlpatterns", [])

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", csp_update({"style-src": [UNSAFE_INLINE]})(docs), name="docs"),
    path("v1/", include([*router.urls, *extra])),
]
