"""Who is let in, what the browser is sent, and when the server refuses to start."""

import asyncio
import gzip
import hashlib
import re
import socket
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from streamlit import config

from data.database import engine_for
from data.importer.interrupted import FOLDER, interrupted
from i18n import LOCALES, words
from ui import access, server, sheets
from ui.access import ROOT, allowed_hosts, exposed_without_login, is_loopback, login_configured
from ui.assets import ASK_AGAIN, FOR_GOOD, Assets, Compressed
from ui.headers import SecurityHeaders, content_security_policy, script_hashes

LOGIN = """
[auth]
redirect_uri = "https://tatabbu.example.ma/oauth2callback"
cookie_secret = "a long secret of this office"
client_id = "tatabbu"
client_secret = "shared with the provider"
server_metadata_url = "https://login.example.ma/.well-known/openid-configuration"
"""


class Answer:
    """What an ASGI application answered to one request."""

    def __init__(self, messages: list[dict]):
        self.status = messages[0]["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])


def ask(app, path: str, *, method: str = "GET", query: str = "", **headers: str) -> Answer:
    sent: list[dict] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    # In a thread of its own: the browser that another test of this process steers has a loop running in this one.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, app(scope, receive, send)).result()
    return Answer(sent)


def answering(body: bytes, kind: str = "text/plain"):
    """An application that answers everything alike, and says which request headers it was given."""

    async def app(scope, receive, send):
        seen = b",".join(name for name, _ in scope["headers"])
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), (b"x-seen", seen)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


@pytest.fixture
def secrets(tmp_path):
    """Writes a secrets.toml and returns its path as the only one that is looked at."""

    def write(text: str) -> tuple[Path, ...]:
        file = tmp_path / "secrets.toml"
        file.write_text(text, encoding="utf-8")
        return (file,)

    return write


# Who is let in


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.4.2", "::1", "[::1]", "localhost", "LOCALHOST.", "::ffff:127.0.0.1"]
)
def test_an_address_of_this_machine_alone_is_a_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.10", "tatabbu.local", "localhost.example.ma", "128.0.0.1"]
)
def test_any_other_address_is_not_a_loopback(host):
    assert not is_loopback(host)


def test_a_complete_auth_section_is_a_login(secrets):
    assert login_configured(secrets(LOGIN))


def test_a_login_may_name_its_provider(secrets):
    assert login_configured(secrets(LOGIN.replace("client_id", "[auth.ministry]\nclient_id")))


@pytest.mark.parametrize("key", ["redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"])
def test_an_auth_section_with_one_thing_missing_or_empty_is_no_login(secrets, key):
    assert not login_configured(secrets(re.sub(rf"{key} = .*", "", LOGIN)))
    assert not login_configured(secrets(re.sub(rf"{key} = .*", f'{key} = " "', LOGIN)))


def test_a_file_that_is_missing_or_broken_is_no_login(secrets, tmp_path):
    assert not login_configured((tmp_path / "none.toml",))
    assert not login_configured(secrets("[auth\nredirect_uri ="))
    assert not login_configured(secrets('auth = "yes"'))


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "10.0.0.5"])
def test_a_script_started_on_an_open_address_without_a_login_is_exposed(monkeypatch, address):
    monkeypatch.setattr(access, "login_configured", lambda: False)
    before = config.get_option("server.address")
    config.set_option("server.address", address)
    try:
        assert exposed_without_login()
        config.set_option("server.address", "127.0.0.1")
        assert not exposed_without_login()
    finally:
        config.set_option("server.address", before)


def test_streamlit_run_alone_stays_on_this_machine():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert is_loopback(settings["server"]["address"])
    assert set(settings["server"]["allowedHosts"]) == set(allowed_hosts("127.0.0.1"))


def test_behind_a_login_the_name_that_the_login_returns_to_may_open_a_session(secrets):
    assert "tatabbu.example.ma" in allowed_hosts("0.0.0.0", secrets(LOGIN))
    assert "tatabbu.example.ma" not in allowed_hosts("127.0.0.1", secrets(LOGIN))


# When it does not start


def refusal(capsys, **environ: str) -> tuple[int, str]:
    return server.main(environ), capsys.readouterr().err


def test_bound_to_other_machines_without_a_login_it_refuses_in_three_languages(capsys, monkeypatch):
    monkeypatch.setattr(server, "login_configured", lambda: False)
    code, said = refusal(capsys, HOST="0.0.0.0")
    assert code == 2
    lines = [words(locale)("server.exposed", host="0.0.0.0", file=".streamlit/secrets.toml") for locale in LOCALES]
    assert said.splitlines() == lines
    assert len(set(lines)) == 3


