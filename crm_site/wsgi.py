"""The WSGI entry point: pages. What it tells libpq holds for every connection of this process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
os.environ.setdefault("PGOPTIONS", settings.WEB_DATABASE_OPTIONS)

application = get_wsgi_application()
