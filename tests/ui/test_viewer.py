"""Who is let in: at a proxy that vouches for him, and through the real server, whoever pretends to be another."""

import asyncio
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from i18n import words
from ui import server
from ui.access import Proxy, ProxyWrong, allowed_hosts, login_configured, proxy
from ui.proxy import MARK, VOUCHED, ProxyLogin, vouched

ROOT = Path(__file__).parents[2]

PROXY = """
[proxy]
address = "https://tatabbu.example.ma"
header = "X-Forwarded-User"
trusted = ["10.0.0.5", "192.168.4.0/24"]
secret_header = "X-Office-Secret"
secret = "a long agreed secret"
"""


def finished(work):
    """What a coroutine answers, run in a thread of its own: a browser that other tests left open has a loop here."""
    with ThreadPoolExecutor(max_workers=1) as alone:
        return alone.submit(asyncio.run, work).result()


@pytest.fixture
def secrets(tmp_path):
    """Writes a secrets.toml and returns its path as the only one that is looked at."""

    def write(text):
        (tmp_path / "secrets.toml").write_text(text, encoding="utf-8")
        return (tmp_path / "secrets.toml",)

    return write


# What the secrets say


def test_a_proxy_is_read_from_the_secrets_and_is_a_login(secrets):
    found = proxy(secrets(PROXY))
    assert found.header == "x-forwarded-user" and found.secret_header == "x-office-secret"
    assert ipaddress.ip_network("192.168.4.0/24") in found.trusted
    assert login_configured(secrets(PROXY))


def test_without_a_section_there_is_no_proxy(secrets, tmp_path):
    assert proxy(secrets("[auth]\n")) is None
    assert proxy((tmp_path / "none.toml",)) is None


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('header = "X-Forwarded-User"', "", "header"),
        ('"X-Forwarded-User"', '"Cookie"', "header"),
        ('"X-Forwarded-User"', '"two words"', "header"),
        ('address = "https://tatabbu.example.ma"', "", "address"),
        ('"https://tatabbu.example.ma"', '"tatabbu"', "address"),
        ('["10.0.0.5", "192.168.4.0/24"]', "[]", "trusted"),
        ('["10.0.0.5", "192.168.4.0/24"]', '"10.0.0.5"', "trusted"),
        ('["10.0.0.5", "192.168.4.0/24"]', '["the proxy"]', "trusted"),
        ('["10.0.0.5", "192.168.4.0/24"]', '["0.0.0.0/0"]', "trusted"),
        ('["10.0.0.5", "192.168.4.0/24"]', '["::/0"]', "trusted"),
        ('"a long agreed secret"', '"short"', "secret"),
        ('secret = "a long agreed secret"', "", "secret"),
        ('secret_header = "X-Office-Secret"', "", "secret_header"),
    ],
)
def test_a_proxy_that_cannot_be_relied_on_is_refused_with_the_field_and_is_no_login(secrets, before, after, field):
    assert before in PROXY
    files = secrets(PROXY.replace(before, after))
    with pytest.raises(ProxyWrong) as wrong:
        proxy(files)
    assert wrong.value.field == field
    assert not login_configured(files)


@pytest.mark.parametrize("text", ["[proxy\n", 'proxy = "yes"'])
def test_secrets_that_cannot_be_read_never_open_what_was_meant_to_be_behind_a_proxy(secrets, text):
    with pytest.raises(ProxyWrong):
        proxy(secrets(text))


def test_the_name_of_the_proxy_may_open_a_session_also_on_this_machine(secrets):
    assert "tatabbu.example.ma" in allowed_hosts("127.0.0.1", secrets(PROXY))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_with_a_proxy_that_is_wrong_the_server_does_not_start_and_names_the_field(monkeypatch, capsys, secrets, host):
    files = secrets(PROXY.replace('"10.0.0.5"', '"somewhere"'))
    monkeypatch.setattr(proxy, "__defaults__", (files,))
    assert server.main({"HOST": host}) == 2
    said = capsys.readouterr().err.splitlines()
    file = ".streamlit/secrets.toml"
    assert said == [words(locale)("server.proxy_wrong", field="trusted", file=file) for locale in ("ar", "fr", "en")]


# Whom the proxy vouches for