def test_the_next_start_says_of_an_import_that_was_cut_short_what_became_of_it(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "a.json").write_text('{"file": "counts.csv", "digest": "0"}', encoding="utf-8")
    server.prepare()
    lines = [words(locale)("importer.interrupted_before", file="counts.csv") for locale in LOCALES]
    assert capsys.readouterr().err.splitlines() == lines
    engine = engine_for()
    # Whoever handed it in is told as well, once.
    assert [one.file for one in interrupted(engine)] == ["counts.csv"]
    assert interrupted(engine) == []
    engine.dispose()


def test_a_database_that_cannot_be_opened_is_said_in_three_languages_without_a_traceback(capsys, monkeypatch, tmp_path):
    # A folder stands where the file should be.
    (tmp_path / "tatabbu.db").mkdir()
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, said = refusal(capsys, PORT=str(port))
    lines = [words(locale)("server.database_closed", place=str(tmp_path)) for locale in LOCALES]
    assert (code, said.splitlines()[-3:]) == (2, lines)
    assert "Traceback" not in said


@pytest.mark.parametrize("port", ["0", "65536", "80a", "-1", "8501.5"])
def test_a_port_that_is_none_is_refused_with_what_was_seen(capsys, port):
    code, said = refusal(capsys, PORT=port)
    assert code == 2
    assert said.count(port) == 3


def test_a_port_that_is_taken_is_said_and_another_is_proposed(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = refusal(capsys, PORT=str(port))
    assert code == 1
    assert said.count(str(port)) >= 3
    assert "Traceback" not in said


def test_an_address_that_this_machine_does_not_have_is_said(capsys, monkeypatch):
    monkeypatch.setattr(server, "login_configured", lambda: True)
    # 192.0.2.0/24 is kept for examples: no machine has it.
    code, said = refusal(capsys, HOST="192.0.2.7", PORT="8599")
    assert code == 2
    assert said.count("192.0.2.7") == 3


# What the browser is sent


@pytest.fixture
def served(tmp_path):
    """The middleware in front of an application that answers with an index page of its own."""
    folder = tmp_path / "static"
    (folder / "deep").mkdir(parents=True)
    (folder / "boundaries.0123456789ab.json").write_text('{"a": 1}' * 500, encoding="utf-8")
    (folder / "names.json").write_text('{"b": 2}' * 500, encoding="utf-8")
    (folder / "deep" / "letters.0123456789ab.woff2").write_bytes(b"wOF2" * 100)
    (folder / ".hidden.json").write_text("{}", encoding="utf-8")
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    index = b"<html lang='en'>theirs</html>"
    return Assets(
        answering(index, "text/html"),
        roots={"/app/static/": (folder, False)},
        compressed=Compressed(tmp_path / "cache"),
        index=index,
        documents={"ar": "<html lang='ar'>", "fr": "<html lang='fr'>"},
        instead={"/static/media/theirs.woff2": "/app/static/ours.woff2"},
    )


def test_a_file_whose_name_carries_its_hash_may_be_kept_for_good(served):
    answer = ask(served, "/app/static/boundaries.0123456789ab.json")
    assert answer.headers["cache-control"] == FOR_GOOD
    assert answer.headers["content-type"] == "application/json"


def test_a_file_of_any_other_name_is_asked_for_again_and_answered_with_not_modified(served):
    first = ask(served, "/app/static/names.json")
    assert first.headers["cache-control"] == ASK_AGAIN
    again = ask(served, "/app/static/names.json", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_file_is_sent_in_the_best_coding_that_the_client_takes(served, tmp_path):
    plain = (tmp_path / "static" / "names.json").read_bytes()
    for accepted, coding, unpacked in (
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
    ):
        answer = ask(served, "/app/static/names.json", accept_encoding=accepted)
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert len(answer.body) < len(plain) / 10
        assert unpacked(answer.body) == plain
    assert ask(served, "/app/static/names.json", accept_encoding="identity").body == plain


def test_the_codings_of_one_file_have_different_tags(served):
    tags = {
        ask(served, "/app/static/names.json", accept_encoding=coding).headers["etag"] for coding in ("br", "gzip", "")
    }
    assert len(tags) == 3


def test_a_typeface_is_not_compressed_a_second_time(served):
    answer = ask(served, "/app/static/deep/letters.0123456789ab.woff2", accept_encoding="br, gzip")
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"
    assert answer.body == b"wOF2" * 100


def test_a_file_that_changes_is_sent_as_it_is_now(served, tmp_path):
    first = ask(served, "/app/static/names.json", accept_encoding="gzip")
    (tmp_path / "static" / "names.json").write_text("[]" * 900, encoding="utf-8")
    second = ask(served, "/app/static/names.json", accept_encoding="gzip", if_none_match=first.headers["etag"])
    assert gzip.decompress(second.body) == b"[]" * 900


def test_the_compressed_file_lies_ready_for_the_next_start(served, tmp_path):
    ask(served, "/app/static/names.json", accept_encoding="br")
    kept = list((tmp_path / "cache").iterdir())
    assert [brotli.decompress(file.read_bytes()) for file in kept] == [
        (tmp_path / "static" / "names.json").read_bytes()
    ]


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path):
    file = tmp_path / "names.json"
    file.write_text("[]" * 900, encoding="utf-8")
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    assert gzip.decompress(Compressed(tmp_path / "cache").body(file, "gzip").content) == file.read_bytes()


def test_a_compressed_neighbour_is_sent_when_the_name_carries_the_hash(served, tmp_path):
    neighbour = tmp_path / "static" / "boundaries.0123456789ab.json.gz"
    neighbour.write_bytes(gzip.compress(b"made beforehand"))
    answer = ask(served, "/app/static/boundaries.0123456789ab.json", accept_encoding="gzip")
    assert gzip.decompress(answer.body) == b"made beforehand"


def test_a_head_request_gets_the_headers_without_the_body(served):
    answer = ask(served, "/app/static/names.json", method="HEAD")
    assert answer.body == b""
    assert int(answer.headers["content-length"]) == 4000


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/../secret.json",
        "/app/static/deep/../../secret.json",
        "/app/static/..\\secret.json",
        "/app/static//etc/passwd",
        "/app/static/.hidden.json",
        "/app/static/c:/windows/win.ini",
        "/app/static/names.json\0.svg",
        "/app/static/deep",
        "/app/static/",
        "/app/static/none.json",
        "//example.com/app/static/names.json",
    ],
)
def test_an_address_that_tries_to_leave_its_folder_finds_nothing(served, path):
    answer = ask(served, path)
    assert (answer.status, answer.body) == (404, b"")


