"""Addresses of customers."""

from django.urls import path

from crm_site.pages.lists import list_view
from customers.lists import customer_list, organisation_list, segment_list, task_list
from customers.views import facts, records, segments, standing, tasks, tasks_calendar, tasks_panels, timeline

app_name = "customers"

urlpatterns = [
    path("", list_view(customer_list), name="customer-list"),
    path("organisations/", list_view(organisation_list), name="organisation-list"),
    path("new/", records.CustomerFormView.as_view(), name="customer-create"),
    path("tasks/", tasks.task_home, name="task-home"),
    path("tasks/all/", list_view(task_list), name="task-list"),
    path("tasks/new/", tasks.TaskFormView.as_view(), name="task-create"),
    path("tasks/calendar/", tasks_calendar.calendar_settings, name="task-calendar"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task-detail"),
    path("tasks/<int:pk>/edit/", tasks.TaskFormView.as_view(), name="task-edit"),
    path("tasks/<int:pk>/delete/", tasks.TaskDeleteView.as_view(), name="task-delete"),
    path("tasks/<int:pk>/facts/<slug:name>/", tasks.TaskFieldView.as_view(), name="task-field"),
    path("tasks/<int:pk>/finish/", tasks.task_finish, name="task-finish"),
    path("tasks/<int:pk>/tick/", tasks_panels.task_tick, name="task-tick"),
    path("tasks/<int:pk>/reopen/", tasks.task_reopen, name="task-reopen"),
    path("tasks/<int:pk>/cancel/", tasks.task_cancel, name="task-cancel"),
    path("tasks/<int:pk>/invitation.ics", tasks_calendar.task_invitation, name="task-invitation"),
    path("<int:pk>/tasks/", tasks_panels.customer_tasks, name="customer-tasks-panel"),
    path("<int:pk>/", records.customer_detail, name="customer-detail"),
    path("<int:pk>/edit/", records.CustomerFormView.as_view(), name="customer-edit"),
    path("<int:pk>/delete/", records.CustomerDeleteView.as_view(), name="customer-delete"),
    path("<int:pk>/facts/<slug:name>/", facts.CustomerFieldView.as_view(), name="customer-field"),
    path("<int:pk>/timeline/", timeline.customer_timeline, name="customer-timeline"),
    path("<int:pk>/notes/", timeline.customer_note, name="customer-note"),
    path("<int:pk>/standing/", standing.customer_standing, name="customer-standing"),
    path("<int:pk>/stage/", standing.customer_stage, name="customer-stage"),
    path("<int:pk>/stage/withdraw/", standing.customer_stage_withdraw, name="customer-stage-withdraw"),
    path("lifecycle/", standing.lifecycle, name="lifecycle"),
    path("lifecycle/<slug:stage>/", standing.lifecycle_rule, name="lifecycle-rule"),
    path("segments/", list_view(segment_list), name="segment-list"),
    path("segments/new/", segments.SegmentFormView.as_view(), name="segment-create"),
    path("segments/<int:pk>/", segments.segment_detail, name="segment-detail"),
    path("segments/<int:pk>/edit/", segments.SegmentFormView.as_view(), name="segment-edit"),
    path("segments/<int:pk>/delete/", segments.SegmentDeleteView.as_view(), name="segment-delete"),
    path("segments/<int:pk>/why/", segments.segment_explain, name="segment-explain"),
]
