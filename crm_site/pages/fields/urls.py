"""Addresses of the set-up of custom fields."""

from django.urls import path

from crm_site.pages.fields import setup

app_name = "fields"

urlpatterns = [
    path("", setup.field_list, name="field-list"),
    path("new/<slug:host>/", setup.field_add, name="field-add"),
    path("<int:pk>/", setup.field_edit, name="field-edit"),
    path("<int:pk>/move/<slug:way>/", setup.field_move, name="field-move"),
]
