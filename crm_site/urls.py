"""The addresses of the site: every app brings its own."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The administration signs in where everybody does, behind the same lock-out.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

urlpatterns = [
    path("", include("crm_site.pages.urls")),
    path("", include("django_prometheus.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("crm_site.api.urls")),
    path("assignment/", include("crm_site.pages.assignment.urls")),
    path("calendars/", include("crm_site.pages.business_time.urls")),
    path("demo/", include("crm_site.demo.urls")),
    path("fields/", include("crm_site.pages.fields.urls")),
    path("f/", include("crm_site.forms.public_urls")),
    path("files/", include("crm_site.files.urls")),
    path("forms/", include("crm_site.forms.urls")),
    path("history/", include("crm_site.pages.history.urls")),
    path("imports/", include("crm_site.imports.urls")),
    path("notifications/", include("crm_site.notifications.urls")),
    path("rules/", include("crm_site.rules.urls")),
    path("calendar/", include("customers.views.feed_urls")),
    path("customers/", include("customers.urls")),
    path("sales/", include("sales.urls")),
    path("service/", include("service.urls")),
    path("analytics/", include("analytics.urls")),
]

handler400 = "crm_site.pages.errors.bad_request"
handler403 = "crm_site.pages.errors.forbidden"
handler404 = "crm_site.pages.errors.not_found"
handler500 = "crm_site.pages.errors.server_error"
