"""Addresses of assignment."""

from django.urls import path

from crm_site.pages.assignment import people, rules
from crm_site.pages.assignment.lists import assignment_log
from crm_site.pages.lists import list_view

app_name = "assignment"

urlpatterns = [
    path("", rules.rule_list, name="rule-list"),
    path("<slug:code>/rules/new/", rules.rule_create, name="rule-create"),
    path("<slug:code>/rules/order/", rules.rule_order, name="rule-order"),
    path("rules/<int:pk>/", rules.rule_edit, name="rule-edit"),
    path("rules/<int:pk>/move/<slug:way>/", rules.rule_move, name="rule-move"),
    path("rules/<int:pk>/delete/", rules.RuleDeleteView.as_view(), name="rule-delete"),
    path("people/", people.person_list, name="person-list"),
    path("people/<int:pk>/", people.person_edit, name="person-edit"),
    path("people/<int:pk>/absences/new/", people.person_absence, name="person-absence"),
    path("absences/", people.absence_list, name="absence-list"),
    path("absences/new/", people.absence_create, name="absence-create"),
    path("absences/<int:pk>/", people.absence_edit, name="absence-edit"),
    path("absences/<int:pk>/remove/", people.absence_remove, name="absence-remove"),
    path("log/", list_view(assignment_log), name="log"),
]
