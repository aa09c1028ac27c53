"""Addresses of the demo room."""

from django.urls import path

from crm_site.demo.views import clear

app_name = "demo"

urlpatterns = [path("", clear, name="clear")]