def test_a_link_that_leads_out_of_the_folder_finds_nothing(served, tmp_path):
    (tmp_path / "static" / "out.json").symlink_to(tmp_path / "secret.json")
    assert ask(served, "/app/static/out.json").status == 404


def test_the_index_page_is_replaced_by_the_document_of_the_language_asked_for(served):
    assert ask(served, "/map").body == b"<html lang='ar'>"
    assert ask(served, "/map", query="date=2026-01-01&lang=fr").body == b"<html lang='fr'>"
    assert ask(served, "/", query="lang=xx").body == b"<html lang='ar'>"


def test_the_document_is_asked_for_again_and_answered_with_not_modified(served):
    first = ask(served, "/", accept_encoding="gzip")
    assert first.headers["cache-control"] == ASK_AGAIN
    assert gzip.decompress(first.body) == b"<html lang='ar'>"
    assert ask(served, "/", accept_encoding="gzip", if_none_match=first.headers["etag"]).status == 304


def test_downloads_and_the_session_are_passed_on_untouched(served):
    for path in ("/media/abc.html", "/_stcore/health"):
        answer = ask(served, path, accept_encoding="gzip", range="bytes=0-3")
        assert answer.body == b"<html lang='en'>theirs</html>"
        assert answer.headers["x-seen"] == "accept-encoding,range"


def test_what_is_not_the_index_page_is_passed_on(tmp_path):
    other = Assets(
        answering(b'{"status": "ok"}', "application/json"),
        roots={},
        compressed=Compressed(tmp_path),
        index=b"<html>",
        documents={"ar": "<html lang='ar'>"},
    )
    assert ask(other, "/anything").body == b'{"status": "ok"}'


def test_their_typeface_is_answered_with_ours(served):
    answer = ask(served, "/static/media/theirs.woff2")
    assert (answer.status, answer.headers["location"]) == (307, "/app/static/ours.woff2")


# The documents and their policy


