"""Addresses of analytics."""

from django.urls import path

from analytics.views import overview, panels, sales, value

app_name = "analytics"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sales/", sales.sales_dashboard, name="sales"),
    path("sales/<slug:code>/", sales.sales_report, name="sales-report"),
    path("customer-value/", value.customer_value, name="customer-value"),
    path("customer-value/run/<slug:name>/", value.run_now, name="run-now"),
    path("customers/<int:pk>/health/", panels.customer_health_panel, name="customer-health-panel"),
    path("customers/<int:pk>/value/", panels.customer_value_panel, name="customer-value-panel"),
]
