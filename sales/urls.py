"""Addresses of sales."""

from django.urls import path

from crm_site.pages.lists import list_view
from sales.lists import order_list, payment_list, product_list
from sales.views import orders, panels, products

app_name = "sales"

urlpatterns = [
    path("orders/", list_view(order_list), name="order-list"),
    path("orders/new/", orders.OrderFormView.as_view(), name="order-create"),
    path("orders/<int:pk>/", orders.order_detail, name="order-detail"),
    path("orders/<int:pk>/edit/", orders.OrderFormView.as_view(), name="order-edit"),
    path("orders/<int:pk>/delete/", orders.OrderDeleteView.as_view(), name="order-delete"),
    path("orders/<int:pk>/facts/<slug:name>/", orders.OrderFieldView.as_view(), name="order-field"),
    path("orders/<int:pk>/cancel/", orders.order_cancel, name="order-cancel"),
    path("orders/<int:pk>/payments/", orders.order_pay, name="order-pay"),
    path("payments/", list_view(payment_list), name="payment-list"),
    path("products/", list_view(product_list), name="product-list"),
    path("products/new/", products.ProductFormView.as_view(), name="product-create"),
    path("products/<int:pk>/", products.product_detail, name="product-detail"),
    path("products/<int:pk>/edit/", products.ProductFormView.as_view(), name="product-edit"),
    path("products/<int:pk>/delete/", products.ProductDeleteView.as_view(), name="product-delete"),
    path("products/<int:pk>/facts/<slug:name>/", products.ProductFieldView.as_view(), name="product-field"),
    path("customers/<int:pk>/orders/", panels.customer_orders, name="customer-orders-panel"),
]
