"""Addresses of files."""

from django.urls import path

from crm_site.files import views

app_name = "files"

urlpatterns = [
    path("<int:pk>/", views.attachment_download, name="attachment-download"),
    path("<int:pk>/thumbnail/", views.attachment_thumbnail, name="attachment-thumbnail"),
    path("<int:pk>/remove/", views.attachment_remove, name="attachment-remove"),
    path("<int:pk>/restore/", views.attachment_restore, name="attachment-restore"),
    path("<slug:subject>/<int:pk>/", views.subject_panel, name="subject-panel"),
    path("<slug:subject>/<int:pk>/entries/<int:entry>/", views.entry_files, name="subject-entry"),
]
