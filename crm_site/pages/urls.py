"""Addresses of the shell."""

from django.urls import path

from crm_site.pages.picking import pick
from crm_site.pages.views import health, preferences, shell

app_name = "pages"

urlpatterns = [
    path("", shell.today, name="today"),
    path("today/<slug:code>/", shell.today_card, name="today-card"),
    path("pick/<slug:code>/", pick, name="pick"),
    path("palette/", shell.find, name="palette"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/language/", preferences.switch_language, name="language"),
    path("preferences/theme/", preferences.switch_theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
