"""Who is looking, and what he may see."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from data.database import local_folder
from ui.access import behind_proxy, is_loopback, own_login_configured
from ui.proxy import VOUCHED, vouched

KINGDOM = "MA"
READER, PREPARER, ADMINISTRATOR = ROLES = ("reader", "preparer", "administrator")

ACCOUNTS = "accounts.toml"
"""The file of the office's folder in which accounts may stand beside those of the secrets."""


@dataclass(frozen=True)
class Viewer:
    """A role within a territory scope. role: reader, preparer or administrator; scope: a territory's code."""

    role: str
    scope: str

    @property
    def may_import(self) -> bool:
        """Whether he may hand in files, of the territories in his scope."""
        return self.role in (PREPARER, ADMINISTRATOR)

    @property
    def may_withdraw(self) -> bool:
        """Whether he may take files back: a file may hold counts of others, so only one who answers for all of them."""
        return self.may_import and self.scope == KINGDOM

    @property
    def may_erase(self) -> bool:
        """Whether he may take out for good what an event brought."""
        return self.role == ADMINISTRATOR and self.scope == KINGDOM


def local_mode() -> bool:
    """Whether only this machine can reach the server: then there is one administrator and no login.

    Never where the secrets speak of a proxy: whoever is behind it reaches the server from this machine.
    """
    return is_loopback(st.get_option("server.address") or "0.0.0.0") and not behind_proxy()


def account() -> str:
    """The account that has logged in, in lower case, at the proxy or by st.login; empty: none, or local mode."""
    if local_mode():
        return ""
    if behind_proxy():
        name = vouched(st.context.headers.get(VOUCHED))
        if name or not own_login_configured():
            return name.lower()
    # An address that the provider has not checked is what somebody typed there.
    if not st.user.is_logged_in or st.user.get("email_verified") is False:
        return ""
    return str(st.user.get("email") or "").strip().lower()


def viewer() -> Viewer | None:
    """The present viewer; None when he has to log in, or has no account.

    Behind a login, accounts stand in the secrets or in the office's `accounts.toml`: `[accounts."name"]` with `role`
    and `scope`. Where both name one, the secrets are right.
    """
    if local_mode():
        return Viewer(ADMINISTRATOR, KINGDOM)
    name = account()
    found = _among(st.secrets.get("accounts", {}), name) or _among(_own(local_folder() / ACCOUNTS), name)
    if not name or not found or found.get("role") not in ROLES:
        return None
    return Viewer(found["role"], str(found.get("scope", "")))


def _among(accounts: Mapping, name: str) -> Mapping | None:
    found = next((body for key, body in accounts.items() if str(key).strip().lower() == name), None)
    return found if isinstance(found, Mapping) else None


def _own(file: Path) -> Mapping:
    """The accounts of the office's own file; none where there is no such file or it cannot be read."""
    try:
        state = file.stat()
    except OSError:
        return {}
    return _read(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int, _size: int) -> Mapping:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("accounts", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return found if isinstance(found, Mapping) else {}
