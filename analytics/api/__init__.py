"""The API of analytics."""

from analytics.api import figures, reports

urlpatterns = [*figures.urlpatterns, *reports.urlpatterns]
