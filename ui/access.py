"""Who can reach this server, and whether somebody without a login could be among them."""

import hmac
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
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
    # An unreadable file is no login: the server then stays on this machine.
    section = (_tables(files) or {}).get("auth", {})
    return section if isinstance(section, Mapping) else {}


def record_connections(files: tuple[Path, ...] = SECRETS) -> dict[str, str]:
    """The addresses of the databases whose records may be aggregated, by name: `[records.NAME]` with `url`."""
    found = (_tables(files) or {}).get("records", {})
    if not isinstance(found, Mapping):
        return {}
    return {name: str(one["url"]) for name, one in found.items() if isinstance(one, Mapping) and one.get("url")}


def _tables(files: tuple[Path, ...]) -> Mapping | None:
    """What the secrets say, read again only when a file has changed; None where one of them cannot be read."""
    return _read(tuple((file, *_stamp(file)) for file in files))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        state = file.stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=8)
def _read(stamped: tuple[tuple[Path, int, int], ...]) -> Mapping | None:
    found: dict = {}
    for file, *_ in stamped:
        if file.is_file():
            try:
                found |= tomllib.loads(file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                return None
    return found


class ProxyWrong(Exception):
    """The login that a proxy would do cannot be relied on; `field` says what of [proxy] is wrong."""

    def __init__(self, field: str):
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Proxy:
    """The proxy that does the login. header: in which it names the account; trusted: the addresses it speaks from;
    address: under which browsers reach it; secret_header, secret: what only it knows, empty where none was agreed."""

    header: str
    trusted: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    address: str
    secret_header: str = ""
    secret: str = ""

    def vouches(self, peer: str, headers: Mapping[str, list[str]]) -> str:
        """The account that a connection from `peer` with these headers (lower case) is of; empty: nobody's."""
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return ""
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not any(address in network for network in self.trusted):
            return ""
        if self.secret_header:
            told = headers.get(self.secret_header, [])
            if len(told) != 1 or not hmac.compare_digest(told[0].encode(), self.secret.encode()):
                return ""
        named = headers.get(self.header, [])
        # Two headers: the proxy added its own to one that the browser sent. Nobody can say which is which.
        return named[0].strip() if len(named) == 1 else ""


_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_TAKEN_HEADERS = ("cookie", "host", "origin", "authorization", "x-forwarded-for")


def proxy(files: tuple[Path, ...] = SECRETS) -> Proxy | None:
    """The proxy that does the login, as [proxy] of the secrets describes it; None where there is no such table.

    Raises ProxyWrong where it describes none that can be relied on, and where the secrets cannot be read: what was
    meant to be behind a proxy must not open to everybody behind it.
    """
    tables = _tables(files)
    if tables is None:
        raise ProxyWrong("secrets.toml")
    return _proxy(tables.get("proxy")) if "proxy" in tables else None


def _proxy(section: object) -> Proxy:
    if not isinstance(section, Mapping):
        raise ProxyWrong("[proxy]")
    header, address = section.get("header"), section.get("address")
    if not isinstance(header, str) or not _HEADER.fullmatch(header) or header.lower() in _TAKEN_HEADERS:
        raise ProxyWrong("header")
    if not isinstance(address, str) or not urlsplit(address).hostname or urlsplit(address).scheme[:4] != "http":
        raise ProxyWrong("address")
    said = section.get("trusted")
    try:
        trusted = tuple(ipaddress.ip_network(item) for item in said) if isinstance(said, list) else ()
    except (TypeError, ValueError):
        trusted = ()
    # The whole of a family of addresses is not a proxy.
    if not trusted or any(network.prefixlen == 0 for network in trusted):
        raise ProxyWrong("trusted")
    secret_header, secret = section.get("secret_header", ""), section.get("secret", "")
    if secret_header or secret:
        if not isinstance(secret_header, str) or not _HEADER.fullmatch(secret_header):
            raise ProxyWrong("secret_header")
        if not isinstance(secret, str) or len(secret) < LEAST_SECRET:
            raise ProxyWrong("secret")
    return Proxy(header.lower(), trusted, address, secret_header.lower(), secret)


LEAST_SECRET = 16
"""Characters of a secret that cannot be guessed by trying."""


def behind_proxy() -> bool:
    """Whether the secrets speak of a proxy, rightly or wrongly: then nobody is let in because of where he sits."""
    try:
        return proxy() is not None
    except ProxyWrong:
        return True


def login_configured(files: tuple[Path, ...] = SECRETS) -> bool:
    """Whether somebody has to log in: at a proxy that can be relied on, or by st.login."""
    try:
        return proxy(files) is not None or own_login_configured(files)
    except ProxyWrong:
        return False


def own_login_configured(files: tuple[Path, ...] = SECRETS) -> bool:
    """Whether st.login has all that it needs for at least one provider."""
    section = auth_section(files)
    if not all(_filled(section, key) for key in _OF_A_LOGIN):
        return False
    providers = [section, *(value for value in section.values() if isinstance(value, Mapping))]
    return any(all(_filled(provider, key) for key in _OF_A_PROVIDER) for provider in providers)


def allowed_hosts(host: str, files: tuple[Path, ...] = SECRETS) -> list[str]:
    """The names under which a browser may open a session with a server bound to `host`.

    Behind a login these are the name that the login comes back to and the address itself, behind a proxy its own name;
    anything else would be a foreign name pointed at this server.
    """
    names = list(LOOPBACK_NAMES)
    try:
        before = proxy(files)
    except ProxyWrong:
        before = None
    if before is not None:
        names.append(urlsplit(before.address).hostname or "")
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
    return (not is_loopback(address) or behind_proxy()) and not login_configured()


def _filled(section: Mapping, key: str) -> bool:
    value = section.get(key)
    return isinstance(value, str) and bool(value.strip())
