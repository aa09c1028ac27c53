"""Fixed vocabularies of people and access."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """How far a role reaches within a module; `rank` orders them from narrow to wide."""

    NONE = "none", _("Nothing")
    OWN = "own", _("Own records")
    TEAM = "team", _("Team and below")
    ALL = "all", _("Everything")

    @property
    def rank(self) -> int:
        """Position from narrow (0) to wide (3)."""
        return list(Scope).index(self)


class Module(models.TextChoices):
    """The parts of the product that access is granted on."""

    CUSTOMERS = "customers", _("Customers")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")
    ANALYTICS = "analytics", _("Analytics")
    SETUP = "setup", _("Set-up")


class Theme(models.TextChoices):
    """Colour schemes a person can choose."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
