"""Who can reach this server, and whether somebody without a login could be among them."""

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
SECRETS = (Path.home() / ".streamlit" / "secrets.toml", ROOT / ".streamlit" / "secrets.toml")
"""Where Streamlit looks for [auth]; a later file replaces the tables of an earlier one."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

_OF_A_LOGIN = ("redirect_uri", "cookie_secret")
_OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` is reached from this machine only; of names, only localhost is trusted."""
    name = host.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def auth_section(files: tuple[Path, ...] = SECRETS) -> Mapping:
    """The [auth] table as st.login will read it; empty when there is none."""
    section: Mapping = {}
    for file in files:
        if file.is_file():
            try:
                section = tomllib.loads(file.read_text(encoding="utf-8")).get("auth", section)
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                # An unreadable file is no login: the server then stays on this machine.
                return {}
    return section if isinstance(section, Mapping) else {}


def login_configured(files: tuple[Path, ...] = SECRETS) -> bool:
    """Whether st.login has all that it needs for at least one provider."""
    section = auth_section(files)
    if not all(_filled(section, key) for key in _OF_A_LOGIN):
        return False
    providers = [section, *(value for value in section.values() if isinstance(value, Mapping))]
    return any(all(_filled(provider, key) for key in _OF_A_PROVIDER) for provider in providers)


def allowed_hosts(host: str, files: tuple[Path, ...] = SECRETS) -> list[str]:
    """The names under which a browser may open a session with a server bound to `host`.

    Behind a login these are the name that the login comes back to and the address itself; anything else would be
    a foreign name pointed at this server.
    """
    names = list(LOOPBACK_NAMES)
    if not is_loopback(host):
        come_back = urlsplit(str(auth_section(files).get("redirect_uri", ""))).hostname
        names += [name for name in (come_back, host.strip("[]")) if name]
    return names


def exposed_without_login() -> bool:
    """Whether the running Streamlit listens to other machines although nobody has to log in.

    For the script itself, which `streamlit run app.py --server.address 0.0.0.0` starts without ui/server.py.
    No address at all means every address.
    """
    address = st.get_option("server.address") or "0.0.0.0"
    return not is_loopback(address) and not login_configured()


def _filled(section: Mapping, key: str) -> bool:
    value = section.get(key)
    return isinstance(value, str) and bool(value.strip())
