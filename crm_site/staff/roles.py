"""The roles a new installation starts with."""

from __future__ import annotations

from typing import Any

# module → (sees, changes, may export, may import)
_READ_ALL = ("all", "none", True, False)
_FULL = ("all", "all", True, True)
_OWN = ("own", "own", True, False)
_TEAM = ("team", "team", True, True)

ROLES: dict[str, tuple[str, dict[str, tuple[str, str, bool, bool]]]] = {
    "rep": ("Sales representative", {"customers": _OWN, "sales": _OWN, "service": _OWN, "analytics": ("own", "none", True, False)}),
    "team-lead": ("Team lead", {"customers": _TEAM, "sales": _TEAM, "service": _TEAM, "analytics": ("team", "none", True, False)}),
    "agent": ("Support agent", {"customers": ("all", "all", False, False), "sales": ("all", "none", False, False), "service": _FULL, "analytics": ("all", "none", False, False)}),
    "marketer": ("Marketer", {"customers": ("all", "all", True, True), "sales": _READ_ALL, "service": _READ_ALL, "analytics": _READ_ALL}),
    "manager": ("Manager", {"customers": _FULL, "sales": _FULL, "service": _FULL, "analytics": _FULL}),
    "admin": ("Administrator", {"customers": _FULL, "sales": _FULL, "service": _FULL, "analytics": _FULL, "setup": _FULL}),
}  # fmt: skip


def seed_roles(role_model: Any, grant_model: Any) -> None:
    """Create the roles that do not exist yet; roles that an administrator changed stay as they are."""
    for code, (name, grants) in ROLES.items():
        role, created = role_model.objects.get_or_create(code=code, defaults={"name": name})
        if created:
            grant_model.objects.bulk_create(
                grant_model(role=role, module=module, view=view, edit=edit, can_export=out, can_import=into)
                for module, (view, edit, out, into) in grants.items()
            )
