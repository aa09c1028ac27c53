"""The addresses of calendars that work without signing in: feeds for programs, and answers of those invited."""

from django.urls import path

from customers.views import tasks_calendar, tasks_invitations

app_name = "calendar"

urlpatterns = [
    path("<str:token>.ics", tasks_calendar.calendar_feed, name="feed"),
    path("answer/<str:token>/", tasks_invitations.invitation_answer, name="answer"),
]
