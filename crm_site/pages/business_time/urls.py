"""Addresses of the set-up of business calendars."""

from django.urls import path

from crm_site.pages.business_time import views

app_name = "calendars"

urlpatterns = [
    path("", views.calendar_list, name="calendar-list"),
    path("new/", views.calendar_create, name="calendar-create"),
    path("<int:pk>/", views.calendar_edit, name="calendar-edit"),
    path("<int:pk>/default/", views.calendar_default, name="calendar-default"),
    path("<int:pk>/delete/", views.CalendarDeleteView.as_view(), name="calendar-delete"),
    path("<int:pk>/exceptions/new/", views.exception_create, name="exception-create"),
    path("exceptions/<int:pk>/", views.exception_edit, name="exception-edit"),
    path("exceptions/<int:pk>/remove/", views.exception_remove, name="exception-remove"),
]
