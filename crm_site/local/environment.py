"""Completes the environment of an embedded start; whatever is set already stays as it is."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import environ

from crm_site.local.places import PROJECT, Home, configured_home, make_home


@dataclass(frozen=True)
class Embedded:
    """A home, and which servers it runs because the environment names no other."""

    home: Home
    postgres: bool
    valkey: bool


def complete_environment() -> Embedded:
    """Set what the settings need and the environment lacks: the embedded servers and a secret key."""
    if (PROJECT / ".env").is_file():
        environ.Env.read_env(PROJECT / ".env")
    home = configured_home()
    embedded = Embedded(home, postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL"))
    if embedded.postgres or embedded.valkey or not os.environ.get("SECRET_KEY"):
        make_home(home)
    if embedded.postgres:
        os.environ["DATABASE_URL"] = home.database_url
    if embedded.valkey:
        os.environ["REDIS_URL"] = home.redis_url
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept_secret(home.root / "secret-key")
    for name, folder in {"MEDIA_ROOT": home.media, "STATIC_ROOT": home.static}.items():
        if not os.environ.get(name):
            os.environ[name] = str(folder)
    return embedded


def kept_secret(path: Path) -> str:
    """Return the secret in this file, which only its owner reads; the first call makes it up."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        # A link, unlike a rename, never replaces the secret that another process made meanwhile.
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
