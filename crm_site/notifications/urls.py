"""Addresses of notifications."""

from django.urls import path

from crm_site.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.notification_list, name="notification-list"),
    path("waiting/", views.waiting, name="waiting"),
    path("latest/", views.latest, name="latest"),
    path("read/", views.read_all, name="read-all"),
    path("preferences/", views.preferences, name="preferences"),
    path("<int:pk>/", views.notification_open, name="notification-open"),
    path("<slug:subject>/<int:pk>/follow/", views.follow_record, name="follow"),
    path("<slug:subject>/<int:pk>/people/", views.people, name="people"),
]
