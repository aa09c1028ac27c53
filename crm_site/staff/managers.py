"""Creation of users by e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from crm_site.staff.models import User


class UserManager(BaseUserManager["User"]):
    """Creates users whose sign-in name is their e-mail address, compared without case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by e-mail address, whatever its case."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; raise ValueError without an address."""
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
