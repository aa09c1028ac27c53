"""Addresses of imports."""

from django.urls import path

from crm_site.imports import views
from crm_site.imports.lists import import_list
from crm_site.pages.lists import list_view

app_name = "imports"

urlpatterns = [
    path("", list_view(import_list), name="import-list"),
    path("new/", views.import_create, name="import-create"),
    path("<int:pk>/", views.import_detail, name="import-detail"),
    path("<int:pk>/start/", views.import_start, name="import-start"),
    path("<int:pk>/failures.csv", views.import_failures, name="import-failures"),
]
