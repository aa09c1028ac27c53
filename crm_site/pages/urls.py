"""Addresses of the shell."""

from django.urls import path

from crm_site.pages import jobs
from crm_site.pages.lists import list_view
from crm_site.pages.picking import pick
from crm_site.pages.views import (
    bulk,
    exports,
    first_steps,
    health,
    moving,
    preferences,
    queue,
    saved_views,
    shell,
    shifting,
)

app_name = "pages"

urlpatterns = [
    path("", shell.today, name="today"),
    path("today/<slug:code>/", shell.today_card, name="today-card"),
    path("first-steps/hide/", first_steps.hide, name="first-steps-hide"),
    path("first-steps/<slug:code>/open/", first_steps.open_step, name="first-steps-open"),
    path("pick/<slug:code>/", pick, name="pick"),
    path("palette/", shell.find, name="palette"),
    path("palette/visit/", shell.visit, name="palette-visit"),
    path("jobs/", list_view(jobs.job_list), name="job-list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("jobs/<int:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/new/", jobs.job_new, name="job-new"),
    path("jobs/start/<slug:name>/", jobs.job_start, name="job-start"),
    path("lists/<slug:code>/views/", saved_views.view_save, name="list-view-save"),
    path("lists/<slug:code>/views/restore/", saved_views.view_restore, name="list-view-restore"),
    path("lists/<slug:code>/export/", exports.list_export, name="list-export"),
    path("exports/<slug:code>/", exports.export_download, name="export-download"),
    path("lists/<slug:code>/move/", moving.list_move, name="list-move"),
    path("lists/<slug:code>/shift/<int:pk>/", shifting.list_shift, name="list-shift"),
    path("lists/<slug:code>/queue/", queue.queue_start, name="queue-start"),
    path("queue/", queue.queue_bar, name="queue-bar"),
    path("queue/end/", queue.queue_end, name="queue-end"),
    path("lists/<slug:code>/bulk/<slug:name>/", bulk.list_bulk, name="list-bulk"),
    path("lists/<slug:code>/widths/", saved_views.list_widths, name="list-widths"),
    path("lists/views/<int:pk>/", saved_views.view_edit, name="list-view-edit"),
    path("lists/views/<int:pk>/update/", saved_views.view_update, name="list-view-update"),
    path("lists/views/<int:pk>/delete/", saved_views.view_delete, name="list-view-delete"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/language/", preferences.switch_language, name="language"),
    path("preferences/theme/", preferences.switch_theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", shell.favicon, name="favicon"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
