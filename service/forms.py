"""Forms of service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.pages.fields.forms import CustomFieldsForm
from crm_site.pages.picking import RecordField
from customers.models import Customer
from service.models import Survey, SurveyAnswer

if TYPE_CHECKING:
    from crm_site.staff.models import User


class SurveyForm(forms.ModelForm[Survey]):
    """Facts of a survey."""

    class Meta:
        model = Survey
        fields = ("name", "kind", "question", "is_active")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


class AnswerForm(CustomFieldsForm, forms.ModelForm[SurveyAnswer]):
    """An answer that somebody gave, on the phone for example."""

    customer = RecordField(
        Customer.objects.none(), "customers", label=_("Customer"), required=False, empty_label=_("Anonymous")
    )

    class Meta:
        model = SurveyAnswer
        fields = ("survey", "customer", "score", "comment", "answered_at")
        widgets = {
            "answered_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "comment": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not self.instance.pk and "answered_at" in self.fields:
            self.initial.setdefault("answered_at", timezone.now())
        if "customer" in self.fields:
            field: Any = self.fields["customer"]
            visible = Customer.objects.visible_to(user) if user else Customer.objects.all()
            field.queryset = visible | Customer.objects.filter(pk=self.instance.customer_id or 0)
        if self.instance.pk:
            for name in ("survey", "customer"):
                self.fields.pop(name, None)
        elif "survey" in self.fields:
            surveys: Any = self.fields["survey"]
            surveys.queryset = Survey.objects.active()
        self.add_custom_fields(user)
