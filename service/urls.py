"""Addresses of service."""

from django.urls import path

from crm_site.pages.lists import list_view
from service.lists import answer_list, survey_list
from service.views import surveys

app_name = "service"

urlpatterns = [
    path("surveys/", list_view(survey_list), name="survey-list"),
    path("surveys/new/", surveys.SurveyFormView.as_view(), name="survey-create"),
    path("surveys/<int:pk>/", surveys.survey_detail, name="survey-detail"),
    path("surveys/<int:pk>/edit/", surveys.SurveyFormView.as_view(), name="survey-edit"),
    path("surveys/<int:pk>/facts/<slug:name>/", surveys.SurveyFieldView.as_view(), name="survey-field"),
    path("answers/", list_view(answer_list), name="answer-list"),
    path("answers/new/", surveys.AnswerFormView.as_view(), name="answer-create"),
    path("answers/<int:pk>/", surveys.answer_detail, name="answer-detail"),
    path("answers/<int:pk>/edit/", surveys.AnswerFormView.as_view(), name="answer-edit"),
    path("answers/<int:pk>/delete/", surveys.AnswerDeleteView.as_view(), name="answer-delete"),
    path("answers/<int:pk>/facts/<slug:name>/", surveys.AnswerFieldView.as_view(), name="answer-field"),
    path("customers/<int:pk>/answers/", surveys.customer_answers, name="customer-answers-panel"),
]