@pytest.fixture(scope="module")
def index() -> str:
    return (server.STREAMLIT_FILES / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(index) -> dict[str, str]:
    return server.documents(index)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_document_has_language_title_and_sentence_of_its_reader(pages, locale):
    page, w = pages[locale], words(locale)
    assert f'<html lang="{locale}"' in page
    assert f"<title>{w('server.title')}</title>" in page
    assert w("server.noscript") in page
    assert "Streamlit app" not in page
    assert 'href="./app/static/icons/favicon.svg"' in page


@pytest.mark.parametrize("locale", LOCALES)
def test_every_file_that_a_document_names_is_there(pages, locale):
    named = re.findall(r'(?:href|src)="\./([^"]+)"', pages[locale])
    assert any(name.endswith(".woff2") for name in named)
    folders = {"app/static/": ROOT / "static", "styles/": ROOT / "ui/styles", "": server.STREAMLIT_FILES}
    for name in named:
        start, folder = next(item for item in folders.items() if name.startswith(item[0]))
        assert (folder / name.removeprefix(start).partition("?")[0]).is_file(), name


def test_a_page_sends_the_sheet_only_where_the_document_does_not_link_it(monkeypatch):
    monkeypatch.setattr(sheets, "_linked", False)
    assert ".tt-reading" in sheets.for_run(rtl=False)
    assert sheets.linked().startswith("./styles/sheet.css?")
    assert sheets.for_run(rtl=False) == ""
    assert "direction: rtl" in sheets.for_run(rtl=True)


def test_the_document_fetches_the_code_of_charts_ahead_and_not_their_typeface(pages):
    assert re.search(r"PlotlyChart\.[^\"]+\.js", pages["ar"])
    assert "SourceSans" not in pages["ar"]


def test_the_policy_allows_our_inline_scripts_by_their_hash_and_no_others(pages):
    policies = {content_security_policy(page) for page in pages.values()}
    assert len(policies) == 1
    rules = dict(rule.split(" ", 1) for rule in policies.pop().split("; "))
    assert len(script_hashes(pages["ar"])) == pages["ar"].count("<script>")
    assert rules["script-src"].split() == ["'self'", *script_hashes(pages["ar"])]
    assert rules["default-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"


def test_the_hash_is_the_one_that_the_standard_gives():
    # The example of Content Security Policy Level 3, section 8.2.
    document = "<script>alert('Hello, world.');</script><script src='a.js'></script>"
    assert script_hashes(document) == ["'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"]


def test_every_answer_carries_the_headers_once():
    async def with_its_own(scope, receive, send):
        headers = [(b"X-Content-Type-Options", b"none"), (b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    answer = ask(SecurityHeaders(with_its_own, policy="default-src 'self'"), "/")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-type"] == "text/plain"


# What is shipped


def test_every_typeface_of_the_theme_is_shipped_under_the_hash_of_its_content():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    named = {face["url"].removeprefix("app/static/fonts/") for face in settings["theme"]["fontFaces"]}
    shipped = {file.name: file.read_bytes() for file in (ROOT / "static" / "fonts").glob("*.woff2")}
    assert named == set(shipped)
    assert sum(map(len, shipped.values())) < 200_000
    for name, content in shipped.items():
        assert hashlib.sha256(content).hexdigest()[:12] in name


def test_the_first_view_is_compressed_ahead():
    files = server.files_to_warm()
    names = [file.name for file in files]
    assert [file.name.split(".")[0] for file in server.chart_scripts()] == ["PlotlyChart"]
    assert any(name.startswith("index.") and name.endswith(".js") for name in names)
    assert all(file.is_file() for file in files)


def test_an_address_that_is_no_page_leads_to_the_first_page_which_says_so(tmp_path):
    app = Assets(
        answering(b"index", "text/html"),
        roots={},
        compressed=Compressed(tmp_path),
        index=b"index",
        documents={"ar": "<html lang='ar'>"},
        pages={"", "map"},
    )
    assert ask(app, "/map").status == 200
    gone = ask(app, "/nowhere", query="lang=fr")
    assert (gone.status, gone.headers["location"]) == (307, "/?missing=1&lang=fr")


_IN_THREADS = """
import ctypes, re, sys, threading
from pathlib import Path
from ui.server import keep_one_heap
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit("no glibc")
done = keep_one_heap() if sys.argv[1] == "one" else None
all_there, may_go = threading.Barrier(9), threading.Barrier(9)
libc.malloc.restype = ctypes.c_void_p
def hold():
    libc.malloc(100)
    all_there.wait()
    may_go.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
[one.start() for one in threads]
all_there.wait()
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
may_go.wait()
print(len(re.findall("<heap ", Path(sys.argv[2]).read_text())), done)
"""


def test_all_threads_of_the_server_share_one_heap(tmp_path):
    def heaps(how):
        asked = [sys.executable, "-c", _IN_THREADS, how, str(tmp_path / how)]
        found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=120)
        if "no glibc" in found.stderr:
            pytest.skip("another C library than glibc")
        assert found.returncode == 0, found.stderr
        return found.stdout.split()

    one, done = heaps("one")
    many, _ = heaps("many")
    # What the libraries opened while they were loaded stays.
    assert done == "True" and int(one) <= 2 < 8 < int(many)
