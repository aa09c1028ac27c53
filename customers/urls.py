"""Addresses of customers."""

from django.urls import path

from crm_site.pages.lists import list_view
from customers.lists import customer_list, organisation_list
from customers.views import facts, records, timeline

app_name = "customers"

urlpatterns = [
    path("", list_view(customer_list), name="customer-list"),
    path("organisations/", list_view(organisation_list), name="organisation-list"),
    path("new/", records.CustomerFormView.as_view(), name="customer-create"),
    path("<int:pk>/", records.customer_detail, name="customer-detail"),
    path("<int:pk>/edit/", records.CustomerFormView.as_view(), name="customer-edit"),
    path("<int:pk>/delete/", records.CustomerDeleteView.as_view(), name="customer-delete"),
    path("<int:pk>/facts/<slug:name>/", facts.CustomerFieldView.as_view(), name="customer-field"),
    path("<int:pk>/timeline/", timeline.customer_timeline, name="customer-timeline"),
    path("<int:pk>/notes/", timeline.customer_note, name="customer-note"),
]
