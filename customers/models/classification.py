"""Classes by rule: age group, size, region and whatever else an administrator sorts customers by."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from customers.models.customer import Customer
from customers.querysets import ClassificationQuerySet, ClassMemberManager, CustomerClassManager


def worded(english: str, chinese: str) -> str:
    """Return the name in the active language, or the other one where that is missing."""
    zh = (get_language() or "").startswith("zh")
    return (chinese or english) if zh else (english or chinese)


class Classification(models.Model):
    """One way to sort customers. `code` stands in the API and never changes; one out of use sorts nobody."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "customers"

    code = models.SlugField(
        _("code"),
        max_length=40,
        unique=True,
        help_text=_("As the API calls it. It cannot be changed later."),
        error_messages={"unique": _("There is a classification with this code already.")},
    )
    name = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ClassificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """Return its place on the page of classes."""
        return f"{reverse('customers:classification-list')}#classes-{self.code}"

    @property
    def label(self) -> str:
        """The name in the active language."""
        return worded(self.name, self.name_zh)


class CustomerClass(models.Model):
    """One class. Those of a classification are asked in the order of `position`: the first whose rule fits wins."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "customers"

    classification = models.ForeignKey(
        Classification, models.CASCADE, related_name="classes", verbose_name=_("classification"), db_index=False
    )
    name = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60, blank=True)
    rule: models.JSONField[Any, Any] = models.JSONField(_("rule"), editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = CustomerClassManager()

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ("classification__position", "classification_id", "position", "id")
        constraints = (models.UniqueConstraint(fields=("classification", "name"), name="class_name_once"),)

    def __str__(self) -> str:
        return _("%(classification)s: %(class)s") % {"classification": self.classification.label, "class": self.label}

    def get_absolute_url(self) -> str:
        """Return the place of its classification on the page of classes."""
        return self.classification.get_absolute_url()

    @property
    def label(self) -> str:
        """The name in the active language."""
        return worded(self.name, self.name_zh)


class ClassMember(models.Model):
    """In which class of a classification a customer is: computed from the rules, and never written by hand."""

    derived: ClassVar[bool] = True

    # The constraint and the index below begin with these columns: indexes of their own would only cost.
    classification = models.ForeignKey(Classification, models.CASCADE, related_name="members", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="class_memberships", db_index=False)
    customer_class = models.ForeignKey(CustomerClass, models.CASCADE, related_name="members", db_index=False)
    since = models.DateTimeField(_("since"))

    objects = ClassMemberManager()

    class Meta:
        verbose_name = _("member of a class")
        verbose_name_plural = _("members of classes")
        constraints = (models.UniqueConstraint(fields=("customer", "classification"), name="class_once"),)
        indexes = (models.Index(fields=("customer_class", "customer"), name="class_members"),)

    def __str__(self) -> str:
        return f"{self.customer_class_id}: {self.customer_id}"
