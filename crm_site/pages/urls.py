"""Addresses of the shell."""

from django.urls import path

from crm_site.pages import jobs
from crm_site.pages.lists import list_view
from crm_site.pages.picking import pick
from crm_site.pages.views import first_steps, health, preferences, shell

app_name = "pages"

urlpatterns = [
    path("", shell.today, name="today"),
    path("today/<slug:code>/", shell.today_card, name="today-card"),
    path("first-steps/hide/", first_steps.hide, name="first-steps-hide"),
    path("first-steps/<slug:code>/open/", first_steps.open_step, name="first-steps-open"),
    path("pick/<slug:code>/", pick, name="pick"),
    path("palette/", shell.find, name="palette"),
    path("jobs/", list_view(jobs.job_list), name="job-list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("jobs/<int:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/new/", jobs.job_new, name="job-new"),
    path("jobs/start/<slug:name>/", jobs.job_start, name="job-start"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/language/", preferences.switch_language, name="language"),
    path("preferences/theme/", preferences.switch_theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", shell.favicon, name="favicon"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