def told(peer, *headers, secret_header="x-office-secret"):
    """The account that reaches the pages for a connection from `peer` with these headers."""
    passed = {}

    async def app(scope, receive, send):
        passed["headers"] = scope["headers"]

    trusted = (ipaddress.ip_network("10.0.0.5"), ipaddress.ip_network("192.168.4.0/24"), ipaddress.ip_network("::1"))
    secret = "a long agreed secret" if secret_header else ""
    before = Proxy("x-forwarded-user", trusted, "https://tatabbu.example.ma", secret_header, secret)
    scope = {
        "type": "websocket",
        "client": (peer, 1) if peer else None,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    finished(ProxyLogin(app, proxy=before)(scope, None, None))
    names = [name for name, _ in passed["headers"]]
    assert b"x-forwarded-user" not in names and b"x-office-secret" not in names
    values = [value.decode("latin-1") for name, value in passed["headers"] if name == VOUCHED.encode()]
    assert len(values) < 2
    return vouched(values[0] if values else None)


USER, SECRET = ("x-forwarded-user", "name@office.ma"), ("x-office-secret", "a long agreed secret")


@pytest.mark.parametrize("peer", ["10.0.0.5", "192.168.4.77", "::ffff:10.0.0.5", "::1"])
def test_the_proxy_vouches_for_an_account(peer):
    assert told(peer, USER, SECRET) == "name@office.ma"
    assert told(peer, USER, secret_header="") == "name@office.ma"


@pytest.mark.parametrize("peer", ["10.0.0.6", "127.0.0.1", "192.168.5.1", "testclient", "", None])
def test_what_somebody_else_says_of_himself_is_ignored(peer):
    assert told(peer, USER, SECRET) == ""


def test_a_proxy_that_does_not_know_the_secret_is_not_the_proxy():
    assert told("10.0.0.5", USER) == ""
    assert told("10.0.0.5", USER, ("x-office-secret", "another")) == ""
    assert told("10.0.0.5", USER, SECRET, SECRET) == ""


def test_two_names_are_no_name():
    assert told("10.0.0.5", USER, ("x-forwarded-user", "other@office.ma"), SECRET) == ""
    assert told("10.0.0.5", ("X-Forwarded-User", "other@office.ma"), USER, SECRET) == ""


def test_a_name_with_accents_is_read_as_it_was_sent():
    assert told("10.0.0.5", ("x-forwarded-user", "Aïcha@office.ma"), SECRET) == "Aïcha@office.ma"


def test_the_header_between_the_proxys_door_and_the_pages_cannot_be_forged():
    assert told("10.0.0.6", (VOUCHED, "name@office.ma")) == ""
    assert told("10.0.0.5", (VOUCHED, f"{MARK}boss@office.ma"), SECRET) == ""
    assert vouched("name@office.ma") == vouched("") == vouched(None) == ""
    assert vouched(f"{MARK}name@office.ma") == "name@office.ma"


# Through the real server


ACCOUNTS = """
[accounts."Head@Office.ma"]
role = "administrator"
scope = "MA"

[accounts."reader@office.ma"]
role = "reader"
scope = "02.411"
"""


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory):
    """A server bound to this machine whose secrets name a proxy: one that also sits here, and shares a secret."""
    home, office = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("office")
    (home / ".streamlit").mkdir()
    described = PROXY.replace('["10.0.0.5", "192.168.4.0/24"]', '["127.0.0.1"]')
    (home / ".streamlit" / "secrets.toml").write_text(described, encoding="utf-8")
    (office / "accounts.toml").write_text(ACCOUNTS, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TATABBU_LOCAL": str(office),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # What an operator may have set for another program must not make it believe strangers.
        "FORWARDED_ALLOW_IPS": "*",
    }
    with (office / "server.log").open("w", encoding="utf-8") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "ui.server"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            except OSError:
                if running.poll() is not None or time.monotonic() > deadline:
                    pytest.fail((office / "server.log").read_text(encoding="utf-8"))
                time.sleep(0.3)
        yield port
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=30)


def seen_by(port, *headers, name="tatabbu.example.ma"):
    """All the text that a browser with these headers, who calls the server by this name, is sent of the first page."""

    async def visit():
        sent = []
        async with websockets.connect(
            f"ws://{name}/_stcore/stream",
            host="127.0.0.1",
            port=port,
            subprotocols=["streamlit"],
            additional_headers=list(headers),
            origin=f"http://{name}",
            max_size=None,
            open_timeout=60,
        ) as line:
            asked = BackMsg()
            asked.rerun_script.query_string = "lang=en"
            await line.send(asked.SerializeToString())
            while True:
                message = ForwardMsg()
                message.ParseFromString(await asyncio.wait_for(line.recv(), 60))
                sent.append(str(message.delta))
                if message.WhichOneof("type") == "script_finished":
                    return "\n".join(sent)

    return finished(visit())


SILENT = words("en")("errors.proxy_silent")
NO_ACCOUNT = words("en")("errors.no_account")
FRAME = "choose-upper"
AGREED = ("X-Office-Secret", "a long agreed secret")


def test_whoever_comes_past_the_proxy_is_no_administrator_although_he_sits_on_the_machine(behind_proxy):
    seen = seen_by(behind_proxy, name="localhost")
    assert SILENT in seen and FRAME not in seen


def test_a_name_that_the_proxy_did_not_send_opens_nothing(behind_proxy):
    for headers in (
        [("X-Forwarded-User", "head@office.ma")],
        [("X-Forwarded-User", "head@office.ma"), ("X-Office-Secret", "guessed, and wrong")],
        [(VOUCHED, "head@office.ma"), AGREED],
    ):
        seen = seen_by(behind_proxy, *headers)
        assert SILENT in seen and FRAME not in seen


def test_the_peer_is_the_one_who_connects_whatever_the_request_says_of_it(behind_proxy):
    # The proxy itself says for whom it asks; and a stranger elsewhere cannot say that he is here.
    told_of_another = ("X-Forwarded-For", "203.0.113.9")
    seen = seen_by(behind_proxy, ("X-Forwarded-User", "head@office.ma"), AGREED, told_of_another)
    assert FRAME in seen and SILENT not in seen


def test_the_account_that_the_proxy_names_has_its_role_and_its_scope(behind_proxy):
    head = seen_by(behind_proxy, ("X-Forwarded-User", "HEAD@office.ma"), AGREED)
    reader = seen_by(behind_proxy, ("X-Forwarded-User", "reader@office.ma"), AGREED)
    settings = words("en")("app.group_office")
    assert "Casablanca" in head and settings in head
    assert FRAME in reader and "Casablanca" not in reader


def test_a_name_without_an_account_sees_nothing(behind_proxy):
    seen = seen_by(behind_proxy, ("X-Forwarded-User", "stranger@office.ma"), AGREED)
    assert NO_ACCOUNT in seen and FRAME not in seen


def test_a_foreign_name_pointed_at_the_server_gets_no_session(behind_proxy):
    with pytest.raises(websockets.exceptions.InvalidStatus):
        seen_by(behind_proxy, ("X-Forwarded-User", "head@office.ma"), AGREED, name="evil.example")
