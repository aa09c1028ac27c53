"""Addresses that strangers and other services use, without signing in."""

from django.urls import path

from crm_site.forms.views import hooks, public

app_name = "web"

urlpatterns = [
    path("embed.js", public.embed_script, name="script"),
    path("confirm/<slug:token>/", public.confirmation, name="confirm"),
    path("embed/<slug:token>/", public.embedded, name="embedded"),
    path("hooks/<slug:token>/", hooks.hook_call, name="hook"),
    path("<slug:token>/", public.hosted, name="hosted"),
]
