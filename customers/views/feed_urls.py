"""The address of calendar feeds, which programs read without signing in."""

from django.urls import path

from customers.views import tasks_calendar

app_name = "calendar"

urlpatterns = [path("<str:token>.ics", tasks_calendar.calendar_feed, name="feed")]
