"""Who is looking, and what he may see."""

from dataclasses import dataclass

import streamlit as st

from ui.access import is_loopback

KINGDOM = "MA"
READER, PREPARER, ADMINISTRATOR = "reader", "preparer", "administrator"


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


def local_mode() -> bool:
    """Whether only this machine can reach the server: then there is one administrator and no login."""
    return is_loopback(st.get_option("server.address") or "0.0.0.0")


def viewer() -> Viewer | None:
    """The present viewer; None when he has to log in, or has no account.

    Behind a login, accounts stand in the secrets: `[accounts."address"]` with `role` and `scope`.
    """
    if local_mode():
        return Viewer(ADMINISTRATOR, KINGDOM)
    if not st.user.is_logged_in:
        return None
    accounts = st.secrets.get("accounts", {})
    account = accounts.get(str(st.user.get("email", "")).lower())
    if not account or account.get("role") not in (READER, PREPARER, ADMINISTRATOR):
        return None
    return Viewer(account["role"], str(account.get("scope", "")))
