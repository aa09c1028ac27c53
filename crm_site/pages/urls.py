"""Addresses of the shell."""

from django.urls import path

from crm_site.pages.views import preferences, shell

app_name = "pages"

urlpatterns = [
    path("", shell.today, name="today"),
    path("today/<slug:code>/", shell.today_card, name="today-card"),
    path("palette/", shell.find, name="palette"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/language/", preferences.switch_language, name="language"),
    path("preferences/theme/", preferences.switch_theme, name="theme"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
