"""Addresses of imports."""

from django.urls import path

from crm_site.imports.lists import import_list
from crm_site.imports.views import checking, columns, files, moving, watching
from crm_site.pages.lists import list_view

app_name = "imports"

urlpatterns = [
    path("", list_view(import_list), name="import-list"),
    path("new/", files.import_create, name="import-create"),
    path("move-in/", moving.move_in_create, name="move-in-create"),
    path("move-in/<int:pk>/", moving.move_in, name="move-in"),
    path("move-in/<int:pk>/check/", moving.move_in_check, name="move-in-check"),
    path("move-in/<int:pk>/start/", moving.move_in_start, name="move-in-start"),
    path("<int:pk>/", watching.import_detail, name="import-detail"),
    path("<int:pk>/file/", files.import_file, name="import-file"),
    path("<int:pk>/columns/", columns.import_columns, name="import-columns"),
    path("<int:pk>/preview/", columns.import_preview, name="import-preview"),
    path("<int:pk>/forget/", columns.import_forget, name="import-forget"),
    path("<int:pk>/check/", checking.import_check, name="import-check"),
    path("<int:pk>/values/", checking.import_values, name="import-values"),
    path("<int:pk>/start/", checking.import_start, name="import-start"),
    path("<int:pk>/failures.csv", watching.import_failures, name="import-failures"),
]
