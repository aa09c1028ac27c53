"""Addresses of the rule builder."""

from django.urls import path

from crm_site.rules import views

app_name = "rules"

urlpatterns = [
    path("<slug:subject>/builder/", views.builder, name="builder"),
    path("<slug:subject>/count/", views.count, name="count"),
    path("<slug:subject>/try/", views.try_rule, name="try"),
    path("<slug:subject>/explain/", views.explain, name="explain"),
]
