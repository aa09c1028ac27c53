"""Addresses of the rooms where forms are built, for people of the house."""

from django.urls import path

from crm_site.forms.lists import form_list, submission_list
from crm_site.forms.views import building, hooks, submissions
from crm_site.pages.lists import list_view

app_name = "forms"

urlpatterns = [
    path("", list_view(form_list), name="form-list"),
    path("new/", building.form_create, name="form-create"),
    path("submissions/", list_view(submission_list), name="submission-list"),
    path("submissions/<int:pk>/", submissions.submission_detail, name="submission-detail"),
    path("submissions/<int:pk>/retry/", submissions.submission_retry, name="submission-retry"),
    path("submissions/<int:pk>/accept/", submissions.submission_accept, name="submission-accept"),
    path("submissions/<int:pk>/dismiss/", submissions.submission_dismiss, name="submission-dismiss"),
    path("hooks/<int:pk>/", hooks.hook_edit, name="hook-edit"),
    path("<int:pk>/", building.form_detail, name="form-detail"),
    path("<int:pk>/preview/", building.form_preview, name="form-preview"),
    path("<int:pk>/publish/", building.form_publish, name="form-publish"),
    path("<int:pk>/delete/", building.FormDeleteView.as_view(), name="form-delete"),
    path("<int:pk>/test/", submissions.form_test, name="form-test"),
    path("<int:pk>/hooks/new/", hooks.hook_create, name="hook-create"),
]
