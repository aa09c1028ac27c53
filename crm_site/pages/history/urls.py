"""Addresses of the history."""

from django.urls import path

from crm_site.pages.history import views
from crm_site.pages.history.lists import operation_list, trash_list
from crm_site.pages.lists import list_view

app_name = "history"

urlpatterns = [
    path("operations/", list_view(operation_list), name="operation-list"),
    path("operations/<int:pk>/", views.operation_detail, name="operation"),
    path("operations/<int:pk>/undo/", views.operation_undo, name="operation-undo"),
    path("trash/", list_view(trash_list), name="trash"),
    path("trash/<int:pk>/", views.trashed, name="trashed"),
    path("trash/<int:pk>/restore/", views.trash_restore, name="trash-restore"),
    path("records/<str:label>/<int:pk>/", views.record_history, name="record"),
    path("records/<str:label>/<int:pk>/panel/", views.record_panel, name="record-panel"),
    path("records/<str:label>/<int:pk>/<int:change>/<str:column>/restore/", views.value_restore, name="value-restore"),
]
